/// What a server answered to a command (RFC 5321 §4.2): its code, the enhanced status where the text begins with one,
/// and the text for people.
package struct SMTPReply: Sendable, Equatable {
    /// 200 to 599.
    package let code: Int
    /// Nil where the server doesn't say one, or one of another class than the code.
    package let status: SMTPStatus?
    /// Without code and status; lines parted by line feeds, other control characters and bytes beyond ASCII as `?`.
    package let text: String

    package init(code: Int, status: SMTPStatus? = nil, text: String) {
        self.code = code
        self.status = status
        self.text = text
    }

    package var isPositive: Bool { (200...299).contains(code) }
    package var isTemporary: Bool { (400...499).contains(code) }
    package var isPermanent: Bool { (500...599).contains(code) }
}

extension SMTPReply: CustomStringConvertible {
    /// On one line, as people look for it in a log.
    package var description: String {
        let status = status.map { " \($0)" } ?? ""
        let words = text.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
        return words.isEmpty ? "\(code)\(status)" : "\(code)\(status) \(words)"
    }
}

/// An enhanced status code (RFC 3463), such as 5.1.1.
package struct SMTPStatus: Sendable, Hashable, CustomStringConvertible {
    /// 2, 4 or 5.
    package let kind: Int
    /// 0 to 999.
    package let subject: Int
    /// 0 to 999.
    package let detail: Int

    package init(_ kind: Int, _ subject: Int, _ detail: Int) {
        self.kind = kind
        self.subject = subject
        self.detail = detail
    }

    package var description: String { "\(kind).\(subject).\(detail)" }
}
