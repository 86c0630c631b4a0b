import Kernel

@testable import Messaging

/// Messages and keys for tests.
enum Samples {
    static let time = Timestamp(milliseconds: 1_777_887_000_000)

    static let keys = SigningKeys([(3, Array(repeating: 7, count: 32))])

    static func message(
        subject: String = "We miss you", text: String = "Hello,\n\nsee you.\n", html: String = ""
    ) throws -> EmailMessage {
        var message = EmailMessage(
            from: try Mailbox("The Shop <shop@example.com>"),
            to: try Mailbox("zoe@example.test"), subject: subject, date: time,
            messageID: try MessageID(left: "out_0000000000001", domain: "example.com"),
            stream: .marketing, text: Array(text.utf8), html: Array(html.utf8))
        message.unsubscribe = try ListUnsubscribe(url: "https://mail.example.com/u/abc")
        return message
    }

    /// A text of characters that mail often breaks: line ends, dots, `From `, `=`, spaces at ends, emoji.
    static func text(_ random: inout SeededRandom, pieces: Int, isLine: Bool = false) -> String {
        let choices =
            isLine
            ? [
                "a", "Größe ", " ", "  ", "=?", "?=", "_", "日本語", "👩‍👩‍👧‍👦", "e\u{301}", "\"", "\\",
                "<b>",
                ",", "word ", "supercalifragilisticexpialidocious", ":", ";", "@", "(", ")", "İ",
                "€",
            ]
            : [
                "a", "Größe ", " ", "  \n", "\n", "\r\n", ".", "\n.\n", "From ", "\nFrom me\n", "=",
                "=\n", "=3D", "\t", "\t\n", "日本語", "👩‍👩‍👧‍👦", "<p style=\"x\">", "word word word word ",
                String(repeating: "x", count: 74), String(repeating: "y", count: 75), "é", "--=_",
            ]
        var text = ""
        for _ in 0..<pieces {
            text += choices[Int(random.next() % UInt64(choices.count))]
        }
        return text
    }

    static func read(_ message: ComposedMessage) -> MIMEPart { read(message.bytes) }

    static func read(_ bytes: [UInt8]) -> MIMEPart { MIMEReader.read(bytes.span) }

    /// With LF for line ends of any kind.
    static func unified(_ bytes: [UInt8]) -> [UInt8] {
        var unified: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D { continue }
            unified.append(byte == 0x0D ? 0x0A : byte)
        }
        return unified
    }

    static func lines(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false
        ).map(String.init)
    }
}

/// The value of a header field, folds taken out; nil where the message has none of that name.
func field(_ name: String, of message: ComposedMessage) -> String? {
    Samples.read(message).field(name.lowercased())
}
