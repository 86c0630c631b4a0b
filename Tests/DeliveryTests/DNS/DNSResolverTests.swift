import Foundation
import Glibc
import Messaging
import TestPrograms
import Testing

@testable import Delivery

/// Against a name server of another making, which answers as it should, or as broken and hostile ones do.
@Suite(.enabled(if: NameServerPeer.isThere, "no python3"))
struct DNSResolverTests {
    private static let peer = try? NameServerPeer()

    private func resolver(
        timeoutMs: Int64 = 20_000, rounds: Int = 1, before: [Int] = []
    ) throws -> DNSResolver {
        let peer = try #require(Self.peer)
        let ports = before + [peer.port]
        return DNSResolver(
            servers: ports.compactMap { NameServer(host: "127.0.0.1", port: $0) },
            timeoutMs: timeoutMs, rounds: rounds
        ) { UInt16.random(in: 0...UInt16.max) }
    }

    private func ask(_ name: String, _ kind: DNSQuestion.Kind = .txt) async throws -> DNSAnswer {
        try await resolver().answer(DNSQuestion(name, kind))
    }

    @Test(arguments: [
        (DNSQuestion.Kind.a, DNSRecord.address("192.0.2.1")),
        (.aaaa, .address("2001:db8:0:0:0:0:0:1")), (.cname, .name("other.example")),
        (.ptr, .name("host.example")), (.mx, .mailHost(preference: 10, host: "mail.example")),
        (.txt, .text("yes")),
    ])
    func `each kind of record is read`(kind: DNSQuestion.Kind, record: DNSRecord) async throws {
        #expect(try await ask("Plain.Example.", kind) == .found([record]))
    }

    @Test func `a text in several strings is one text, and several texts are several`() async throws
    {
        let key =
            "v=DKIM1; p=" + String(repeating: "A", count: 200)
            + String(repeating: "B", count: 255) + "C"
        #expect(try await ask("long.example") == .found([.text(key)]))
        #expect(try await ask("several.example") == .found([.text("yes"), .text("two")]))
        #expect(
            try await ask("null.example", .mx) == .found([.mailHost(preference: 0, host: "")]))
        #expect(try await ask("odd.example", .ptr) == .found([.name("a\\.b\\\\c.\\000\\255")]))
    }

    @Test func `aliases are followed, and not in a circle`() async throws {
        #expect(try await ask("alias.example") == .found([.text("yes")]))
        #expect(try await ask("alias.example", .cname) == .found([.name("a.example")]))
        #expect(try await ask("circle.example") == .none)
    }

    @Test(arguments: ["nothing.example", "gone.example", "otherowner.example", "chaos.example"])
    func `what isn't there is none`(name: String) async throws {
        #expect(try await ask(name) == .none)
    }

    @Test(arguments: ["servfail", "refused", "formerr", "notimp"])
    func `a server that can't say isn't one that says no`(what: String) async throws {
        guard case .failed(let reason) = try await ask(what + ".example") else {
            Issue.record("\(what)")
            return
        }
        #expect(reason.contains(what.uppercased()))
    }

    @Test func `what doesn't fit comes by TCP`() async throws {
        let texts = (0..<20).map { number -> DNSRecord in
            .text(String(repeating: Character(Unicode.Scalar(UInt8(65 + number))), count: 200))
        }
        #expect(try await ask("large.example") == .found(texts))
    }

    @Test(arguments: [
        ("alwayscut", "can't be read"), ("closes", "closed"), ("half", "closed"),
    ])
    func `what doesn't come by TCP either has failed`(what: String, words: String) async throws {
        guard case .failed(let reason) = try await ask(what + ".example") else {
            Issue.record("\(what)")
            return
        }
        #expect(reason.contains(words), "\(reason)")
    }

    @Test(arguments: [
        "otherid", "othername", "otherkind", "otherclass", "aquery", "noquestion", "noise", "empty",
        "short",
    ])
    func `what doesn't answer the question is left aside, and the answer waited for`(
        what: String
    ) async throws {
        #expect(try await ask(what + ".example") == .found([.text("yes")]))
    }

    @Test(arguments: [
        "loop", "forward", "longname", "badlabel", "wronglength", "beyond", "inside", "badtext",
        "many", "missing",
    ])
    func `an answer that can't be read has failed`(what: String) async throws {
        guard case .failed(let reason) = try await ask(what + ".example") else {
            Issue.record("\(what)")
            return
        }
        #expect(reason.contains("can't be read"), "\(reason)")
    }

    @Test func `who doesn't answer is asked again, and then the next server`() async throws {
        guard
            case .failed(let reason) = try await resolver(timeoutMs: 50).answer(
                DNSQuestion("silent.example", .txt))
        else {
            Issue.record("silence was an answer")
            return
        }
        #expect(reason.contains("doesn't answer"))
        #expect(
            try await resolver(timeoutMs: 500, rounds: 20).answer(
                DNSQuestion("secondtime.example", .txt)) == .found([.text("yes")]))
        // Nobody listens there.
        let closed = try NameServerPeer.closedPort()
        #expect(
            try await resolver(before: [closed]).answer(DNSQuestion("plain.example", .txt))
                == .found([.text("yes")]))
    }

    @Test func `many questions go out together, each to its answer`() async throws {
        let questions = (0..<100).map { number in
            DNSQuestion(
                (number % 2 == 0 ? "plain" : "gone") + ".n\(number).example",
                number % 3 == 0 ? .a : .txt)
        }
        let answers = try await resolver().answers(questions)
        #expect(answers.count == questions.count)
        for question in questions {
            let isThere = question.name.hasPrefix("plain")
            let record = question.kind == .a ? DNSRecord.address("192.0.2.1") : .text("yes")
            #expect(answers[question] == (isThere ? .found([record]) : DNSAnswer.none))
        }
    }

    @Test(arguments: [
        "", "a..b", ".", String(repeating: "a", count: 64), "a b.test", "é.test",
        String(repeating: "abcdefg.", count: 40) + "test",
    ])
    func `what can't be a name isn't asked for`(name: String) async throws {
        guard case .failed(let reason) = try await ask(name) else {
            Issue.record("\(name)")
            return
        }
        #expect(reason.contains("can't be a name"))
    }

    @Test func `a domain is checked by what a name server says`() async throws {
        let check = try DomainCheck(domain: "plain.example", sendingAddresses: ["192.0.2.1"])
        let report = try await check.report(asking: resolver())
        #expect(report.verdict == .notReady)
        #expect(report.text.contains("plain.example has no SPF record"), "\(report.text)")
    }

    @Test func `servers are read as the system's resolver reads them`() {
        let read = { (text: String) in
            NameServer.read(resolverFile: text).map(\.description)
        }
        #expect(read("") == ["127.0.0.1"])
        #expect(
            read(
                "# nameserver 192.0.2.9\nsearch example.com\nnameserver\t192.0.2.1 \r\n nameserver ns.test\nnameserver ::1\noptions timeout:1\n"
            ) == ["192.0.2.1", "[::1]"])
        #expect(
            read((1...5).map { "nameserver 192.0.2.\($0)\n" }.joined())
                == ["192.0.2.1", "192.0.2.2", "192.0.2.3"])
        #expect(NameServer(host: "ns.test") == nil && NameServer(host: "::1", port: 0) == nil)
    }
}

