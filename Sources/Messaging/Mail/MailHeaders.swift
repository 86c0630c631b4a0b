/// Where a receiver's own button unsubscribes (RFC 2369, RFC 8058).
package struct ListUnsubscribe: Equatable, Sendable {
    package static let urlBytesMax = 900

    package let url: String
    package let mailto: EmailAddress?
    /// What such a mail has as its subject; how the inbound side knows whose it is.
    package let mailtoSubject: String

    /// - Parameters:
    ///   - url: Absolute; by `http` it is a link only, without `List-Unsubscribe-Post`.
    ///   - mailtoSubject: ASCII letters, digits, `-`, `.` and `_`.
    /// - Throws: `.url`, `.tooLong`, `.identifier`.
    package init(
        url: String, mailto: EmailAddress? = nil, mailtoSubject: String = ""
    ) throws(MessageRefusal) {
        guard url.utf8.count <= Self.urlBytesMax else {
            throw .tooLong(header: "List-Unsubscribe", limit: Self.urlBytesMax)
        }
        guard isWebAddress(url) else { throw .url(header: "List-Unsubscribe") }
        guard mailtoSubject.utf8.allSatisfy(isIdentifierByte), mailtoSubject.utf8.count <= 200,
            mailto.map({ $0.local.utf8.allSatisfy { $0 == 0x2B || isIdentifierByte($0) } }) ?? true
        else { throw .identifier(header: "List-Unsubscribe") }
        self.url = url
        self.mailto = mailto
        self.mailtoSubject = mailtoSubject
    }

    /// Whether a POST to the address unsubscribes without a page. RFC 8058 demands `https`; what never leaves this machine,
    /// as where mail is tried out, does without.
    package var isOneClick: Bool {
        ["https:", "http://127.0.0.1", "http://localhost", "http://[::1]"].contains { start in
            guard url.utf8.starts(with: start.utf8) else { return false }
            // Not `http://localhost.example`.
            let next = url.utf8.dropFirst(start.utf8.count).first
            return start == "https:" || next == UInt8(ascii: ":") || next == UInt8(ascii: "/")
        }
    }
}

/// The name of the kind of mail, by which people filter it (RFC 2919).
package struct ListID: Equatable, Sendable {
    /// Such as `news.shop.example.com`.
    package let id: String
    /// For people; may be empty.
    package let name: String

    /// - Throws: `.identifier`, `.control`, `.tooLong`.
    package init(id: String, name: String = "") throws(MessageRefusal) {
        guard id.utf8.count <= 200, id.contains("."), !id.hasPrefix("."), !id.hasSuffix("."),
            id.utf8.allSatisfy(isIdentifierByte)
        else { throw .identifier(header: "List-Id") }
        if hasControl(name) { throw .control(header: "List-Id") }
        guard name.utf8.count <= Mailbox.nameBytesMax else {
            throw .tooLong(header: "List-Id", limit: Mailbox.nameBytesMax)
        }
        self.id = id
        self.name = name
    }
}

/// By what Gmail counts complaints in its Postmaster Tools: `campaign:template:stream:sender`.
package struct FeedbackID: Equatable, Sendable {
    package let text: String

    /// - Parameters:
    ///   - parts: Up to three, the narrowest first; each of few values, as rare ones aren't shown.
    ///   - sender: The same for all mail of a sender; 5 to 15 characters are asked for.
    /// - Throws: `.identifier`.
    package init(_ parts: [String], sender: String) throws(MessageRefusal) {
        let all = parts + [sender]
        guard parts.count <= 3, !sender.isEmpty, sender.utf8.count <= 15,
            all.allSatisfy({ $0.utf8.count <= 64 && $0.utf8.allSatisfy(isIdentifierByte) })
        else { throw .identifier(header: "Feedback-ID") }
        text = all.joined(separator: ":")
    }
}

/// A header field that a user adds, such as `X-Shop-Order`.
package struct ExtraHeader: Equatable, Sendable {
    package static let nameBytesMax = 60
    package static let valueBytesMax = 800
    /// Those that the composer writes, or that are for servers on the way to write.
    private static let reserved: Set<String> = [
        "apparently-to", "auto-submitted", "bcc", "cc", "date", "errors-to", "feedback-id", "from",
        "list-id", "list-unsubscribe", "list-unsubscribe-post", "message-id", "mime-version",
        "precedence", "received", "received-spf", "reply-to", "return-path", "sender", "subject",
        "to", "x-auto-response-suppress",
    ]
    private static let reservedPrefixes = [
        "arc-", "authentication-", "content-", "delivered-", "dkim-", "domainkey-", "original-",
        "resent-", "x-google-", "x-ms-",
    ]

    package let name: String
    package let value: String

    /// - Throws: `.headerName`, `.control`, `.tooLong`.
    package init(_ name: String, _ value: String) throws(MessageRefusal) {
        let known = name.lowercased()
        guard (1...Self.nameBytesMax).contains(name.utf8.count),
            name.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || isIdentifierByte($0) }),
            !Self.reserved.contains(known),
            !Self.reservedPrefixes.contains(where: known.hasPrefix)
        else { throw .headerName(shown(name)) }
        if hasControl(value) { throw .control(header: name) }
        guard value.utf8.count <= Self.valueBytesMax else {
            throw .tooLong(header: name, limit: Self.valueBytesMax)
        }
        self.name = name
        self.value = value
    }
}

/// ASCII letters, digits, `-`, `.` and `_`.
func isIdentifierByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"):
        true
    default: false
    }
}

/// Whether a text is an absolute address of the web that can stand in a header, in angle brackets, as it is.
func isWebAddress(_ url: String) -> Bool {
    let host: Substring
    if url.hasPrefix("https://") {
        host = url.dropFirst(8)
    } else if url.hasPrefix("http://") {
        host = url.dropFirst(7)
    } else {
        return false
    }
    guard let first = host.utf8.first, first != UInt8(ascii: "/"), first != UInt8(ascii: "?"),
        first != UInt8(ascii: "#")
    else { return false }
    return url.utf8.allSatisfy { byte in
        switch byte {
        case 0x21...0x7E:
            byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "\"")
                && byte != UInt8(ascii: "\\")
        default: false
        }
    }
}
