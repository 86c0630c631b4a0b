import HTTPTypes
import Hummingbird

/// One request by somebody who got mail: nobody who signs in, and nobody whom a cookie names.
struct PublicVisit: Sendable {
    let desk: ConsoleDesk
    let request: Request

    var words: Words { desk.words }

    /// Beyond this, no token is ours.
    static let tokenBytesMax = 2048
    /// A form of more bytes than this is refused: a page of topics needs far less.
    static let formBytesMax = 16 * 1024

    /// Whether it may be one of our tokens; what holds other letters needn't be looked up.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= tokenBytesMax
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// Writes figures and days as the visitor reads them.
    var formats: Formats {
        Formats(
            numbers: NumberStyle.preferred(acceptLanguage: request.headers[.acceptLanguage]),
            zone: desk.settings.zone, words: words)
    }

    /// A page that looks as the company does, with its logo from where that is kept.
    func branded(_ template: String, title: String, _ page: Any) -> Response {
        let brand = PublicBrand(desk.data.mail.company)
        var response = self.page(template, title: title, page, brand: brand)
        if let origin = brand.logoOrigin {
            response.headers[.contentSecurityPolicy] =
                SecurityHeaders.publicPolicy + "; img-src \(origin)"
        }
        return response
    }

    func page(
        _ template: String, title: String, _ page: Any, status: HTTPResponse.Status = .ok,
        brand: PublicBrand? = nil
    ) -> Response {
        let document = PublicDocument(
            w: words, frame: PublicFrame(desk, title: title, brand: brand), page: page)
        guard let text = desk.templates.render(template, document) else {
            return finished(Response(status: .internalServerError))
        }
        return finished(
            Response(
                status: status, headers: [.contentType: "text/html; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text))))
    }

    /// A short answer for a program.
    func plain(_ text: String, status: HTTPResponse.Status) -> Response {
        finished(
            Response(
                status: status, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n"))))
    }

    /// What went wrong, said calmly.
    func failure(_ key: String, status: HTTPResponse.Status) -> Response {
        let view = PublicNoteView(
            title: words("\(key).title"), text: words("\(key).text"),
            advice: words("\(key).advice"))
        return page("public-note", title: view.title, view, status: status)
    }

    func notFound() -> Response { failure("public.unknown", status: .notFound) }

    private func finished(_ response: Response) -> Response {
        var response = response
        SecurityHeaders.add(
            to: &response.headers, cacheControl: "no-store", isSecure: desk.settings.isSecure)
        // The address is a key: no other site may learn it, and no search engine may list it.
        response.headers[.contentSecurityPolicy] = SecurityHeaders.publicPolicy
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.robotsTag] = "noindex, nofollow"
        return response
    }
}

/// What surrounds a public page.
struct PublicFrame {
    let title: String
    let language: String
    let company: String
    let companyPath: String?
    let companyAddress: String?
    let logo: String?
    let colour: String?
    let styles: [String]

    /// - Parameter brand: The company's look; nil for none.
    init(_ desk: ConsoleDesk, title: String, brand: PublicBrand? = nil) {
        let known = desk.data.mail.company
        self.title = title
        language = "en"
        company = known.name.isEmpty ? desk.settings.workspaceName : known.name
        let isWeb = known.url.hasPrefix("https://") || known.url.hasPrefix("http://")
        companyPath = isWeb ? known.url : nil
        companyAddress = known.address.isEmpty ? nil : known.address
        logo = brand?.logo
        colour = brand?.colour
        let own = brand == nil ? [] : ["club.css"]
        styles = (["tokens.css", "app.css"] + own).compactMap { desk.assets.paths[$0] }
    }
}

/// What a public template is filled with.
struct PublicDocument {
    let w: Words
    let frame: PublicFrame
    let page: Any
}
