import HTTPTypes
import Hummingbird

/// The console's cookies by name, and how they are written.
struct ConsoleCookies: Sendable {
    let isSecure: Bool

    /// Holds the session token of who is signed in.
    var session: String { isSecure ? "__Host-perennial_session" : "perennial_session" }
    /// Random, for the forms of who isn't signed in yet.
    var visit: String { isSecure ? "__Host-perennial_visit" : "perennial_visit" }
    /// `light` or `dark`, where the visitor chose one; our script writes it too.
    let theme = "perennial_theme"
    /// `folded` where the visitor folded the menu; our script writes it too.
    let rail = "perennial_rail"

    /// A `Set-Cookie` value. `maxAgeSeconds` 0 removes the cookie.
    func write(_ name: String, _ value: String, maxAgeSeconds: Int, forScripts: Bool = false)
        -> String
    {
        var text = "\(name)=\(value); Path=/; Max-Age=\(maxAgeSeconds); SameSite=Lax"
        if !forScripts { text += "; HttpOnly" }
        if isSecure { text += "; Secure" }
        return text
    }

    /// The cookie's value as the browser sent it; nil where it sent none or an empty one.
    static func read(_ name: String, in request: Request) -> String? {
        for header in request.headers[values: .cookie] {
            for pair in header.split(separator: ";") {
                let pair = trimmed(pair)
                guard pair.hasPrefix(name + "=") else { continue }
                let value = String(pair.dropFirst(name.count + 1))
                return value.isEmpty ? nil : value
            }
        }
        return nil
    }

    /// 128 random bits as 32 letters.
    static func randomValue() -> String {
        var source = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(source.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}