@Suite struct DNSMessageTests {
    @Test func `no message makes the reader read on for ever, or beyond its end`() throws {
        let question = DNSQuestion("a.example", .mx)
        let query = try #require(DNSMessage.query(question, id: 0x1234))
        // The header and question of an answer, then what chance brings.
        var start = Array(query.dropLast(11))
        start[2] = 0x81
        start[11] = 0
        var random = SystemRandomNumberGenerator()
        var readCount = 0
        for round in 0..<20_000 {
            var bytes = start
            bytes[7] = UInt8(1 + round % 3)
            for _ in 0..<(round % 60) {
                let kinds: [[UInt8]] = [
                    [0xC0, UInt8.random(in: 0...80, using: &random)], [0, 15, 0, 1],
                    [0, 0, 0, 60, 0, UInt8.random(in: 0...9, using: &random)], [0], [1, 0x61],
                    [UInt8.random(in: 0...255, using: &random)], [0, 16, 0, 1],
                ]
                bytes += kinds[Int.random(in: 0..<kinds.count, using: &random)]
            }
            if (try? DNSMessage.reply(bytes, to: question, id: 0x1234)) != nil { readCount += 1 }
        }
        // Those without any record that is promised can't be read; some by chance can.
        #expect(readCount < 20_000)
        #expect(try DNSMessage.reply(start, to: question, id: 0x1234)?.records.isEmpty == true)
        for count in start.indices {
            let cut = Array(start[..<count])
            #expect((try? DNSMessage.reply(cut, to: question, id: 0x1234)) ?? nil == nil)
        }
    }
}

/// The name server in Python, which needs nothing but Python itself. It ends with these tests, whose end of its
/// standard input it hears.
private final class NameServerPeer: Sendable {
    private static let script = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Peers/nameserver.py")
    private static let python = "/usr/bin/python3"
    static var isThere: Bool { FileManager.default.isExecutableFile(atPath: python) }

    private let process: ChildProcess
    let port: Int

    init() throws {
        process = try ChildProcess(
            Self.python, [Self.script.path], input: .pipe, output: .pipe)
        let line = String(decoding: try #require(process.output).availableData, as: UTF8.self)
        port = try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    /// A port at which nothing listens: one that was the system's to give a moment ago.
    static func closedPort() throws -> Int {
        let handle = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, length) == 0 && getsockname(handle, $0, &length) == 0
            }
        }
        try #require(isBound)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
