/// Where a receiver listens, as somebody wrote it down.
package struct WebhookAddress: Sendable, Equatable {
    package enum Problem: Error, Equatable, CustomStringConvertible {
        case unreadable
        case notWeb
        case hasUser
        case hasFragment
        case badHost
        case badPort
        case tooLong
        /// Plain HTTP to an address that isn't private.
        case notEncrypted

        package var description: String {
            switch self {
            case .unreadable: "not a web address; write it as https://example.com/path"
            case .notWeb: "not a web address; it begins with https://"
            case .hasUser: "names a user or password; messages are signed instead"
            case .hasFragment: "has a fragment (#…), which isn't sent; leave it out"
            case .badHost: "names no host, or one with letters that no host has"
            case .badPort: "has a port that isn't 1 to 65535"
            case .tooLong: "is longer than \(WebhookAddress.charactersMax) characters"
            case .notEncrypted:
                "begins with http://, which anybody on the way can read; use https://, or allow "
                    + "private addresses for a receiver of your own network"
            }
        }
    }

    package static let charactersMax = 2000

    package let isEncrypted: Bool
    /// In small letters, and without the brackets of an IPv6 address.
    package let host: String
    package let port: Int
    /// From the first slash on, with the query.
    let pathAndQuery: String

    /// - Parameter allowsPrivate: Whether plain HTTP will do.
    package init(_ text: String, allowsPrivate: Bool) throws(Problem) {
        guard text.utf8.count <= Self.charactersMax else { throw .tooLong }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !text.contains("\\"),
            let end = text.firstRange(of: "://")
        else { throw .unreadable }
        switch text[..<end.lowerBound].lowercased() {
        case "https": isEncrypted = true
        case "http": isEncrypted = false
        default: throw .notWeb
        }
        guard isEncrypted || allowsPrivate else { throw .notEncrypted }
        let rest = text[end.upperBound...]
        guard !rest.contains("#") else { throw .hasFragment }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw .hasUser }
        var host = authority
        var port = isEncrypted ? 443 : 80
        let portMark = authority.lastIndex(of: ":")
        if let mark = portMark, !authority[mark...].contains("]") {
            host = authority[..<mark]
            let digits = authority[authority.index(after: mark)...]
            guard digits.allSatisfy(\.isNumber), let number = Int(digits),
                (1...65_535).contains(number)
            else { throw .badPort }
            port = number
        }
        self.host = try Self.host(host.lowercased())
        self.port = port
        let path = rest.dropFirst(authority.count)
        pathAndQuery = path.hasPrefix("/") ? String(path) : "/" + path
    }

    private static func host(_ text: String) throws(Problem) -> String {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let address = String(text.dropFirst().dropLast())
            guard NetworkAddress(address)?.isVersion6 == true else { throw .badHost }
            return address
        }
        let isName = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
                || byte == UInt8(ascii: "_")
        }
        guard isName, !text.isEmpty, text.utf8.count <= 253 else { throw .badHost }
        return text
    }

    /// The address again, in one way of writing it.
    package var text: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        let isUsual = port == (isEncrypted ? 443 : 80)
        return (isEncrypted ? "https://" : "http://") + shown + (isUsual ? "" : ":\(port)")
            + pathAndQuery
    }
}
