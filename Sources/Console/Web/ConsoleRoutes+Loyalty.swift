import Access
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    private static let amountBytesMax = 20
    private static let reasonBytesMax = 200

    func addLoyalty<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/loyalty") { request, context in
            try await read(request, context, needs: Room.loyalty.permissions) { visit in
                let view = LoyaltyView(
                    try await desk.data.loyalty.programs(), formats: visit.formats)
                return visit.page(
                    "loyalty", title: visit.words("room.loyalty"), room: .loyalty, view)
            }
        }
        router.get("/loyalty/:name") { request, context in
            try await read(request, context, needs: Room.loyalty.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await program(visit, name)
            }
        }
        router.get("/loyalty/:name/members/:customer") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let name = Self.name(context), let customer = Self.customer(context) else {
                    return visit.notFound()
                }
                return try await member(
                    visit, name, customer, AdjustmentForm(id: ConsoleCookies.randomValue()))
            }
        }
        router.post("/loyalty/:name/members/:customer/adjust") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, fields in
                guard let name = Self.name(context), let customer = Self.customer(context) else {
                    return visit.notFound()
                }
                return try await adjust(visit, name, customer, fields)
            }
        }
    }

    private static func customer<Context: RequestContext>(_ context: Context) -> ID<Customer>? {
        context.parameters.get("customer").flatMap { ID<Customer>($0) }
    }

    private func program(_ visit: Visit, _ name: String) async throws -> Response {
        guard var data = try await desk.data.loyalty.program(name) else { return visit.notFound() }
        if !visit.may(.readCustomers) { data.newest = [] }
        var basket: BasketAnswer?
        if let amount = visit.query["amount"], !amount.isEmpty,
            amount.utf8.count <= Self.amountBytesMax
        {
            basket = try await desk.data.loyalty.basket(name, amount)
        }
        let view = ProgramView(data, basket: basket, formats: visit.formats)
        return visit.page("program", title: view.title, room: .loyalty, view)
    }

    private func member(
        _ visit: Visit, _ program: String, _ customer: ID<Customer>, _ form: AdjustmentForm,
        problem: String? = nil
    ) async throws -> Response {
        guard let standing = try await desk.data.loyalty.member(program, customer) else {
            return visit.notFound()
        }
        // Who was merged into another is shown as that other.
        guard standing.customer == customer else {
            return visit.redirect("/loyalty/\(program)/members/\(standing.customer)")
        }
        let before = visit.cursor("before")
        let page = try await desk.data.loyalty.movements(
            program, customer, before, Self.rowsPerPage)
        let view = MemberView(
            standing, page, isFirstPage: before == nil, form: form, problem: problem,
            formats: visit.formats)
        return visit.page("loyalty-member", title: standing.name, room: .loyalty, view)
    }

    private func adjust(
        _ visit: Visit, _ program: String, _ customer: ID<Customer>, _ fields: FormFields
    ) async throws -> Response {
        guard let member = visit.session?.member else { return visit.notFound() }
        let form = AdjustmentForm(
            id: fields["id"] ?? "", points: fields["points"] ?? "", reason: fields["reason"] ?? "")
        let words = visit.words
        func again(_ problem: String) async throws -> Response {
            try await self.member(visit, program, customer, form, problem: problem)
        }
        guard !form.id.isEmpty, form.id.utf8.count <= 64 else {
            return try await again(words("loyalty.adjust.stale"))
        }
        guard !trimmed(form.reason).isEmpty, form.reason.utf8.count <= Self.reasonBytesMax else {
            return try await again(words("loyalty.adjust.reasonMissing"))
        }
        switch try await desk.data.loyalty.adjust(program, customer, form, member) {
        case .done: return visit.redirect("/loyalty/\(program)/members/\(customer)")
        case .waiting: return visit.redirect("/loyalty/\(program)/approvals")
        case .refused(let reason):
            // The refusal is kept under the form's id: what is corrected is another operation.
            let fresh = AdjustmentForm(
                id: ConsoleCookies.randomValue(), points: form.points, reason: form.reason)
            return try await self.member(visit, program, customer, fresh, problem: reason)
        case .unknown: return visit.notFound()
        }
    }
}
