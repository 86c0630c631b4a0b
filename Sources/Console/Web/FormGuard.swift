import HTTPTypes
import Hummingbird
import Kernel

/// Makes sure that a form was sent from one of our own pages.
///
/// Each form holds a token that only this installation can make from the visitor's cookie. Besides,
/// the browser's own word (`Sec-Fetch-Site`, or `Origin` from browsers that don't send it) must say
/// that the request began here.
struct FormGuard: Sendable {
    private let hash: SipHash

    enum Verdict: Equatable {
        case allowed
        /// The browser says that another site sent the form.
        case crossSite
        /// No token, or not this visitor's.
        case badToken
    }

    init(key: SipHash.Key) {
        hash = SipHash(key: key)
    }

    /// The token for forms of the visitor who holds this cookie.
    func token(cookie: String) -> String {
        hash.digest(cookie, domain: 0xC5).bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }

    func check(_ request: Request, token given: String?, cookie: String?) -> Verdict {
        guard comesFromHere(request) else { return .crossSite }
        guard let given, let cookie, Self.equal(given, token(cookie: cookie)) else {
            return .badToken
        }
        return .allowed
    }

    private func comesFromHere(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite] { return site == "same-origin" }
        guard let origin = request.headers[.origin] else { return true }
        guard let authority = request.head.authority, let cut = origin.firstRange(of: "://") else {
            return false
        }
        return origin[cut.upperBound...] == authority
    }

    /// Compares without telling by its duration how far the two agree.
    private static func equal(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension HTTPField.Name {
    static let secFetchSite = HTTPField.Name.known("Sec-Fetch-Site")
    static let htmxRequest = HTTPField.Name.known("HX-Request")
    static let htmxTarget = HTTPField.Name.known("HX-Target")
    static let htmxRedirect = HTTPField.Name.known("HX-Redirect")
    static let htmxPushURL = HTTPField.Name.known("HX-Push-Url")
    static let frameOptions = HTTPField.Name.known("X-Frame-Options")
    static let referrerPolicy = HTTPField.Name.known("Referrer-Policy")
    static let permissionsPolicy = HTTPField.Name.known("Permissions-Policy")
    static let openerPolicy = HTTPField.Name.known("Cross-Origin-Opener-Policy")
    static let robotsTag = HTTPField.Name.known("X-Robots-Tag")
    static let resourcePolicy = HTTPField.Name.known("Cross-Origin-Resource-Policy")

    /// A name that is written down here, so that it can't be an invalid one.
    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else {
            preconditionFailure("\(name) is not a header's name")
        }
        return name
    }
}
