import HTTPTypes
import Hummingbird

extension ConsoleRoutes {
    func signInPage(_ visit: Visit) -> Response {
        let next = Self.localPath(visit.query["next"])
        guard visit.session == nil else { return visit.redirect(next) }
        return signInPage(visit, SignInView(email: "", problem: "", next: next), status: .ok)
    }

    private func signInPage(
        _ visit: Visit, _ view: SignInView, status: HTTPResponse.Status
    ) -> Response {
        visit.page("sign-in", title: visit.words("signIn.title"), room: nil, view, status: status)
    }

    func signIn(_ visit: Visit, _ form: FormFields, address: String?) async throws -> Response {
        let email = trimmed(form["email"] ?? "")
        let next = Self.localPath(form["next"])
        let attempt = SignInAttempt(
            email: email, password: form["password"] ?? "", address: address)
        switch try await desk.data.signIn(attempt) {
        case .signedIn(let token):
            var response = visit.redirect(next)
            let cookies = desk.cookies
            response.headers[values: .setCookie] = [
                cookies.write(
                    cookies.session, token, maxAgeSeconds: desk.settings.sessionDays * 86_400),
                cookies.write(cookies.visit, "", maxAgeSeconds: 0),
            ]
            return response
        case .refused:
            let view = SignInView(
                email: email, problem: visit.words("signIn.refused"), next: next)
            return signInPage(visit, view, status: .unprocessableContent)
        case .tooManyAttempts(let seconds):
            let problem = Self.tooMany(visit, seconds: seconds)
            var response = signInPage(
                visit, SignInView(email: email, problem: problem, next: next),
                status: .tooManyRequests)
            response.headers[.retryAfter] = "\(seconds)"
            return response
        }
    }

    func signOut(_ visit: Visit) async throws -> Response {
        try await desk.data.signOut(visit.cookie)
        var response = visit.redirect("/sign-in")
        response.headers[values: .setCookie] = [
            desk.cookies.write(desk.cookies.session, "", maxAgeSeconds: 0)
        ]
        return response
    }

    /// Light or dark, menu folded or not; our script does the same without asking the server.
    func preferences(_ visit: Visit, _ form: FormFields) -> Response {
        var response = visit.redirect(Self.localPath(form["next"]))
        let cookies = desk.cookies
        let year = 365 * 86_400
        if let theme = form["theme"], theme == "light" || theme == "dark" {
            response.headers[values: .setCookie].append(
                cookies.write(cookies.theme, theme, maxAgeSeconds: year, forScripts: true))
        }
        if let rail = form["rail"], rail == "folded" || rail == "open" {
            response.headers[values: .setCookie].append(
                cookies.write(cookies.rail, rail, maxAgeSeconds: year, forScripts: true))
        }
        return response
    }

    /// A path on this server, `/` for anything that a browser might take for another one.
    static func localPath(_ text: String?) -> String {
        guard let text, text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= 2000,
            !text.hasPrefix("//"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x5C }),
            !text.hasPrefix("/sign-in")
        else { return "/" }
        return text
    }
}
