import Foundation
import Testing

@testable import Delivery

/// Every hostile text as an address or a body: no command of its own reaches the server.
@Suite struct HostileMailTests {
    static let texts: [String] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/mail/hostile.ndjson")
        // Where there is no file there are no texts, which the first test sees.
        let lines = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return lines.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(String.self, from: Data($0.utf8))
        }
    }()

    private static let content = Array("Subject: x\r\n\r\nx\r\n".utf8)

    @Test func `what is taken for an address stays inside its angle brackets`() {
        #expect(Self.texts.count > 90)
        var takenCount = 0
        for text in Self.texts + Self.texts.map({ $0 + "@example.test" }) {
            for (sender, recipient) in [(text, "a@example.test"), ("a@example.test", text)] {
                // What is refused goes nowhere.
                guard
                    let message = try? SMTPMessage(
                        sender: sender, recipient: recipient, content: Self.content)
                else { continue }
                takenCount += 1
                for address in [message.sender, message.recipient] where !address.isEmpty {
                    let isPlain = address.unicodeScalars.allSatisfy {
                        !"<> \r\n\0".unicodeScalars.contains($0)
                            && $0.properties.generalCategory != .control
                    }
                    #expect(isPlain, "\(address.debugDescription)")
                }
            }
        }
        #expect(takenCount > 10 && takenCount < Self.texts.count * 3)
    }

    @Test func `a body with line ends of its own kind is refused, and dots are known`() throws {
        var refusedCount = 0
        for text in Self.texts {
            let body = "Subject: x\r\n\r\n" + text + "\r\n"
            do {
                let message = try SMTPMessage(
                    sender: "", recipient: "a@example.test", content: Array(body.utf8))
                // Each line that begins with a dot gets another one on the wire.
                let lines = body.components(separatedBy: "\r\n")
                #expect(
                    message.traits.dots.count == lines.count { $0.hasPrefix(".") },
                    "\(text.debugDescription)")
                #expect(!text.unicodeScalars.contains("\0"))
            } catch {
                refusedCount += 1
                let isFaulty =
                    text.replacing("\r\n", with: "").unicodeScalars.contains {
                        $0 == "\r" || $0 == "\n" || $0 == "\0"
                    } || text.utf8.count > 998
                #expect(isFaulty, "\(text.debugDescription): \(error)")
            }
        }
        #expect(refusedCount > 5)
    }
}
