import HTTPTypes
import Hummingbird
import Logging

/// The pages that recipients of mail come to by signed links, and what their mail programs send there.
///
/// Whoever holds the address may act: there is no cookie, no sign-in and no form token. A GET never changes
/// anything, as link scanners follow every link of a message; only a POST acts.
extension ConsoleRoutes {
    func addPublicMail<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/m/u/:token") { request, context in
            try await receive(request, context) { visit, token in
                guard let data = try await desk.data.mail.unsubscribePage(token) else {
                    return visit.notFound()
                }
                return Self.unsubscribePage(visit, data, token)
            }
        }
        router.post("/m/u/:token") { request, context in
            try await accept(request, context) { visit, token, form in
                try await unsubscribe(visit, token, form)
            }
        }
        router.get("/m/p/:token") { request, context in
            try await receive(request, context) { visit, token in
                guard let data = try await desk.data.mail.preferences(token) else {
                    return visit.notFound()
                }
                return Self.preferencesPage(visit, data, token)
            }
        }
        router.post("/m/p/:token") { request, context in
            try await accept(request, context) { visit, token, form in
                try await savePreferences(visit, token, form)
            }
        }
    }

    /// RFC 8058 §3.1 has mail programs send `List-Unsubscribe=One-Click`, without cookies, and take any answer of
    /// 200 without looking at it; a redirect wouldn't be followed. What says nothing we know unsubscribes too: who
    /// sends a form here wants no more mail, and some senders lose the body on the way.
    private func unsubscribe(
        _ visit: PublicVisit, _ token: String, _ form: FormFields
    ) async throws -> Response {
        let mail = desk.data.mail
        if form["act"] == "resubscribe" {
            guard let data = try await mail.resubscribe(token) else { return visit.notFound() }
            return Self.unsubscribePage(visit, data, token, wasChanged: true)
        }
        let isPage = form["act"] == "unsubscribe" && form["List-Unsubscribe"] == nil
        guard let data = try await mail.unsubscribe(token, isPage ? .page : .oneClick) else {
            return isPage
                ? visit.notFound()
                : visit.plain(visit.words("public.unknown.title"), status: .notFound)
        }
        return isPage
            ? Self.unsubscribePage(visit, data, token, wasChanged: true)
            : visit.plain(visit.words("public.unsubscribed"), status: .ok)
    }

    private func savePreferences(
        _ visit: PublicVisit, _ token: String, _ form: FormFields
    ) async throws -> Response {
        guard let before = try await desk.data.mail.preferences(token) else {
            return visit.notFound()
        }
        // Only what the page offers can be chosen.
        let offered = Set(before.topics.prefix(PreferencesPageData.topicsMax).map(\.name))
        let choices = PreferenceChoices(
            topics: offered.intersection(form.all("topic")), isAllOff: form["all-off"] == "yes")
        guard let data = try await desk.data.mail.savePreferences(token, choices) else {
            return visit.notFound()
        }
        return Self.preferencesPage(visit, data, token, wasSaved: true)
    }

    private static func unsubscribePage(
        _ visit: PublicVisit, _ data: UnsubscribePageData, _ token: String,
        wasChanged: Bool = false
    ) -> Response {
        visit.page(
            "public-unsubscribe", title: visit.words("public.unsubscribe"),
            UnsubscribeView(data, token: token, wasChanged: wasChanged, visit.words))
    }

    private static func preferencesPage(
        _ visit: PublicVisit, _ data: PreferencesPageData, _ token: String, wasSaved: Bool = false
    ) -> Response {
        visit.page(
            "public-preferences", title: visit.words("public.preferences"),
            PreferencesView(data, token: token, wasSaved: wasSaved))
    }

    // MARK: The public door

    private func receive<Context: RequestContext>(
        _ request: Request, _ context: Context,
        _ answer: (PublicVisit, _ token: String) async throws -> Response
    ) async throws -> Response {
        let visit = PublicVisit(desk: desk, request: request)
        guard let token = context.parameters.get("token"), PublicVisit.isToken(token) else {
            return visit.notFound()
        }
        do {
            return try await answer(visit, token)
        } catch {
            // The path is a key to somebody's consent and is kept out of the log.
            context.logger.error("public page failed", metadata: ["error": "\(error)"])
            return visit.failure("public.failed", status: .internalServerError)
        }
    }

    private func accept<Context: RequestContext>(
        _ request: Request, _ context: Context,
        _ answer: (PublicVisit, _ token: String, FormFields) async throws -> Response
    ) async throws -> Response {
        try await receive(request, context) { visit, token in
            var request = request
            let body: ByteBuffer
            do {
                body = try await request.collectBody(upTo: PublicVisit.formBytesMax)
            } catch {
                return visit.plain(visit.words("public.tooLong"), status: .contentTooLarge)
            }
            let form = PostedForm.fields(body, contentType: request.headers[.contentType])
            return try await answer(visit, token, form)
        }
    }
}
