import Kernel
import Testing

@testable import Messaging

@Suite struct DomainCheckTests {
    private static let key = try? DKIMKey(ed25519Seed: Array(repeating: 7, count: 32))
    private static let record = key?.record ?? ""

    /// All that mail from example.com needs.
    private static let lines = """
        bounces.example.com TXT v=spf1 include:spf.provider.example ip4:192.0.2.0/28 ~all
        bounces.example.com TXT some-verification=1
        bounces.example.com MX mail.example.com
        spf.provider.example TXT v=spf1 ip4:198.51.100.0/24 ip6:2001:db8::/32 -all
        s1._domainkey.example.com TXT \(record)
        _dmarc.example.com TXT v=DMARC1; p=reject; rua=mailto:dmarc@example.com
        example.com MX mail.example.com
        mail.example.com A 192.0.2.5
        5.2.0.192.in-addr.arpa PTR mail.example.com
        _mta-sts.example.com TXT v=STSv1; id=1
        _smtp._tls.example.com TXT v=TLSRPTv1; rua=mailto:tls@example.com
        """

    private static func check(
        _ domain: String = "example.com", bounces: String? = "bounces.example.com",
        include: String? = "spf.provider.example", addresses: [String] = ["192.0.2.5"]
    ) throws -> DomainCheck {
        try DomainCheck(
            domain: domain, bounceDomain: bounces,
            keys: [.init(domain: "example.com", selector: "s1", record: record)],
            spfInclude: include, sendingAddresses: addresses)
    }

    @Test func `a domain that has all is ready, and each subject says so`() throws {
        let (report, count) = try SampleZone(Self.lines).report(Self.check())
        #expect(report.verdict == .ready, "\(report.text)")
        for subject in DomainFinding.Subject.allCases {
            #expect(report.severity(of: subject) == .ok, "\(subject)")
        }
        #expect(count < 25)
    }

