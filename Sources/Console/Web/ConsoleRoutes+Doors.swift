import Access
import HTTPTypes
import Hummingbird
import Kernel
import Logging

/// The doors that every request goes through: who is asking, may they, what if it fails.
extension ConsoleRoutes {
    /// For everybody, signed in or not.
    func open<Context: RequestContext>(
        _ request: Request, _ context: Context, _ answer: (Visit) async throws -> Response
    ) async throws -> Response {
        do {
            return try await answer(desk.visit(request))
        } catch {
            return failed(error, request, context)
        }
    }

    /// For members who may do any of what is needed; others who are signed in are told that they may
    /// not, all else are sent to sign in and come back here.
    ///
    /// - Parameter needs: Empty where every member may.
    func read<Context: RequestContext>(
        _ request: Request, _ context: Context, needs: Set<Permission>,
        _ answer: (Visit) async throws -> Response
    ) async throws -> Response {
        try await open(request, context) { visit in
            guard visit.session != nil else { return Self.toSignIn(visit) }
            guard Self.allows(visit, needs) else { return visit.notAllowed() }
            return try await answer(visit)
        }
    }

    private static func allows(_ visit: Visit, _ needs: Set<Permission>) -> Bool {
        needs.isEmpty || needs.contains { visit.may($0) }
    }

    /// Who may send a form.
    enum Sender {
        case anybody
        case member
        /// A member who may do this.
        case allowed(Permission)
    }

    /// For forms: who sends it, its token and the browser's word are checked before anything is done.
    ///
    /// - Parameter bytesMax: A form of more bytes than this is refused.
    func submit<Context: RequestContext>(
        _ request: Request, _ context: Context, by sender: Sender,
        bytesMax: Int = Self.formBytesMax,
        _ answer: (Visit, FormFields) async throws -> Response
    ) async throws -> Response {
        try await open(request, context) { visit in
            switch sender {
            case .anybody: break
            case .member, .allowed:
                guard visit.session != nil else { return Self.toSignIn(visit) }
            }
            var request = request
            let body: ByteBuffer
            do {
                body = try await request.collectBody(upTo: bytesMax)
            } catch {
                // Too long, or broken off: either way there is no form to act on.
                return visit.failure(.forbidden(visit.words), status: .contentTooLarge)
            }
            let form = FormFields(String(buffer: body))
            let cookie = visit.isNew ? nil : visit.cookie
            let verdict = desk.formGuard.check(request, token: form["token"], cookie: cookie)
            guard verdict == .allowed else {
                context.logger.info(
                    "form refused",
                    metadata: ["reason": "\(verdict)", "path": "\(request.uri.path)"])
                return visit.failure(.forbidden(visit.words), status: .forbidden)
            }
            // After the form's own check: a forged form is told nothing of what the member may do.
            if case .allowed(let permission) = sender, !visit.may(permission) {
                context.logger.notice(
                    "not allowed",
                    metadata: [
                        "path": "\(request.uri.path)", "needs": "\(permission.rawValue)",
                        "member": "\(visit.session?.member.description ?? "")",
                    ])
                return visit.notAllowed()
            }
            return try await answer(visit, form)
        }
    }

    private static func toSignIn(_ visit: Visit) -> Response {
        let path = visit.request.uri.string
        let isPage = visit.request.method == .get && path != "/"
        return visit.redirect(isPage ? "/sign-in?next=\(FormFields.encode(path))" : "/sign-in")
    }

    private func failed<Context: RequestContext>(
        _ error: any Error, _ request: Request, _ context: Context
    ) -> Response {
        context.logger.error(
            "console page failed",
            metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
        let visit = desk.visit(request, session: nil, cookie: nil)
        return visit.failure(
            .internalError(visit.words, reference: context.id), status: .internalServerError)
    }
}
