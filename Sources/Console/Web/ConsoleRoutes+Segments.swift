import Access
import Documents
import HTTPTypes
import Hummingbird
import Kernel
import Segments

extension ConsoleRoutes {
    /// So many people are shown on a page.
    static let peoplePerPage = 50

    func addSegments<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/segments") { request, context in
            try await read(request, context, needs: Room.segments.permissions) {
                try await segments($0)
            }
        }
        router.get("/segments/new") { request, context in
            try await read(request, context, needs: [.changeJourneys]) {
                try await newSegment($0)
            }
        }
        router.post("/segments/builder") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                try await buildSegment(visit, form)
            }
        }
        router.post("/segments/preview") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                try await previewSegment(visit, form)
            }
        }
        router.get("/segments/:name") { request, context in
            try await read(request, context, needs: Room.segments.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await segment(visit, name)
            }
        }
        router.get("/segments/:name/live") { request, context in
            try await read(request, context, needs: Room.segments.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await liveSegment(visit, name)
            }
        }
        router.get("/segments/:name/edit") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await editSegment(visit, name)
            }
        }
    }

    /// The definition's name in the address; nil where it can't be one.
    static func name<Context: RequestContext>(_ context: Context) -> String? {
        context.parameters.get("name").flatMap { DefinitionName.isValid($0) ? $0 : nil }
    }

    private func segments(_ visit: Visit) async throws -> Response {
        let view = SegmentsView(try await desk.data.automation.segments(), formats: visit.formats)
        return visit.page("segments", title: visit.words("room.segments"), room: .segments, view)
    }

    private func segment(_ visit: Visit, _ name: String) async throws -> Response {
        guard var data = try await desk.data.automation.segment(name) else {
            return visit.notFound()
        }
        let after = visit.cursor("after")
        let seesPeople = visit.may(.readCustomers)
        if let after, seesPeople {
            data.members = try await desk.data.automation.segmentMembers(
                name, after, Self.peoplePerPage)
        }
        let view = SegmentView(
            data, seesPeople: seesPeople, isFirstPage: after == nil, formats: visit.formats)
        return visit.page("segment", title: view.row.title, room: .segments, view)
    }

    /// The parts of a segment's page that move: nothing where the page shows them as they are.
    private func liveSegment(_ visit: Visit, _ name: String) async throws -> Response {
        guard visit.isPart else { return visit.redirect("/segments/\(name)") }
        guard let revision = try await desk.data.automation.segmentRevision(name) else {
            return visit.notFound()
        }
        if revision == visit.query["seen"] { return visit.unchanged() }
        guard let data = try await desk.data.automation.segment(name) else {
            return visit.notFound()
        }
        // Further pages of members stay as they are.
        let view = SegmentView(
            data, seesPeople: visit.may(.readCustomers),
            isFirstPage: visit.query["people"] != "later", formats: visit.formats)
        return visit.part("segment-live-part", view)
    }

    // MARK: The builder

    private func newSegment(_ visit: Visit) async throws -> Response {
        let form = SegmentForm(conditions: [ConditionForm().fitted])
        return try await builder(visit, form: form)
    }

    private func editSegment(_ visit: Visit, _ name: String) async throws -> Response {
        let automation = desk.data.automation
        guard let data = try await automation.segment(name) else { return visit.notFound() }
        // What can't be read can still be mended as text.
        if case .success(let form?) = formOf(data.yaml) {
            return try await builder(visit, form: form, edited: name)
        }
        return try await builder(visit, form: SegmentForm(), yaml: data.yaml, edited: name)
    }

    /// What the builder's buttons do; a change of a condition's kind comes without a button.
    private func buildSegment(_ visit: Visit, _ fields: FormFields) async throws -> Response {
        let edited = fields["edited"].flatMap { DefinitionName.isValid($0) ? $0 : nil }
        let isText = fields["mode"] == "yaml"
        let text = fields["yaml"] ?? ""
        var form = isText ? SegmentForm() : SegmentForm(fields)
        let act = fields["act"] ?? ""
        if act == "save" {
            return try await saveSegment(
                visit, form: form, yaml: isText ? text : nil, edited: edited)
        }
        if act == "count" {
            let yaml = isText ? text : desk.data.automation.writeYAML(form.named.document)
            return try await builder(
                visit, form: form, yaml: isText ? text : nil,
                preview: try await count(visit, yaml), edited: edited)
        }
        if isText {
            guard act == "form" else {
                return try await builder(visit, form: form, yaml: text, edited: edited)
            }
            return try await turnToForm(visit, text, edited: edited)
        }
        if act == "yaml" {
            let yaml = desk.data.automation.writeYAML(form.document)
            return try await builder(visit, form: form, yaml: yaml, edited: edited)
        }
        if act == "add" {
            form.add(toGroup: nil)
        } else if act == "add-group" {
            form.addGroup()
        } else if act.hasPrefix("add-to-"), let group = Int(act.dropFirst(7)) {
            form.add(toGroup: group)
        } else if act.hasPrefix("remove-"), let place = Int(act.dropFirst(7)) {
            form.remove(at: place)
        }
        return try await builder(visit, form: form, edited: edited)
    }

    private func turnToForm(
        _ visit: Visit, _ text: String, edited: String?
    ) async throws -> Response {
        let problem: String
        switch formOf(text) {
        case .success(let form?): return try await builder(visit, form: form, edited: edited)
        case .success(nil): problem = visit.words("builder.tooMuch")
        case .failure(let failure): problem = failure.description
        }
        return try await builder(
            visit, form: SegmentForm(), yaml: text, problem: problem, edited: edited)
    }

    /// The definition in fields; nil where it says more than they can hold.
    private func formOf(_ yaml: String) -> Result<SegmentForm?, DocumentProblem> {
        do throws(DocumentProblem) {
            let node = try desk.data.automation.readYAML(yaml)
            if let form = SegmentForm(node) { return .success(form) }
            // Forms know no shorthands; what can't be taken is mended as text.
            let plain = try? SegmentDefinition(reading: DocumentReader(node)).document
            return .success(plain.flatMap { SegmentForm($0) })
        } catch {
            return .failure(error)
        }
    }

    private func saveSegment(
        _ visit: Visit, form: SegmentForm, yaml: String?, edited: String?
    ) async throws -> Response {
        guard let member = visit.session?.member else { return visit.notAllowed() }
        let text = yaml ?? desk.data.automation.writeYAML(form.document)
        switch try await desk.data.automation.saveSegment(text, member) {
        case .saved(let name): return visit.redirect("/segments/\(FormFields.encode(name))")
        case .refused(let problem):
            return try await builder(
                visit, form: form, yaml: yaml, problem: problem.description, edited: edited,
                status: .unprocessableContent)
        }
    }

    private func previewSegment(_ visit: Visit, _ fields: FormFields) async throws -> Response {
        let yaml: String
        if fields["mode"] == "yaml" {
            yaml = fields["yaml"] ?? ""
        } else {
            let form = SegmentForm(fields)
            if form.isUntouched {
                return visit.part("builder-preview-part", PreviewPart(preview: nil))
            }
            yaml = desk.data.automation.writeYAML(form.named.document)
        }
        // First about how many, at once; the page asks for the exact count when it shows that.
        if fields["exact"] == nil {
            guard let member = visit.session?.member else { return visit.notAllowed() }
            let found = try await desk.data.automation.estimateSegment(yaml, member)
            let part = PreviewPart(preview: preview(visit, found))
            return visit.part("builder-preview-part", part)
        }
        guard let preview = try await count(visit, yaml) else { return visit.unchanged() }
        return visit.part("builder-preview-part", PreviewPart(preview: preview))
    }

    /// The exact count; nil where whoever looks wants something newer by now.
    private func count(_ visit: Visit, _ yaml: String) async throws -> PreviewView? {
        guard let member = visit.session?.member,
            let found = try await desk.data.automation.previewSegment(yaml, member)
        else { return nil }
        return preview(visit, found)
    }

    private func preview(_ visit: Visit, _ found: SegmentPreview) -> PreviewView {
        PreviewView(found, seesPeople: visit.may(.readCustomers), formats: visit.formats)
    }

    private func builder(
        _ visit: Visit, form: SegmentForm, yaml: String? = nil, problem: String? = nil,
        preview: PreviewView? = nil, edited: String? = nil, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let view = BuilderView(
            form: form, yaml: yaml, problem: problem, preview: preview,
            hints: try await desk.data.automation.hints(), edited: edited, words: visit.words)
        // htmx puts only what succeeded into the page.
        if visit.isPart { return visit.part("builder-part", view) }
        let title = visit.words(edited == nil ? "builder.new" : "builder.edit")
        return visit.page("builder", title: title, room: .segments, view, status: status)
    }
}

/// What the preview's template expects around it.
struct PreviewPart {
    /// Nil before anything was said.
    let preview: PreviewView?
}
