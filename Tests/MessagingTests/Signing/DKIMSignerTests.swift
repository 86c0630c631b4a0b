import Foundation
import Kernel
import Testing

@testable import Messaging

@Suite struct DKIMSignerTests {
    private func form(_ body: String) -> String {
        let bytes = Array(body.utf8)
        return String(decoding: RelaxedForm.body(bytes.span), as: UTF8.self)
    }

    /// RFC 6376 §3.4.4 and §3.4.5, and what is at the edges.
    @Test(arguments: [
        (" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"), ("", ""), ("\r\n\r\n", ""),
        ("a", "a\r\n"), ("a\r\n", "a\r\n"), (" \r\na", "\r\na\r\n"), ("a\rb\r\n", "a\rb\r\n"),
        ("a \t \r\n", "a\r\n"), (" \t \r\n \r\n", ""), ("\ta", " a\r\n"),
        ("a  b\tc d e f g h i j k l m n", "a b c d e f g h i j k l m n\r\n"),
    ]) func `a body is hashed in its relaxed form`(body: String, expected: String) {
        #expect(form(body) == expected)
    }

    @Test(arguments: [
        ("A: X\r\n", "a:X\r\n"), ("B : Y\t\r\n\tZ  \r\n", "b:Y Z\r\n"),
        ("Empty:\r\n", "empty:\r\n"),
        ("Sub-Ject:   a  b\r\n  c\r\n", "sub-ject:a b c\r\n"),
    ]) func `a field is hashed in its relaxed form`(given: String, expected: String) throws {
        let bytes = Array(given.utf8)
        var output = ByteWriter()
        let colon = try #require(bytes.firstIndex(of: UInt8(ascii: ":")))
        RelaxedForm.append(field: bytes.span, colon: colon, to: &output)
        #expect(String(decoding: output.take(), as: UTF8.self) == expected)
    }

    @Test func `a key that can't sign is named, and the message isn't signed by half`() throws {
        struct Failure: Error {}
        var composed = try Samples.message().composed()
        let before = composed
        let signers = try ["s1", "e1"].map {
            try DKIMSigner(
                domain: "example.com", selector: $0,
                key: DKIMKey(ed25519Seed: Array(repeating: 1, count: 32)))
        }
        let refusal = #expect(throws: DKIMRefusal.self) {
            try composed.sign(with: signers, at: Samples.time) { signer, hash in
                guard signer.selector == "s1" else { throw Failure() }
                return try signer.key.signature(of: hash)
            }
        }
        #expect(
            refusal
                == .notSigned(selector: "e1", domain: "example.com", algorithm: "ed25519-sha256"))
        #expect(refusal?.reason.contains("e1 of example.com") == true)
        #expect(composed == before)
    }

    @Test func `all that people act on is signed, and once more than it is there`() throws {
        var message = try Samples.message()
        message.feedbackID = try FeedbackID([], sender: "example")
        var composed = try message.composed()
        let before = composed
        let signer = try DKIMSigner(
            domain: "Example.COM", selector: "s1",
            key: DKIMKey(ed25519Seed: Array(repeating: 1, count: 32)), lifetimeSeconds: 86_400)
        try composed.sign(with: [signer], at: Samples.time)
        let value = try #require(field("DKIM-Signature", of: composed))
        let tags = value.split(separator: ";").map { trimmed($0) }
        #expect(
            tags.prefix(7) == [
                "v=1", "a=ed25519-sha256", "c=relaxed/relaxed", "d=example.com", "s=s1",
                "t=1777887000", "x=1777973400",
            ])
        let names = try #require(tags.first { $0.hasPrefix("h=") }).dropFirst(2)
            .split(separator: ":").map { trimmed($0) }
        for name in [
            "from", "to", "subject", "date", "message-id", "mime-version", "content-type",
            "content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post",
        ] {
            #expect(names.count { $0 == name } == 2, "\(name)")
        }
        #expect(names.count { $0 == "reply-to" } == 1)
        #expect(names.count { $0 == "cc" } == 1)
        #expect(names.count { $0 == "feedback-id" } == 1)
        #expect(!names.contains("list-id"))
        #expect(!tags.contains { $0.hasPrefix("l=") })
        // The message itself stays.
        #expect(composed.bytes.suffix(before.bytes.count) == before.bytes[...])
        #expect(composed.bodyStart - composed.bytes.count == before.bodyStart - before.bytes.count)
        #expect(Samples.lines(composed.bytes).allSatisfy { $0.utf8.count <= 78 })
    }

    @Test func `the example of RFC 8463 has the key and the hash of its body that it says`() throws
    {
        let text = Array("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=".utf8)
        let key = try DKIMKey(ed25519Seed: decodedBase64(text.span))
        #expect(
            key.record == "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
        let body = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
        let bytes = Array(body.utf8)
        let hash = DKIMSigner.bodyHash(bytes.span)
        #expect(hash == "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=")
    }

    @Test(arguments: ["", "a b", "-a", "a-", "a.b.c.d", "a..b", "s1;", "s1\r\n", "é"])
    func `a selector that isn't one is refused`(selector: String) throws {
        let key = try DKIMKey(ed25519Seed: Array(repeating: 1, count: 32))
        #expect(throws: DKIMRefusal.selector) {
            try DKIMSigner(domain: "example.com", selector: selector, key: key)
        }
        #expect(throws: DKIMRefusal.domain(.domain)) {
            try DKIMSigner(domain: "example", selector: "s1", key: key)
        }
    }
}

