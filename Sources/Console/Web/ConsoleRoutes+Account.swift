import Access
import HTTPTypes
import Hummingbird

extension ConsoleRoutes {
    func account(_ visit: Visit) -> Response {
        account(visit, problem: "", status: .ok)
    }

    private func account(
        _ visit: Visit, problem: String, status: HTTPResponse.Status
    ) -> Response {
        guard let session = visit.session else { return visit.redirect("/sign-in") }
        let wasChanged = problem.isEmpty && visit.query["changed"] == "1"
        return visit.page(
            "account", title: visit.words("account.title"), room: nil,
            AccountView(session, problem: problem, wasChanged: wasChanged, words: visit.words),
            status: status)
    }

    func changePassword(_ visit: Visit, _ form: FormFields) async throws -> Response {
        guard let session = visit.session else { return visit.redirect("/sign-in") }
        let change = PasswordChange(
            member: session.member, current: form["current"] ?? "", new: form["new"] ?? "",
            token: visit.cookie)
        switch try await desk.data.changePassword(change) {
        case .changed: return visit.redirect("/account?changed=1")
        case .wrongCurrent:
            return account(
                visit, problem: visit.words("password.wrongCurrent"), status: .unprocessableContent)
        case .refused(let refusal):
            return account(
                visit, problem: Self.text(refusal, visit.words), status: .unprocessableContent)
        case .tooManyAttempts(let seconds):
            var response = account(
                visit, problem: Self.tooMany(visit, seconds: seconds), status: .tooManyRequests)
            response.headers[.retryAfter] = "\(seconds)"
            return response
        }
    }

    static func tooMany(_ visit: Visit, seconds: Int) -> String {
        let minutes = max(1, (seconds + 59) / 60)
        return visit.words("signIn.tooMany", count: minutes, visit.formats.integer(minutes))
    }

    private static func text(_ refusal: PasswordRules.Refusal, _ words: Words) -> String {
        switch refusal {
        case .tooShort: words("password.tooShort", "\(PasswordRules.charactersMin)")
        case .tooLong: words("password.tooLong", "\(PasswordRules.bytesMax)")
        case .common: words("password.common")
        case .personal: words("password.personal")
        }
    }
}
