/// What a link in a message does, for which message, and where it leads; nobody else can make one.
///
/// The address that a click leads to is inside what is signed, so that our domain redirects to nothing that wasn't in
/// the message. The text of a link is its bytes and its code in base64url: it needs no escaping in a path, a query,
/// HTML or a header.
package struct SignedLink: Sendable, Equatable {
    package enum Purpose: UInt8, Sendable, CaseIterable {
        /// Ends mail of a topic, or all.
        case unsubscribe = 1
        /// The page where topics and channels are chosen.
        case preferences = 2
        /// The image that says a message was opened.
        case open = 3
        /// Leads on to a page.
        case click = 4
        /// No person sees it: who follows it is a program.
        case trap = 5
        /// The message as a page.
        case view = 6
        /// Says that an address is its owner's.
        case confirm = 7
    }

    /// So that a link stands in one line of a header, and in every browser.
    package static let targetBytesMax = 2_000
    /// 128 bits.
    private static let codeBytes = 16
    private static let version: UInt8 = 1
    private static let use: StaticString = "perennial link"

    package let purpose: Purpose
    /// The raw value of the message's id.
    package let message: Int64
    /// Of a click the page's address, of unsubscribing the topic or nothing.
    package let target: String
    /// Which link of the message it is; 0 for those that there is one of.
    package let place: Int

    /// - Returns: nil for a click without a web address, and for a target that is too long or has controls.
    package init?(_ purpose: Purpose, message: Int64, target: String = "", place: Int = 0) {
        guard target.utf8.count <= Self.targetBytesMax, !hasControl(target),
            purpose != .click || isFollowable(target), (0...0xFFFF).contains(place)
        else { return nil }
        self.purpose = purpose
        self.message = message
        self.target = target
        self.place = place
    }

    /// The link's text: letters, digits, `-` and `_`.
    package func token(_ keys: SigningKeys) -> String {
        var data: [UInt8] = [
            Self.version, UInt8(truncatingIfNeeded: keys.number), purpose.rawValue,
            UInt8(truncatingIfNeeded: place >> 8), UInt8(truncatingIfNeeded: place),
        ]
        let bits = UInt64(bitPattern: message)
        for shift in stride(from: 56 as UInt64, through: 0, by: -8) {
            data.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        data.append(contentsOf: target.utf8)
        let code =
            keys.code(number: keys.number, use: Self.use, data: data, count: Self.codeBytes) ?? []
        return Base64URL.encode(code + data)
    }

    /// Reads a link's text.
    ///
    /// - Parameter purpose: What the place that was asked is for; a link for something else isn't taken there.
    /// - Returns: nil where we didn't make it, for whatever reason.
    package init?(token: some StringProtocol, purpose: Purpose, keys: SigningKeys) {
        guard token.utf8.count <= (Self.targetBytesMax + 64) * 4 / 3,
            let bytes = Base64URL.decode(token), bytes.count >= Self.codeBytes + 13
        else { return nil }
        let code = Array(bytes.prefix(Self.codeBytes))
        let data = Array(bytes.dropFirst(Self.codeBytes))
        guard data[0] == Self.version, data[2] == purpose.rawValue,
            keys.isValid(code, number: Int(data[1]), use: Self.use, data: data),
            let target = String(validating: data[13...], as: UTF8.self)
        else { return nil }
        let message = data[5..<13].reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        self.init(
            purpose, message: Int64(bitPattern: message), target: target,
            place: Int(data[3]) << 8 | Int(data[4]))
    }
}

/// Whether a browser can be sent to an address: absolute, of the web, without controls, spaces or a name that hides the
/// host.
private func isFollowable(_ url: String) -> Bool {
    for scheme in ["https://", "http://"] where url.lowercased().hasPrefix(scheme) {
        let rest = url.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return !host.isEmpty && !host.contains("@") && !host.contains("\\")
            && !url.unicodeScalars.contains { $0.value <= 0x20 || $0.value == 0x5C }
    }
    return false
}

/// Base64 with `-` and `_` and without padding (RFC 4648 §5).
enum Base64URL {
    static func encode(_ bytes: [UInt8]) -> String {
        var text = base64(bytes.span)
        while text.last == "=" { text.removeLast() }
        guard text.utf8.contains(where: { $0 == 0x2B || $0 == 0x2F }) else { return text }
        return String(
            decoding: text.utf8.map {
                $0 == 0x2B ? UInt8(ascii: "-") : $0 == 0x2F ? UInt8(ascii: "_") : $0
            }, as: UTF8.self)
    }

    /// Nil for other characters, and for a text that isn't the one that the bytes have.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count % 4 != 1,
            text.utf8.allSatisfy({
                $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 &- 0x30 < 10
                    || ($0 | 0x20) &- 0x61 < 26
            })
        else { return nil }
        let utf8 = Array(text.utf8)
        let bytes = decodedBase64(utf8.span)
        return encode(bytes) == text ? bytes : nil
    }
}
