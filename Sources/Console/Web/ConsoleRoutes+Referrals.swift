import Access
import Hummingbird
import Kernel

extension ConsoleRoutes {
    func addReferrals<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/referrals") { request, context in
            try await read(request, context, needs: Room.loyalty.permissions) { visit in
                let view = ReferralsView(
                    try await desk.data.loyalty.referrals.programs(), formats: visit.formats)
                return visit.page(
                    "referrals", title: visit.words("referrals.title"), room: .loyalty, view)
            }
        }
        router.get("/referrals/:name") { request, context in
            try await read(request, context, needs: Room.loyalty.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await referral(visit, name)
            }
        }
    }

    private func referral(_ visit: Visit, _ name: String) async throws -> Response {
        let data = desk.data.loyalty.referrals
        guard let program = try await data.programs().first(where: { $0.name == name }) else {
            return visit.notFound()
        }
        let state = visit.query["state"].flatMap { ReferralLine.State(rawValue: $0) }
        let sees = visit.may(.readCustomers)
        let view = ReferralView(
            program, try await data.lines(name, state, sees), state: state, seesCustomers: sees,
            formats: visit.formats)
        return visit.page("referral", title: view.title, room: .loyalty, view)
    }
}
