import Access
import Documents
import HTTPTypes
import Hummingbird
import Insights
import Kernel

extension ConsoleRoutes {
    /// A template's source of 512 KB, each byte written as `%XX`, and what stands beside it.
    static let templateFormBytesMax = 1600 * 1024

    func addTemplates<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/templates") { request, context in
            try await read(request, context, needs: Room.templates.permissions) { visit in
                let view = TemplatesView(
                    try await desk.data.mail.templates(), formats: visit.formats)
                return visit.page(
                    "templates", title: visit.words("room.templates"), room: .templates, view)
            }
        }
        router.get("/templates/new") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                let yaml = try await desk.data.mail.templateStarter()
                return try await templateEditor(visit, TemplateDraft(visit.query, yaml: yaml))
            }
        }
        router.get("/templates/people") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                try await templatePeople(visit)
            }
        }
        router.get("/templates/drafts/:token") { request, context in
            try await read(request, context, needs: Room.templates.permissions) { visit in
                guard let token = context.parameters.get("token"),
                    let member = visit.session?.member,
                    let html = desk.drafts.html(token, for: member)
                else {
                    return visit.mailDocument(
                        HTMLText.escape(visit.words("template.gone")), status: .notFound)
                }
                return visit.mailDocument(html)
            }
        }
        router.get("/templates/:name") { request, context in
            try await read(request, context, needs: Room.templates.permissions) { visit in
                guard let name = Self.name(context),
                    let data = try await desk.data.mail.template(name)
                else { return visit.notFound() }
                var draft = TemplateDraft(visit.query, yaml: data.yaml)
                draft.edited = name
                let saved = visit.query["saved"] == nil ? nil : visit.words("template.saved")
                return try await templateEditor(visit, draft, data.row, notice: saved)
            }
        }
        router.post("/templates/editor") { request, context in
            try await submit(
                request, context, by: .allowed(.changeJourneys),
                bytesMax: Self.templateFormBytesMax
            ) { visit, form in try await editTemplate(visit, form) }
        }
        router.post("/templates/preview") { request, context in
            try await submit(
                request, context, by: .allowed(.changeJourneys),
                bytesMax: Self.templateFormBytesMax
            ) { visit, form in
                let view = try await templatePreview(visit, TemplateDraft(form))
                return visit.part("template-preview-part", TemplatePreviewPart(preview: view))
            }
        }
    }

    /// What the editor's buttons do.
    private func editTemplate(_ visit: Visit, _ form: FormFields) async throws -> Response {
        let draft = TemplateDraft(form)
        guard let member = visit.session?.member else { return visit.notAllowed() }
        var row: TemplateRow?
        if let name = draft.edited {
            row = try await desk.data.mail.template(name)?.row
        }
        switch form["act"] {
        case "save":
            switch try await desk.data.mail.saveTemplate(draft.yaml, member) {
            case .saved(let name):
                return visit.redirect("/templates/\(FormFields.encode(name))?saved=yes")
            case .refused(let problem):
                return try await templateEditor(
                    visit, draft, row, problem: problem.description, status: .unprocessableContent)
            }
        case "test":
            guard let address = Self.address(draft.testAddress, visit) else {
                return try await templateEditor(
                    visit, draft, row, problem: visit.words("test.noAddress"),
                    status: .unprocessableContent)
            }
            let mail = TestMail(
                yaml: draft.yaml, person: try await person(visit, draft.customer).person,
                address: address)
            switch try await desk.data.mail.sendTest(mail, member) {
            case .sent(let words):
                return try await templateEditor(visit, draft, row, notice: words)
            case .refused(let reason):
                return try await templateEditor(
                    visit, draft, row, problem: reason, status: .unprocessableContent)
            }
        default: return try await templateEditor(visit, draft, row)
        }
    }

    /// Where a test goes: the member's own address where none was typed; nil for what can't be one.
    static func address(_ typed: String, _ visit: Visit) -> String? {
        let address = trimmed(typed.isEmpty ? visit.session?.email ?? "" : typed)
        guard address.utf8.count <= 254, !address.hasPrefix("@"), !address.hasSuffix("@"),
            address.utf8.count(where: { $0 == UInt8(ascii: "@") }) >= 1,
            address.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { return nil }
        return address
    }

    private func templateEditor(
        _ visit: Visit, _ draft: TemplateDraft, _ row: TemplateRow? = nil,
        notice: String? = nil, problem: String? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let view = TemplateEditorView(
            draft, row: row, preview: try await templatePreview(visit, draft), notice: notice,
            problem: problem, email: visit.session?.email ?? "", formats: visit.formats)
        let title = row.map { $0.title.isEmpty ? $0.name : $0.title }
        return visit.framing(
            visit.page(
                "template", title: title ?? visit.words("template.new"), room: .templates, view,
                status: status))
    }

    private func templatePreview(
        _ visit: Visit, _ draft: TemplateDraft
    ) async throws -> TemplatePreviewView {
        let chosen = try await person(visit, draft.customer)
        let preview = try await desk.data.mail.previewTemplate(draft.yaml, chosen.person)
        let token = visit.session.flatMap { session in
            preview.html.isEmpty
                ? nil
                : desk.drafts.put(
                    preview.html, for: session.member, token: ConsoleCookies.randomValue())
        }
        return TemplatePreviewView(
            preview, yaml: draft.yaml, token: token, note: chosen.note,
            seesPeople: visit.may(.readCustomers), formats: visit.formats)
    }

    /// Who is meant by what was typed: an id, or the first who is found by it.
    private func person(
        _ visit: Visit, _ typed: String
    ) async throws -> (person: PreviewPerson, note: String?) {
        guard visit.may(.readCustomers) else { return (.sample, nil) }
        let text = trimmed(typed)
        guard !text.isEmpty else { return (.recent, nil) }
        if let id = ID<Customer>(text) { return (.customer(id), nil) }
        if let found = try await people(text, limit: 1).first {
            return (.customer(found.customer), nil)
        }
        return (.recent, visit.words("template.nobody"))
    }

    private func people(_ text: String, limit: Int) async throws -> [CustomerRow] {
        var query = CustomerQuery()
        query.search = String(trimmed(text).prefix(CustomerListState.searchCharactersMax))
        query.limit = limit
        return query.search.isEmpty ? [] : try await desk.data.customers(query).rows
    }

    /// Customers to choose from while somebody types.
    private func templatePeople(_ visit: Visit) async throws -> Response {
        let rows = try await people(visit.query["customer"] ?? "", limit: 8)
        return visit.part("template-people", TemplatePeopleView(rows))
    }
}
