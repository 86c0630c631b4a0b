import Access
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    private static let noteBytesMax = 200

    func addApprovals<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/loyalty/:name/approvals") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await approvals(visit, name)
            }
        }
        router.post("/loyalty/:name/approvals/:number") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, fields in
                guard let name = Self.name(context),
                    let number = context.parameters.get("number").flatMap({ Int64($0) })
                else { return visit.notFound() }
                return try await decide(visit, name, number, fields)
            }
        }
    }

    private func approvals(
        _ visit: Visit, _ program: String, problem: String? = nil
    ) async throws -> Response {
        guard let rows = try await desk.data.loyalty.approvals.rows(program) else {
            return visit.notFound()
        }
        let view = ApprovalsView(
            program, rows, member: visit.session?.member, mayDecide: visit.may(.changeCustomers),
            problem: problem, formats: visit.formats)
        return visit.page("approvals", title: view.title, room: .loyalty, view)
    }

    private func decide(
        _ visit: Visit, _ program: String, _ number: Int64, _ fields: FormFields
    ) async throws -> Response {
        guard let member = visit.session?.member else { return visit.notFound() }
        let note = trimmed(fields["note"] ?? "")
        guard note.utf8.count <= Self.noteBytesMax, let choice = fields["choice"],
            choice == "approve" || choice == "decline"
        else {
            return try await approvals(visit, program, problem: visit.words("approvals.wrong"))
        }
        switch try await desk.data.loyalty.approvals.decide(
            program, number, choice == "approve", note, member)
        {
        case .done: return visit.redirect("/loyalty/\(program)/approvals")
        case .refused(let reason): return try await approvals(visit, program, problem: reason)
        case .unknown: return visit.notFound()
        }
    }
}
