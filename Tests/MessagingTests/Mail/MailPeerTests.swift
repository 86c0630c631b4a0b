import Foundation
import Kernel
import Testing

@testable import Messaging

/// Composed messages, read by Python's email package.
@Suite(.enabled(if: MailPeer.isInstalled, "no dkimpy; run script/setup --test"))
struct MailPeerTests {
    @Test func `another parser reads what was composed, whatever that was`() throws {
        let folder = try MailFolder()
        var sent: [EmailMessage] = []
        for seed in 0..<300 {
            var random = SeededRandom(seed: UInt64(seed))
            let message = try Self.message(&random, number: seed)
            sent.append(message)
            let composed = try message.composed()
            try folder.write(composed.bytes, to: String(format: "%04d.eml", seed))
        }
        let read = try MailPeer.run("parse", in: folder)
        try #require(read.count == sent.count)
        for (message, said) in zip(sent, read) { try Self.expect(message, said) }
    }

    private static func message(
        _ random: inout SeededRandom, number: Int
    ) throws -> EmailMessage {
        func line(_ pieces: UInt64) -> String {
            let text = Samples.text(&random, pieces: Int(random.next() % pieces), isLine: true)
            return trimmed(text)
        }
        var message = try Samples.message(
            subject: line(30), text: "x" + Samples.text(&random, pieces: 30))
        if random.next() % 4 > 0 {
            message.html = Array(Samples.text(&random, pieces: 40).utf8)
        }
        message.from = try Mailbox(name: line(12), message.from.address)
        message.to = try Mailbox(name: line(12), message.to.address)
        message.date = Timestamp(milliseconds: Int64(random.next() % 4_000_000_000) * 1000)
        message.messageID = try MessageID(left: "m\(number)", domain: "example.com")
        message.headers = [try ExtraHeader("X-Note", line(20))]
        message.listID = try ListID(id: "a.example.com", name: line(10))
        for index in 0..<(random.next() % 3) {
            let bytes = (0..<(random.next() % 500)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            message.attachments.append(
                try MailPart(name: "f\(index)" + line(12), type: "application/x-a", bytes: bytes))
            message.images.append(
                try MailPart(
                    name: "i.png", type: "image/png", bytes: bytes, contentID: "i\(index)@a"))
        }
        return message
    }

    private static func expect(_ message: EmailMessage, _ said: [String: Any]) throws {
        let file = said["file"] as? String ?? ""
        func text(_ key: String) -> String { said[key] as? String ?? "" }
        #expect((said["defects"] as? [String])?.isEmpty == true, "\(file) \(said["defects"] ?? "")")
        #expect(text("subject") == message.subject, "\(file)")
        #expect(said["from"] as? [String] == [message.from.name, "shop@example.com"], "\(file)")
        #expect(said["to"] as? [String] == [message.to.name, "zoe@example.test"], "\(file)")
        #expect(said["date"] as? Double == Double(message.date.milliseconds / 1000), "\(file)")
        let headers = try #require(said["headers"] as? [String: String])
        #expect(headers["message-id"] == message.messageID.description)
        #expect(headers["x-note"] == message.headers[0].value, "\(file)")
        #expect(headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click")
        #expect(said["isASCII"] as? Bool == true)
        #expect(said["loneEnds"] as? Int == 0)
        // A word of an added header isn't divided.
        let words = message.headers[0].value.split(separator: " ").map(\.utf8.count)
        #expect(said["lineMax"] as? Int ?? 999 <= max(78, (words.max() ?? 0) + 8), "\(file)")
        let texts = try #require(said["texts"] as? [String: String])
        func unified(_ bytes: [UInt8]) -> String {
            String(decoding: Samples.unified(bytes), as: UTF8.self)
        }
        let isSingle = message.html.isEmpty && message.attachments.isEmpty
        let wanted = unified(message.text)
        let plain = unified(Array((texts["text/plain"] ?? "").utf8))
        #expect(plain == (isSingle && wanted.last != "\n" ? wanted + "\n" : wanted), "\(file)")
        #expect(unified(Array((texts["text/html"] ?? "").utf8)) == unified(message.html), "\(file)")
        let files = try #require(said["files"] as? [[String: Any]])
        let parts = (message.html.isEmpty ? [] : message.images) + message.attachments
        try #require(files.count == parts.count, "\(file)")
        for (part, file) in zip(parts, files) {
            #expect(file["name"] as? String == part.name)
            #expect(file["type"] as? String == part.type)
            let hex = part.bytes.map { String(format: "%02x", $0) }.joined()
            #expect(file["hex"] as? String == hex)
            #expect(file["id"] as? String == part.contentID.map { "<\($0)>" })
        }
    }

    @Test func `what another composed is read, whatever it was`() throws {
        // What we composed stands for it: our reader must say what Python's says.
        for seed in 0..<300 {
            var random = SeededRandom(seed: UInt64(seed))
            let message = try Self.message(&random, number: seed)
            let mail = Samples.read(try message.composed())
            #expect(mail.field("subject") == message.subject)
            #expect(mail.field("x-note") == message.headers[0].value)
            let html = mail.first("text/html")?.content ?? []
            #expect(Samples.unified(html) == Samples.unified(message.html))
            let files = mail.all.filter { $0.type == "application/x-a" }
            #expect(files.map(\.content) == message.attachments.map(\.bytes))
        }
    }

    @Test func `domains become the A-labels that the idna package gives`() throws {
        let folder = try MailFolder()
        let names = [
            "bücher.example", "straße.example", "日本語.jp", "例え.テスト", "пример.испытание",
            "παράδειγμα.δοκιμή", "ελλάς.gr", "مثال.إختبار", "उदाहरण.परीक्षा", "한국.kr", "ไทย.th",
            "münchen-ost.de", "ålesund.no", "łódź.pl", "çeşme.tr", "việtnam.vn", "中国.cn",
            "faß.de", "øl.dk", "ěščřž.cz", "ひらがな.jp", "カタカナ.jp", "☃.example", "a\u{308}b.example",
        ]
        try folder.write(Array(names.joined(separator: "\n").utf8), to: "domains.txt")
        try MailPeer.run("domains", in: folder)
        let labels = String(decoding: try folder.read("labels.txt"), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        try #require(labels.count == names.count)
        for (name, label) in zip(names, labels) {
            // What can't be is refused by both.
            let ours = (try? EmailAddress("a@" + name))?.domain ?? ""
            #expect(ours == label, "\(name)")
        }
    }
}
