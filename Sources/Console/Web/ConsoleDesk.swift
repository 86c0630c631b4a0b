import HTTPTypes
import Hummingbird
import Kernel

/// What all of the console's handlers share.
struct ConsoleDesk: Sendable {
    let data: ConsoleData
    let settings: ConsoleSettings
    let assets: ConsoleAssets
    let templates: Templates
    let words: Words
    let definitions: MarkdownPage
    let formGuard: FormGuard
    let cookies: ConsoleCookies
    let drafts = DraftShelf()

    init(data: ConsoleData, settings: ConsoleSettings, assets: ConsoleAssets) throws {
        self.data = data
        self.settings = settings
        self.assets = assets
        templates = try Templates()
        words = Words(file: ConsoleResources.text("en.words"))
        definitions = MarkdownPage(ConsoleResources.text("metrics.md"))
        formGuard = FormGuard(key: settings.formKey)
        cookies = ConsoleCookies(isSecure: settings.isSecure)
    }

    /// Finds out who is asking.
    func visit(_ request: Request) async throws -> Visit {
        var session: ConsoleSession?
        var cookie = ConsoleCookies.read(cookies.session, in: request)
        if let token = cookie {
            session = try await data.session(token)
        }
        if session == nil {
            cookie = ConsoleCookies.read(cookies.visit, in: request)
        }
        return self.visit(request, session: session, cookie: cookie)
    }

    /// A visit by nobody in particular, for pages that show errors.
    func visit(_ request: Request, session: ConsoleSession?, cookie: String?) -> Visit {
        let numbers = NumberStyle.preferred(acceptLanguage: request.headers[.acceptLanguage])
        return Visit(
            desk: self, request: request, session: session,
            cookie: cookie ?? ConsoleCookies.randomValue(), isNew: cookie == nil,
            formats: Formats(numbers: numbers, zone: settings.zone, words: words),
            query: FormFields(request.uri.query ?? ""))
    }
}