    @Test func `of a bare domain each thing that is missing is said, with the line to publish`()
        throws
    {
        let (report, _) = try SampleZone("").report(Self.check())
        #expect(report.verdict == .notReady)
        #expect(
            report.findings.filter { $0.severity == .error }.map(\.subject) == [
                .spf, .dkim, .dmarc, .mx, .bounces, .pointer,
            ])
        #expect(
            report.findings.flatMap(\.publish) == [
                "bounces.example.com. 3600 IN TXT \"v=spf1 include:spf.provider.example ip4:192.0.2.5 ~all\"",
                "s1._domainkey.example.com. 3600 IN TXT \"\(Self.record)\"",
                "_dmarc.example.com. 3600 IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@example.com\"",
                "example.com. 3600 IN MX 10 mail.example.com.",
                "bounces.example.com. 3600 IN MX 10 mail.example.com.",
                "5.2.0.192.in-addr.arpa. 3600 IN PTR mail.example.com.",
            ])
    }

    struct Fault: CustomTestStringConvertible, Sendable {
        /// A line of the zone begins so …
        let line: String
        /// … and is this instead; empty for nothing.
        let now: String
        let subject: DomainFinding.Subject
        let severity: DomainFinding.Severity
        let words: String
        /// Part of a line to publish.
        let publish: String

        init(
            _ line: String, _ now: String, _ subject: DomainFinding.Subject,
            _ severity: DomainFinding.Severity, _ words: String, publish: String = ""
        ) {
            self.line = line
            self.now = now
            self.subject = subject
            self.severity = severity
            self.words = words
            self.publish = publish
        }

        var testDescription: String { now.isEmpty ? "without " + line : now }
    }

    private static let spf = "bounces.example.com TXT v=spf1"
    private static let dkim = "s1._domainkey"
    private static let dmarc = "_dmarc"

    static let faults: [Fault] = [
        Fault(spf, "", .spf, .error, "no SPF", publish: "v=spf1"),
        Fault(spf, spf + " -all\n" + spf + " ~all", .spf, .error, "2 SPF records"),
        Fault(spf, spf + " ip4:1.2.3 -all", .spf, .error, "“ip4:1.2.3”"),
        Fault(spf, spf + " include:spf.provider.example mailto:x ~all", .spf, .error, "“mailto:x”"),
        Fault(
            spf, spf + " ip4:192.0.2.5 ~all", .spf, .error, "doesn't include spf.provider.example",
            publish: "\"v=spf1 ip4:192.0.2.5 include:spf.provider.example ~all\""),
        Fault(
            spf, spf + " include:spf.provider.example -all", .spf, .error, "doesn't let 192.0.2.5",
            publish: "\"v=spf1 include:spf.provider.example ip4:192.0.2.5 -all\""),
        Fault(
            spf, spf + " include:spf.provider.example ip4:192.0.2.5 +all", .spf, .error,
            "everybody",
            publish: "ip4:192.0.2.5 ~all\""),
        Fault(
            spf, spf + " include:spf.provider.example ip4:192.0.2.5", .spf, .advice, "isn't named",
            publish: "ip4:192.0.2.5 ~all\""),
        Fault(
            spf, spf + " include:spf.provider.example ip4:192.0.2.5 ptr ~all", .spf, .advice, "ptr"),
        Fault(
            spf,
            spf + " include:spf.provider.example a:x1.test a:x2.test a:x3.test ip4:192.0.2.5 ~all",
            .spf, .warning, "3 names"),
        Fault(
            spf,
            spf + " include:spf.provider.example ip4:192.0.2.5 "
                + (0..<10).map { "a:mail.example.com/3\($0 % 3) " }.joined() + "~all", .spf, .error,
            "takes 11 lookups"),
        Fault(
            spf,
            spf + " include:spf.provider.example ip4:192.0.2.5 "
                + (0..<8).map { _ in "a:mail.example.com " }.joined() + "~all", .spf, .advice,
            "9 of 10"),
        Fault(
            spf, spf + " include:spf.provider.example include:bounces.example.com ~all", .spf,
            .error, "includes itself"),
        Fault(
            spf, spf + " include:spf.provider.example include:gone.test ip4:192.0.2.5 ~all", .spf,
            .error, "gone.test is included, but"),
        Fault(
            spf,
            spf + " include:spf.provider.example ip4:192.0.2.5 "
                + (0..<30).map { "ip4:203.0.113.\($0) " }.joined() + "~all", .spf, .advice, "bytes"),
        Fault(dkim, "", .dkim, .error, "doesn't exist", publish: record),
        Fault(
            dkim, "s1._domainkey.example.com TXT v=DKIM1; k=ed25519; p=", .dkim, .error, "revoked"),
        Fault(
            dkim, "s1._domainkey.example.com TXT v=DKIM1; k=ed25519; p=AAAA", .dkim, .error,
            "isn't the one", publish: record),
        Fault(dkim, "s1._domainkey.example.com TXT hello", .dkim, .error, "isn't a key"),
        Fault(
            dkim, "s1._domainkey.example.com TXT \(record)\ns1._domainkey.example.com TXT x", .dkim,
            .error, "2 TXT"),
        Fault(
            dkim, "s1._domainkey.example.com TXT \(record); t=y:s", .dkim, .warning, "a test"),
        Fault(dkim, "s1._domainkey.example.com TXT \(record); h=sha1", .dkim, .error, "sha256"),
        Fault(dkim, "s1._domainkey.example.com TXT \(record); s=other", .dkim, .error, "for mail"),
        Fault(dmarc, "", .dmarc, .error, "no DMARC", publish: "p=none"),
        Fault(
            dmarc,
            "_dmarc.example.com TXT v=DMARC1; p=none\n_dmarc.example.com TXT v=DMARC1; p=none",
            .dmarc, .error, "2 records"),
        Fault(dmarc, "_dmarc.example.com TXT v=DMARC1; sp=none", .dmarc, .error, "can't be read"),
        Fault(dmarc, "_dmarc.example.com TXT v=DMARC1; p=all", .dmarc, .error, "can't be read"),
        Fault(
            dmarc, "_dmarc.example.com TXT v=DMARC1; p=none; rua=mailto:d@example.com", .dmarc,
            .advice, "forged mail"),
        Fault(dmarc, "_dmarc.example.com TXT v=DMARC1; p=reject", .dmarc, .advice, "nobody gets"),
        Fault(
            dmarc, "_dmarc.example.com TXT v=DMARC1; p=reject; pct=20; rua=mailto:d@example.com",
            .dmarc, .advice, "20%"),
        Fault(
            dmarc, "_dmarc.example.com TXT v=DMARC1; p=reject; rua=mailto:d@reports.test", .dmarc,
            .warning, "reports.test doesn't say",
            publish: "example.com._report._dmarc.reports.test. 3600 IN TXT \"v=DMARC1\""),
        Fault(
            dmarc, "_dmarc.example.com TXT v=DMARC1; p=reject; rua=https://d.test", .dmarc,
            .warning, "can't go to"),
        Fault(
            dmarc,
            "_dmarc.example.com TXT v=DMARC1; p=reject; aspf=s; rua=mailto:d@example.com", .dmarc,
            .advice, "by signatures alone"),
        Fault("example.com MX", "", .mx, .error, "takes no mail", publish: "IN MX 10"),
        Fault("example.com MX", "example.com MX ", .mx, .error, "null MX", publish: "IN MX 10"),
        Fault(
            "example.com MX", "example.com A 192.0.2.5", .mx, .warning, "no MX",
            publish: "IN MX 10"),
        Fault("example.com MX", "example.com MX 192.0.2.5", .mx, .error, "is an address"),
        Fault("example.com MX", "example.com MX gone.test", .mx, .error, "no address"),
        Fault(
            "example.com MX", "example.com MX gone.test\nexample.com MX mail.example.com", .mx,
            .warning, "no address"),
        Fault(
            "mail.example.com A", "mail.example.com A 192.0.2.5\nmail.example.com CNAME x.test",
            .mx, .warning, "alias"),
        Fault("bounces.example.com MX", "", .bounces, .error, "takes no mail"),
        Fault("5.2.0", "", .pointer, .error, "no name", publish: "5.2.0.192.in-addr.arpa."),
        Fault(
            "5.2.0", "5.2.0.192.in-addr.arpa PTR other.test", .pointer, .error, "isn't 192.0.2.5",
            publish: "other.test. 3600 IN A 192.0.2.5"),
        Fault("_mta-sts", "", .transport, .advice, "MTA-STS"),
    ]

    @Test(arguments: faults)
    func `each fault is found, told by its weight, and what to publish is said`(
        fault: Fault
    ) throws {
        var isChanged = false
        let lines = Self.lines.split(separator: "\n").map { line -> String in
            guard line.hasPrefix(fault.line) else { return String(line) }
            isChanged = true
            return fault.now
        }
        #expect(isChanged)
        let (report, _) = try SampleZone(lines.joined(separator: "\n")).report(Self.check())
        let finding = try #require(
            report.findings.first {
                $0.subject == fault.subject && $0.severity == fault.severity
                    && $0.message.contains(fault.words)
            }, "\(report.text)")
        #expect(report.severity(of: fault.subject) == fault.severity, "\(report.text)")
        if !fault.publish.isEmpty {
            #expect(finding.publish.contains { $0.contains(fault.publish) }, "\(finding)")
        }
        #expect(fault.severity != .error || report.verdict == .notReady)
        #expect(fault.severity != .advice || report.verdict == .ready)
    }

    @Test func `a key of RSA is judged by its length`() throws {
        for (bits, severity) in [(1024, DomainFinding.Severity.warning), (2048, .ok)] {
            let key = try DKIMKey.newRSA(bits: bits)
            let signer = try DKIMSigner(domain: "example.com", selector: "r1", key: key)
            let check = try DomainCheck(domain: "example.com", keys: [.init(signer)])
            let zone = SampleZone("r1._domainkey.example.com TXT \(key.record)")
            #expect(zone.report(check).report.severity(of: .dkim) == severity)
        }
        let short =
            "v=DKIM1; p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBALRiMLAh9iimur8VA7qVvdqxevEuUkW4K+2KdMXmnQbG9Aa7k7eBjK1S+0LYmVjPKlJGNXHDGuy5Fw/d7rjVJ0BLB+ubPK8iA/Tw3hLQgXMRRGRXXCn8ikfuQfjUS1uZSatdLB81mydBETlJhI6GH4twrbDJCR2Bwy/XWXgqgGRzAgMBAAE="
        let check = try DomainCheck(
            domain: "example.com", keys: [.init(domain: "example.com", selector: "r1")])
        #expect(
            SampleZone("r1._domainkey.example.com TXT \(short)").report(check).report
                .severity(of: .dkim) == .error)
    }

    @Test func `mail that nothing ties to its From domain fails DMARC`() throws {
        let zone = SampleZone(
            Self.lines + "\n_dmarc.shop.test TXT v=DMARC1; p=none; rua=mailto:d@shop.test")
        let report = try zone.report(Self.check("shop.test")).report
        #expect(
            report.findings.contains {
                $0.subject == .dmarc && $0.severity == .error && $0.message.contains("neither")
            }, "\(report.text)")
        // A domain below the organisation's is tied to its sisters, whether it has a policy of its own or not.
        for own in ["", "\n_dmarc.news.example.com TXT v=DMARC1; p=none; rua=mailto:d@example.com"]
        {
            let report = try SampleZone(Self.lines + "\nnews.example.com MX mail.example.com" + own)
                .report(Self.check("news.example.com")).report
            #expect(report.severity(of: .dmarc).map { $0 < .warning } == true, "\(report.text)")
        }
    }

    @Test func `what can't be looked up isn't taken for missing`() throws {
        for (name, kind, subject) in [
            ("bounces.example.com", DNSQuestion.Kind.txt, DomainFinding.Subject.spf),
            ("spf.provider.example", .txt, .spf), ("s1._domainkey.example.com", .txt, .dkim),
            ("_dmarc.example.com", .txt, .dmarc), ("example.com", .mx, .mx),
            ("mail.example.com", .a, .mx), ("5.2.0.192.in-addr.arpa", .ptr, .pointer),
        ] {
            var zone = SampleZone(Self.lines)
            zone.failing = [DNSQuestion(name, kind)]
            let report = try zone.report(Self.check()).report
            #expect(report.verdict == .unknown, "\(name): \(report.text)")
            let finding = try #require(report.findings.first { $0.severity == .unknown })
            #expect(finding.subject == subject && finding.message.contains("SERVFAIL"))
            #expect(finding.message.contains(name))
        }
    }

    @Test func `a record that includes ever more doesn't keep us asking`() throws {
        var known: [DNSQuestion: DNSAnswer] = [:]
        let check = try Self.check()
        var report: DomainReport?
        for _ in 0..<1000 where report == nil {
            switch check.next(knowing: known) {
            case .report(let said): report = said
            case .ask(let questions):
                for one in questions {
                    known[one] = .found([
                        .text("v=spf1 include:a\(one.name) include:b\(one.name) mx ~all"),
                        .mailHost(preference: 1, host: "mx." + one.name), .name("x." + one.name),
                    ])
                }
            }
        }
        #expect(known.count <= DomainCheck.questionsMax)
        #expect(report?.verdict == .notReady)
        #expect(report?.text.contains("lookups") == true)
    }

    @Test func `what strangers publish can't move a terminal's cursor, or break out of a line`()
        throws
    {
        let hostile = "v=spf1 \u{1B}[2J\u{202E}x\r\n\"\\ ~all"
        let zone = SampleZone("")
        var records = zone.records
        for name in ["bounces.example.com", "s1._domainkey.example.com", "_dmarc.example.com"] {
            let start = name.hasPrefix("_dmarc") ? "v=DMARC1; " : ""
            records[DNSQuestion(name, .txt)] = [.text(start + hostile)]
        }
        records[DNSQuestion("example.com", .mx)] = [.mailHost(preference: 1, host: "a\u{7}b\nc")]
        var full = zone
        full.records = records
        let text = try full.report(Self.check()).report.text
        for line in text.split(separator: "\n") { #expect(!hasControl(String(line)), "\(line)") }
        #expect(!text.unicodeScalars.contains("\u{202E}"))
        #expect(zoneLine("a", text: "x\"\\") == "a. 3600 IN TXT \"x\\\"\\\\\"")
    }

    @Test func `the report reads from the verdict down`() throws {
        let lines = Self.lines.split(separator: "\n").filter { !$0.hasPrefix("_dmarc") }
        let report = try SampleZone(lines.joined(separator: "\n")).report(Self.check()).report
        #expect(
            report.text == """
                example.com: not ready to send from; 1 thing to put right

                ok       SPF      bounces.example.com says who may send for it, with 1 of 10 lookups
                ok       DKIM     s1._domainkey.example.com has the key that signs here
                error    DMARC    example.com has no DMARC record
                                  The large receivers want one of who sends much. Begin with one that only brings reports; publish:
                                    _dmarc.example.com. 3600 IN TXT "v=DMARC1; p=none; rua=mailto:dmarc@example.com"
                ok       MX       mail to example.com goes to mail.example.com
                ok       Bounces  mail to bounces.example.com goes to mail.example.com
                ok       PTR      192.0.2.5 is mail.example.com, and mail.example.com is 192.0.2.5
                ok       TLS      example.com has MTA-STS and TLS reports
                """, "\(report.text)")
    }

    @Test func `a name that isn't a domain is refused`() {
        for text in ["", "localhost", "a b.example", "[192.0.2.1]", "192.0.2.1", "a..test"] {
            #expect(throws: AddressRefusal.self) { try DomainCheck(domain: text) }
        }
    }

    @Test func `providers are known by the host that takes their mail`() {
        #expect(
            MailProvider.spfInclude(host: "email-smtp.eu-west-1.Amazonaws.com") == "amazonses.com")
        #expect(MailProvider.spfInclude(host: "smtp.sendgrid.net") == "sendgrid.net")
        #expect(MailProvider.spfInclude(host: "mail.example.com") == nil)
    }
}
