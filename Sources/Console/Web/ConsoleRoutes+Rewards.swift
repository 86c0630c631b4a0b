import Access
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    private static let nameBytesMax = 200

    func addRewards<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/loyalty/:name/rewards") { request, context in
            try await read(request, context, needs: Room.loyalty.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await rewards(visit, name)
            }
        }
        router.post("/loyalty/:name/rewards") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, fields in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await step(visit, name, fields)
            }
        }
    }

    private func rewards(
        _ visit: Visit, _ program: String, problem: String? = nil
    ) async throws -> Response {
        let reward = visit.query["reward"].flatMap {
            $0.utf8.count <= Self.nameBytesMax ? $0 : nil
        }
        let page = try await desk.data.loyalty.rewards.page(
            program, reward, visit.may(.readCustomers))
        guard let page else { return visit.notFound() }
        let view = RewardsView(
            page, program: program, reward: reward, mayChange: visit.may(.changeCustomers),
            problem: problem, formats: visit.formats)
        return visit.page("rewards", title: view.title, room: .loyalty, view)
    }

    private func step(
        _ visit: Visit, _ program: String, _ fields: FormFields
    ) async throws -> Response {
        guard let claim = fields["claim"], claim.utf8.count <= Self.nameBytesMax,
            let step = fields["step"].flatMap({ ClaimRow.Step(rawValue: $0) })
        else { return try await rewards(visit, program, problem: visit.words("rewards.wrong")) }
        switch try await desk.data.loyalty.rewards.step(program, claim, step) {
        case .done: return visit.redirect("/loyalty/\(program)/rewards")
        case .refused(let reason): return try await rewards(visit, program, problem: reason)
        case .unknown: return visit.notFound()
        }
    }
}
