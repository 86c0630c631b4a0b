import Access
import HTTPTypes
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
        router.get("/referrals/:name/:friend") { request, context in
            try await read(request, context, needs: Room.loyalty.permissions) { visit in
                guard let name = Self.name(context), let friend = Self.friend(context) else {
                    return visit.notFound()
                }
                return try await referralCase(visit, name, friend)
            }
        }
        router.post("/referrals/:name/:friend") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, fields in
                guard let name = Self.name(context), let friend = Self.friend(context) else {
                    return visit.notFound()
                }
                return try await judge(visit, name, friend, fields)
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

    private static func friend(_ context: some RequestContext) -> ID<Customer>? {
        context.parameters.get("friend").flatMap { ID<Customer>(String($0)) }
    }

    private func referralCase(
        _ visit: Visit, _ program: String, _ friend: ID<Customer>, problem: String? = nil
    ) async throws -> Response {
        let sees = visit.may(.readCustomers)
        guard let found = try await desk.data.loyalty.referrals.one(program, friend, sees) else {
            return visit.notFound()
        }
        let view = ReferralCaseView(
            found, program: program, seesCustomers: sees, mayJudge: visit.may(.changeCustomers),
            problem: problem, formats: visit.formats)
        return visit.page("referral-case", title: view.title, room: .loyalty, view)
    }

    private func judge(
        _ visit: Visit, _ program: String, _ friend: ID<Customer>, _ fields: FormFields
    ) async throws -> Response {
        guard let member = visit.session?.member else { return visit.notFound() }
        let reason = trimmed(fields["reason"] ?? "")
        guard let word = fields["choice"].flatMap({ ReferralCase.Word(rawValue: $0) }),
            reason.utf8.count <= 200, !reason.isEmpty || word == .withdraw
        else {
            return try await referralCase(
                visit, program, friend, problem: visit.words("referrals.case.wrong"))
        }
        let isDone = try await desk.data.loyalty.referrals.judge(
            program, friend, word, reason, member)
        guard isDone else { return visit.notFound() }
        return visit.redirect(ReferralCaseView.path(program, friend))
    }
}