/// Signatures verified by dkimpy.
@Suite(.enabled(if: MailPeer.isInstalled, "no dkimpy; run script/setup --test"))
struct DKIMPeerTests {
    @Test
    func
        `another program verifies signatures of both kinds, and of messages that were changed none`()
        throws
    {
        let folder = try MailFolder()
        let rsa = try DKIMSigner(
            domain: "example.com", selector: "s1", key: DKIMKey(pem: KeySamples.rsa1024))
        let wide = try DKIMSigner(
            domain: "example.com", selector: "s2", key: DKIMKey(pem: KeySamples.rsa2048))
        let edwards = try DKIMSigner(
            domain: "mail.example.com", selector: "e1",
            key: DKIMKey(ed25519Seed: (0..<32).map { UInt8($0) }), lifetimeSeconds: 4_000_000_000)
        var records: [String: String] = [:]
        for signer in [rsa, wide, edwards] {
            records[signer.selector + "._domainkey." + signer.domain] = signer.key.record
        }
        let dns = try JSONSerialization.data(withJSONObject: records)
        try folder.write(Array(dns), to: "dns.json")
        let changes: [(String, String)] = [
            ("Subject:", "Subject: forged\r\nX-Old:"), ("From:", "From: a@example.net\r\nFrom:"),
            ("To:", "Cc: b@example.net\r\nTo:"), ("To:", "Reply-To: c@example.net\r\nTo:"),
            ("<https://mail.", "<https://other."), ("=One-Click", "=Two-Clicks"),
            ("Date:", "Subject: second\r\nDate:"), ("\r\n\r\n", "\r\n\r\nx"),
        ]
        var wanted: [String: [Bool]] = [:]
        for seed in 0..<80 {
            var random = SeededRandom(seed: UInt64(seed))
            var message = try Samples.message(
                subject: Samples.text(&random, pieces: 12, isLine: true),
                text: "x" + Samples.text(&random, pieces: 40),
                html: Samples.text(&random, pieces: Int(random.next() % 60)))
            message.to = try Mailbox(
                name: Samples.text(&random, pieces: 5, isLine: true), message.to.address)
            var composed = try message.composed()
            try composed.sign(with: [rsa, wide, edwards], at: Samples.time)
            let name = String(format: "%04d.eml", seed)
            wanted[name] = [true, true, true]
            try folder.write(composed.bytes, to: name)
            let change = changes[seed % changes.count]
            let text = String(decoding: composed.bytes, as: UTF8.self)
            let place = try #require(text.range(of: "\r\n" + change.0) ?? text.range(of: change.0))
            let found = text[place].hasPrefix("\r\n") && !change.0.hasPrefix("\r\n")
            let forged = text.replacingCharacters(
                in: place, with: (found ? "\r\n" : "") + change.1)
            // What servers on the way do: fields in front, other folds and spaces, an end that grows.
            let handled =
                "Received: from a by b;\r\n Mon, 04 May 2026 09:30:00 +0000\r\n"
                + text.replacing("\r\nMIME-Version: 1.0", with: "\r\nMIME-Version:\t 1.0  ")
                .replacing("\r\nDate: ", with: "\r\nX-Spam: no\r\nDate:\r\n  ") + "\r\n \r\n"
            wanted["h" + name] = [true, true, true]
            try folder.write(Array(handled.utf8), to: "h" + name)
            wanted["f" + name] = [false, false, false]
            try folder.write(Array(forged.utf8), to: "f" + name)
        }
        for said in try MailPeer.run("verify", in: folder) {
            let file = try #require(said["file"] as? String)
            let verdicts = said["verdicts"] as? [Any] ?? []
            let told = verdicts.map { $0 as? Bool ?? false }
            #expect(told == wanted.removeValue(forKey: file), "\(file): \(verdicts)")
        }
        #expect(wanted.isEmpty)
    }
}
