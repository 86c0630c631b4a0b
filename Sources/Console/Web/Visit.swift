import Access
import HTTPTypes
import Hummingbird
import Kernel

/// One request by somebody who looks at the console: who it is, and what pages need of them.
struct Visit: Sendable {
    let desk: ConsoleDesk
    let request: Request
    /// Nil before signing in.
    let session: ConsoleSession?
    /// What the form tokens are made from: the session's cookie, or the one for who isn't signed
    /// in.
    let cookie: String
    /// Whether `cookie` was just made and must be sent.
    let isNew: Bool
    let formats: Formats
    let query: FormFields

    var words: Words { desk.words }

    /// Whether whoever looks may do this; nobody who isn't signed in may do anything.
    func may(_ permission: Permission) -> Bool {
        session?.permissions.contains(permission) == true
    }

    /// Whether htmx asks for the part of the page with this id.
    func asksForPart(_ id: String) -> Bool {
        request.headers[.htmxRequest] == "true" && request.headers[.htmxTarget] == id
    }

    /// A whole page.
    ///
    /// - Parameters:
    ///   - template: The page's template.
    ///   - room: Which entry of the menu is the current one.
    func page(
        _ template: String, title: String, room: Room?, _ page: Any,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let frame = Frame(self, title: title, room: room)
        let document = Document(w: words, frame: frame, page: page)
        return html(desk.templates.render(template, document), status: status)
    }

    /// A page with frames of ours in it.
    func framing(_ response: Response) -> Response {
        var response = response
        SecurityHeaders.allowFrames(&response.headers)
        return response
    }

    /// The document of a mail, for a frame: never a page of the console.
    func mailDocument(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        let scheme = query["scheme"].flatMap(MailScheme.init) ?? .light
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        var response = finished(
            Response(
                status: status, headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: scheme.applied(to: html)))))
        response.headers[.contentSecurityPolicy] = SecurityHeaders.mailPolicy
        response.headers[.frameOptions] = "SAMEORIGIN"
        response.headers[.referrerPolicy] = "no-referrer"
        return response
    }

    /// A part of a page, for htmx.
    func part(_ template: String, _ page: Any) -> Response {
        let document = Document(w: words, frame: Frame(self, title: "", room: nil), page: page)
        return html(desk.templates.render(template, document), status: .ok)
    }

    /// The page that says what went wrong.
    func failure(_ failure: FailureView, status: HTTPResponse.Status) -> Response {
        page("error", title: failure.title, room: nil, failure, status: status)
    }

    func notFound() -> Response {
        failure(FailureView.notFound(words), status: .notFound)
    }

    func notAllowed() -> Response {
        let role = session?.role ?? ""
        return failure(FailureView.notAllowed(words, role: role), status: .forbidden)
    }

    /// Sends the browser elsewhere, also where htmx asked.
    func redirect(_ path: String) -> Response {
        var headers = HTTPFields()
        if request.headers[.htmxRequest] == "true" {
            headers[.htmxRedirect] = path
            return finished(Response(status: .ok, headers: headers))
        }
        headers[.location] = path
        return finished(Response(status: .seeOther, headers: headers))
    }

    /// Nothing to show: htmx leaves the page as it is.
    func unchanged() -> Response { finished(Response(status: .noContent)) }

    /// Whether htmx asks.
    var isPart: Bool { request.headers[.htmxRequest] == "true" }

    /// A cursor from the address; nil where there is none, or it is too long to be one of ours.
    func cursor(_ name: String) -> String? {
        query[name].flatMap {
            !$0.isEmpty && $0.utf8.count <= CustomerListState.cursorBytesMax ? $0 : nil
        }
    }

    private func html(_ text: String?, status: HTTPResponse.Status) -> Response {
        guard let text else {
            return finished(Response(status: .internalServerError))
        }
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.vary] = "Cookie, Accept-Language, HX-Request, HX-Target"
        return finished(
            Response(
                status: status, headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: text))))
    }

    /// Adds what every answer carries.
    func finished(_ response: Response, cacheControl: String = "no-store") -> Response {
        var response = response
        SecurityHeaders.add(
            to: &response.headers, cacheControl: cacheControl, isSecure: desk.settings.isSecure)
        if isNew, session == nil {
            let cookies = desk.cookies
            response.headers[values: .setCookie].append(
                cookies.write(cookies.visit, cookie, maxAgeSeconds: 86_400))
        }
        return response
    }
}

/// A menu entry.
enum Room: String, CaseIterable, Sendable {
    case home
    case customers
    case segments
    case journeys
    case campaigns
    case loyalty
    case promotions
    case templates
    case messages
    case suppressions
    case tasks
    case outbox
    case retention
    case models
    case settings

    var path: String {
        switch self {
        case .home: "/"
        case .customers: "/customers"
        case .segments: "/segments"
        case .journeys: "/journeys"
        case .campaigns: "/campaigns"
        case .loyalty: "/loyalty"
        case .promotions: "/promotions"
        case .templates: "/templates"
        case .messages: "/messages"
        case .suppressions: "/suppressions"
        case .tasks: "/tasks"
        case .outbox: "/outbox"
        case .retention: "/insights/retention"
        case .models: "/insights/models"
        case .settings: "/settings"
        }
    }

    /// Any of these opens the room.
    var permissions: Set<Permission> {
        switch self {
        case .home, .journeys, .campaigns, .loyalty, .promotions, .templates, .retention, .models:
            [.readFigures]
        case .segments, .messages: [.readFigures, .readCustomers]
        case .customers, .suppressions, .tasks, .outbox: [.readCustomers]
        case .settings: [.manageMembers, .manageKeys]
        }
    }

    /// Whether it stands in the menu; the others are reached from where things are sent.
    var isInMenu: Bool { self != .outbox && self != .suppressions }

    /// The rooms that are open to whoever looks, in the menu's order.
    static func open(to visit: Visit) -> [Room] {
        allCases.filter { $0.permissions.contains { visit.may($0) } }
    }
}

/// What a template is filled with.
struct Document {
    let w: Words
    let frame: Frame
    let page: Any
}
