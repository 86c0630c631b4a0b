import Events
import Foundation
import Kernel
import Testing

/// Bodies that public clients sent (Fixtures/README.md says how they were taken).
struct ClientBodyTests {
    private func fixture(_ name: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appending(path: "Fixtures/clients/\(name).json")))
    }

    @Test(
        arguments: [
            ("segment-analytics-python-2.4.0", "wk_test"), ("rudder-sdk-python-2.1.9", nil),
        ] as [(String, String?)])
    func `Everything that a client sends is understood`(name: String, writeKey: String?) throws {
        let (outcome, events) = try parse(try fixture(name), as: .batch)

        #expect(outcome == .parsed(SegmentReceipt(accepted: 7, rejections: [], writeKey: writeKey)))
        #expect(events.map(\.kind) == [.identify, .track, .page, .screen, .group, .alias, .track])
        #expect(
            events.map(\.name) == [
                "", "Order Completed", "Home", "Start", "group-1", "anon-1", "Seen é\u{2028}",
            ])
        #expect(events.prefix(6).allSatisfy { $0.userID == "user-1" && $0.anonymousID.isEmpty })
        #expect(events.last?.anonymousID == "anon-2")
        #expect(events.last?.userID == "")
        let content = events.map { String(decoding: $0.properties, as: UTF8.self) }
        #expect(content[0] == #"{"email": "a@example.test", "name": "Ana"}"#)
        #expect(content[2] == #"{"url":"https://example.test/","category":"Docs"}"#)
        #expect(content[4] == #"{"plan": "pro"}"#)
        // Sent at 00:20:01.250, received at 00:20:10: the sender's clock is 8.75 s behind.
        #expect(events[0].occurredAt == receivedAt.adding(milliseconds: -1000))
        #expect(
            events[1].occurredAt == Timestamp("1997-01-02T03:04:05Z")?.adding(milliseconds: 8750))
        #expect(Set(events.map(\.messageID)).count == 7)
    }
}
