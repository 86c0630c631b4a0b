import Access
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    private static let addressBytesMax = 254
    private static let noteBytesMax = 500

    func addSuppressions<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/suppressions") { request, context in
            try await read(request, context, needs: Room.suppressions.permissions) {
                try await suppressions($0)
            }
        }
        router.post("/suppressions") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, form in
                try await suppress(visit, form)
            }
        }
        router.get("/suppressions/remove") { request, context in
            try await read(request, context, needs: [.changeCustomers]) { visit in
                guard let address = Self.listed(visit.query["address"]) else {
                    return visit.notFound()
                }
                let view = QuestionView(
                    title: visit.words("unsuppress.title"), subjects: [address],
                    note: visit.words("unsuppress.note"), path: "/suppressions/remove",
                    backPath: "/suppressions", button: visit.words("unsuppress.button"),
                    fields: [QuestionView.Field(name: "address", value: address)])
                return visit.page("question", title: view.title, room: .suppressions, view)
            }
        }
        router.post("/suppressions/remove") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, form in
                guard let member = visit.session?.member,
                    let address = Self.listed(form["address"])
                else { return visit.notFound() }
                switch try await desk.data.mail.unsuppress(address, member) {
                case .done, .already: return visit.redirect("/suppressions")
                case .unknown: return visit.notFound()
                }
            }
        }
    }

    private static func listed(_ text: String?) -> String? {
        text.flatMap { !$0.isEmpty && $0.utf8.count <= addressBytesMax ? $0 : nil }
    }

    private func suppressions(
        _ visit: Visit, address: String = "", note: String = "", problem: String? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let query = SuppressionQuery(
            search: String(
                trimmed(visit.query["q"] ?? "").prefix(CustomerListState.searchCharactersMax)),
            reason: visit.query["reason"].flatMap(SuppressionRow.Reason.init),
            after: visit.cursor("after"), limit: Self.rowsPerPage)
        let view = SuppressionsView(
            try await desk.data.mail.suppressions(query), query, address: address, note: note,
            problem: problem, formats: visit.formats)
        return visit.page(
            "suppressions", title: visit.words("room.suppressions"), room: .suppressions, view,
            status: status)
    }

    private func suppress(_ visit: Visit, _ form: FormFields) async throws -> Response {
        guard let member = visit.session?.member else { return visit.notAllowed() }
        let address = trimmed(form["address"] ?? "")
        let note = trimmed(form["note"] ?? "")
        guard !address.isEmpty, address.utf8.count <= Self.addressBytesMax,
            note.utf8.count <= Self.noteBytesMax
        else {
            return try await refused(visit, address, note, visit.words("suppress.noAddress"))
        }
        switch try await desk.data.mail.suppress(address, note, member) {
        case .done: return visit.redirect("/suppressions")
        case .already:
            return try await refused(visit, address, note, visit.words("suppress.already"))
        case .refused(let reason): return try await refused(visit, address, note, reason)
        }
    }

    private func refused(
        _ visit: Visit, _ address: String, _ note: String, _ problem: String
    ) async throws -> Response {
        // Who may change customers and not see them isn't shown the list.
        guard visit.may(.readCustomers) else { return visit.redirect("/suppressions") }
        return try await suppressions(
            visit, address: address, note: note, problem: problem, status: .unprocessableContent)
    }
}
