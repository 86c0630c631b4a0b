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

    /// For members; others are sent to sign in and come back here.
    func read<Context: RequestContext>(
        _ request: Request, _ context: Context, _ answer: (Visit) async throws -> Response
    ) async throws -> Response {
        try await open(request, context) { visit in
            guard visit.session != nil else { return Self.toSignIn(visit) }
            return try await answer(visit)
        }
    }

    /// For forms: the token and the browser's word are checked before anything is done.
    func submit<Context: RequestContext>(
        _ request: Request, _ context: Context, needsMember: Bool = true,
        _ answer: (Visit, FormFields) async throws -> Response
    ) async throws -> Response {
        try await open(request, context) { visit in
            guard !needsMember || visit.session != nil else { return Self.toSignIn(visit) }
            var request = request
            let body: ByteBuffer
            do {
                body = try await request.collectBody(upTo: Self.formBytesMax)
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
