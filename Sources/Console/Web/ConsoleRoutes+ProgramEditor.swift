import Access
import Documents
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    /// A program's source of 64 KB, each byte written as `%XX`, and what stands beside it.
    private static let programFormBytesMax = 200 * 1024
    private static let fieldBytesMax = 60

    func addProgramEditor<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/loyalty/new") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                let yaml = try await desk.data.loyalty.editor.starter()
                return try await programEditor(visit, ProgramDraft(yaml: yaml))
            }
        }
        router.get("/loyalty/:name/edit") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                guard let name = Self.name(context),
                    let data = try await desk.data.loyalty.program(name)
                else { return visit.notFound() }
                var draft = ProgramDraft(yaml: data.yaml)
                draft.edited = name
                return try await programEditor(visit, draft)
            }
        }
        router.post("/loyalty/editor") { request, context in
            try await submit(
                request, context, by: .allowed(.changeJourneys), bytesMax: Self.programFormBytesMax
            ) { visit, form in try await editProgram(visit, form) }
        }
        router.post("/loyalty/preview") { request, context in
            try await submit(
                request, context, by: .allowed(.changeJourneys), bytesMax: Self.programFormBytesMax
            ) { visit, form in
                let preview = try await desk.data.loyalty.editor.preview(Self.draft(form))
                return visit.part(
                    "program-preview-part",
                    ProgramPreviewPart(
                        preview: ProgramPreviewView(preview, formats: visit.formats)))
            }
        }
    }

    private static func draft(_ form: FormFields) -> ProgramDraft {
        func short(_ name: String) -> String {
            let text = form[name] ?? ""
            return text.utf8.count <= fieldBytesMax ? text : ""
        }
        var draft = ProgramDraft(yaml: form["yaml"] ?? "")
        draft.amount = short("amount")
        draft.category = short("category")
        draft.isFirstOrder = form["first"] != nil
        draft.edited = form["edited"]
        return draft
    }

    private func programEditor(
        _ visit: Visit, _ draft: ProgramDraft, problem: String? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let preview = try await desk.data.loyalty.editor.preview(draft)
        let view = ProgramEditorView(
            draft, preview: preview, problem: problem, formats: visit.formats)
        let title =
            preview.title.isEmpty ? visit.words("loyalty.editor.new") : preview.title
        return visit.page(
            "program-editor", title: title, room: .loyalty, view, status: status)
    }

    private func editProgram(_ visit: Visit, _ form: FormFields) async throws -> Response {
        let draft = Self.draft(form)
        guard let member = visit.session?.member else { return visit.notAllowed() }
        guard form["act"] == "save" else { return try await programEditor(visit, draft) }
        switch try await desk.data.loyalty.editor.save(draft.yaml, member) {
        case .saved(let name): return visit.redirect("/loyalty/\(FormFields.encode(name))")
        case .refused(let problem):
            return try await programEditor(
                visit, draft, problem: problem.description, status: .unprocessableContent)
        }
    }
}
