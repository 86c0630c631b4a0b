import Access
import HTTPTypes
import Hummingbird
import Kernel
import Logging

/// A loyalty member's own page, by a signed link: who holds the link sees the account, and nobody changes anything by it.
extension ConsoleRoutes {
    private static let movementsShown = 20

    func addPublicMember<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/club/:token") { request, context in
            let visit = PublicVisit(desk: desk, request: request)
            guard let token = context.parameters.get("token"), PublicVisit.isToken(token) else {
                return visit.failure("club.unknown", status: .notFound)
            }
            do {
                return try await publicMember(visit, token)
            } catch {
                // The path is a key to somebody's account and is kept out of the log.
                context.logger.error("public page failed", metadata: ["error": "\(error)"])
                return visit.failure("public.failed", status: .internalServerError)
            }
        }
        router.get("/loyalty/:name/members/:customer/page") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let name = Self.name(context),
                    let customer = context.parameters.get("customer")
                        .flatMap({ ID<Customer>($0) }),
                    let path = try await desk.data.loyalty.memberPagePath(name, customer)
                else { return visit.notFound() }
                return visit.redirect(path)
            }
        }
    }

    private func publicMember(_ visit: PublicVisit, _ token: String) async throws -> Response {
        let before = FormFields(visit.request.uri.query ?? "")["before"]
        // What can't be a movement's number is passed over.
        let place = before.flatMap { Int64($0) }.flatMap { $0 > 0 ? String($0) : nil }
        switch try await desk.data.loyalty.publicMember(token, place, Self.movementsShown) {
        case .unknown: return visit.failure("club.unknown", status: .notFound)
        case .expired: return visit.failure("club.expired", status: .gone)
        case .page(let data):
            let view = PublicMemberView(
                data, path: "/club/\(token)", isFirstPage: place == nil, formats: visit.formats)
            return visit.branded("public-member", title: view.title, view)
        }
    }
}
