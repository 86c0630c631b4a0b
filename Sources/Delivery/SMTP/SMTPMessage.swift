import Kernel

/// A finished message and its envelope: the same bytes at every attempt.
package struct SMTPMessage: Sendable {
    /// What makes a message one that can't be sent by SMTP, to any server.
    package enum Problem: Error, Equatable, CustomStringConvertible {
        case senderAddress(reason: String)
        case recipientAddress(reason: String)
        /// A carriage return or a line feed without the other, at a byte's index: servers disagree about what it ends.
        case bareLineEnd(index: Int)
        case zeroByte(index: Int)
        /// A line of more than 998 bytes (RFC 5322 §2.1.1), which begins at a byte's index.
        case longLine(index: Int)
        case noLineEnd

        package var description: String {
            switch self {
            case .senderAddress(let reason): "the sender's address \(reason)"
            case .recipientAddress(let reason): "the recipient's address \(reason)"
            case .bareLineEnd(let index):
                "the message has a carriage return or line feed by itself at byte \(index)"
            case .zeroByte(let index): "the message has a zero byte at \(index)"
            case .longLine(let index): "the message has a line of over 998 bytes at byte \(index)"
            case .noLineEnd: "the message does not end with a line's end"
            }
        }
    }

    /// RFC 5321 §4.5.3.1.3, without the angle brackets.
    package static let addressBytesMax = 254

    /// Where bounces go; empty for a message that must not bounce.
    package let sender: String
    package let recipient: String
    /// Lines with CR LF at their ends; a dot at a line's start is written once.
    package let content: [UInt8]
    /// What the content needs of a server.
    let traits: SMTPContentTraits

    /// - Throws: `Problem` where an address would say more than an address, or the content isn't made of lines.
    package init(sender: String, recipient: String, content: [UInt8]) throws(Problem) {
        if !sender.isEmpty, let reason = Self.fault(ofAddress: sender) {
            throw .senderAddress(reason: reason)
        }
        if let reason = Self.fault(ofAddress: recipient) {
            throw .recipientAddress(reason: reason)
        }
        traits = try SMTPContentTraits(content.span)
        self.sender = sender
        self.recipient = recipient
        self.content = content
    }

    /// Whether an address is beyond ASCII, so that the server must know SMTPUTF8 (RFC 6531).
    var needsUnicode: Bool {
        !sender.utf8.allSatisfy { $0 < 0x80 } || !recipient.utf8.allSatisfy { $0 < 0x80 }
    }

    /// The recipient's domain in lower case, as throttles count it; empty where there is none.
    package var recipientDomain: String {
        guard let at = recipient.lastIndex(of: "@") else { return "" }
        return recipient[recipient.index(after: at)...].lowercased()
    }

    /// What is wrong with an address as a command's argument; whether it exists is the server's to say.
    static func fault(ofAddress text: String) -> String? {
        if text.isEmpty { return "is empty" }
        if text.utf8.count > addressBytesMax { return "has over \(addressBytesMax) bytes" }
        for byte in text.utf8 {
            switch byte {
            case 0x00...0x1F, 0x7F: return "has a control character"
            case 0x20: return "has a space"
            case 0x3C, 0x3E: return "has an angle bracket"
            default: break
            }
        }
        // C1 controls, and what Unicode calls line ends.
        for scalar in text.unicodeScalars
        where (0x80...0x9F).contains(scalar.value) || (0x2028...0x2029).contains(scalar.value) {
            return "has a control character"
        }
        guard let at = text.utf8.lastIndex(of: 0x40) else { return "has no @" }
        if at == text.utf8.startIndex { return "has nothing before its @" }
        if text.utf8.index(after: at) == text.utf8.endIndex { return "has nothing after its @" }
        return nil
    }
}

/// What is found in one pass over a content.
struct SMTPContentTraits: Sendable, Equatable {
    static let lineBytesMax = 998

    /// Whether a byte is above 0x7F, so that the server must know 8BITMIME (RFC 6152).
    private(set) var hasHighBytes = false
    /// Where lines begin with a dot, which is doubled on the way (RFC 5321 §4.5.2).
    private(set) var dots: [Int32] = []

    init(_ bytes: Span<UInt8>) throws(SMTPMessage.Problem) {
        let count = bytes.count
        guard count >= 2, bytes[count - 1] == 0x0A else { throw .noLineEnd }
        var lineStart = 0
        var high: UInt64 = 0
        var index = 0
        while index < count {
            // A word without anything of note is passed over at once; most words are such.
            while index &+ 8 <= count {
                let word = bytes.littleEndianWord(at: index)
                high |= word
                if Self.isOfNote(word) { break }
                index &+= 8
            }
            let end = min(index &+ 8, count)
            while index < end {
                let byte = bytes[index]
                switch byte {
                case 0x0D:
                    guard index &+ 1 < count, bytes[index &+ 1] == 0x0A else {
                        throw .bareLineEnd(index: index)
                    }
                    if index - lineStart > Self.lineBytesMax { throw .longLine(index: lineStart) }
                    index &+= 2
                    lineStart = index
                    if index < count, bytes[index] == 0x2E { dots.append(Int32(index)) }
                    continue
                case 0x0A: throw .bareLineEnd(index: index)
                case 0: throw .zeroByte(index: index)
                default: high |= UInt64(byte)
                }
                index &+= 1
            }
        }
        if bytes[0] == 0x2E { dots.insert(0, at: 0) }
        hasHighBytes = high & 0x8080_8080_8080_8080 != 0
    }

    /// Whether one of eight bytes is zero, a line feed or a carriage return; it may also be said of a byte after one.
    @inline(__always)
    private static func isOfNote(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let feeds = word ^ (ones &* 0x0A)
        let returns = word ^ (ones &* 0x0D)
        let zeros = (word &- ones) & ~word
        let marks = zeros | ((feeds &- ones) & ~feeds) | ((returns &- ones) & ~returns)
        return marks & (ones << 7) != 0
    }
}
