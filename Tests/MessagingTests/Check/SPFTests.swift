import Testing

@testable import Messaging

@Suite struct SPFTests {
    @Test(arguments: [
        ("v=spf1", true), ("V=SPF1 -all", true), ("v=spf10 -all", false), ("v=spf1-all", false),
        ("spf1 -all", false),
    ])
    func `only what begins as SPF asks is a record`(text: String, isOne: Bool) {
        #expect(SPFRecord.isSPF(text) == isOne)
    }

    @Test(arguments: [
        "v=spf1 ip4:1.2.3 -all", "v=spf1 ip4:1.2.3.4/33", "v=spf1 ip4:01.2.3.4", "v=spf1 ip4",
        "v=spf1 ip6:1.2.3.4", "v=spf1 ip4:2001:db8::1", "v=spf1 ip6:2001:db8::/129",
        "v=spf1 include", "v=spf1 include:", "v=spf1 all:x", "v=spf1 -all/24", "v=spf1 exists",
        "v=spf1 a:", "v=spf1 a:x/x", "v=spf1 mx/33", "v=spf1 mx//129", "v=spf1 foo", "v=spf1 +",
        "v=spf1 redirect=a redirect=b", "v=spf1 redirect=", "v=spf1 é", "v=spf1 --all",
        "v=spf1 ip4:1.2.3.4/+8", "v=spf1 ip6:::::", "v=spf1 ip6:1::2::3",
    ])
    func `what isn't written as it should be is refused`(text: String) {
        #expect(throws: SPFRecord.Problem.self) { try SPFRecord(text) }
    }

    @Test func `terms are read with their qualifiers and lengths`() throws {
        let record = try SPFRecord(
            "v=spf1 A mx//64 -a:Host.test/24//48 ?include:x.test ~exists:%{i}.x.test ip6:2001:db8::/32 exp=e.test unknown=1 redirect=R.test"
        )
        #expect(record.redirect == "r.test")
        #expect(record.all == nil)
        #expect(
            record.terms.map(\.mechanism).prefix(5) == [
                .a(nil, bits4: 32, bits6: 128), .mx(nil, bits4: 32, bits6: 64),
                .a("host.test", bits4: 24, bits6: 48), .include("x.test"), .exists("%{i}.x.test"),
            ])
        #expect(record.terms.map(\.qualifier) == [.pass, .pass, .fail, .neutral, .softFail, .pass])
    }

    private static let zone = SampleZone(
        """
        ip.test TXT v=spf1 ip4:192.0.2.0/25 ip6:2001:db8:1::/48 -all
        soft.test TXT v=spf1 ~all
        open.test TXT v=spf1
        host.test TXT v=spf1 a:hosts.test/24 -all
        hosts.test A 198.51.100.7
        hosts.test AAAA 2001:db8:2::7
        mail.test TXT v=spf1 mx ?all
        mail.test MX hosts.test
        inner.test TXT v=spf1 include:soft.test include:ip.test -all
        redirected.test TXT v=spf1 redirect=ip.test
        ignored.test TXT v=spf1 -all redirect=ip.test
        first.test TXT v=spf1 -ip4:192.0.2.1 ip4:192.0.2.0/24 ~all
        """)

    private func walk(
        _ domain: String, _ address: String?
    ) throws -> (result: SPFWalk.Result?, walk: SPFWalk) {
        var known: [DNSQuestion: DNSAnswer] = [:]
        while true {
            var answers = DNSAnswers(known)
            var walk = SPFWalk()
            let result = walk.result(
                of: domain, for: try address.map { try #require(AddressBits($0)) }, &answers)
            if answers.missing.isEmpty { return (result, walk) }
            for question in answers.missing { known[question] = Self.zone.answer(question) }
        }
    }

    @Test(arguments: [
        ("ip.test", "192.0.2.127", SPFWalk.Result.pass), ("ip.test", "192.0.2.128", .fail),
        ("ip.test", "2001:db8:1:ffff::1", .pass), ("ip.test", "2001:db8:2::1", .fail),
        ("ip.test", "::ffff:192.0.2.9", .pass), ("soft.test", "192.0.2.1", .softFail),
        ("open.test", "192.0.2.1", .neutral), ("host.test", "198.51.100.200", .pass),
        ("host.test", "2001:db8:2::7", .pass), ("host.test", "2001:db8:2::8", .fail),
        ("mail.test", "198.51.100.7", .pass), ("mail.test", "198.51.100.8", .neutral),
        // A soft fail inside an include is no match.
        ("inner.test", "192.0.2.1", .pass), ("inner.test", "203.0.113.1", .fail),
        ("redirected.test", "192.0.2.1", .pass), ("ignored.test", "192.0.2.1", .fail),
        ("first.test", "192.0.2.1", .fail), ("first.test", "192.0.2.2", .pass),
        ("none.test", "192.0.2.1", .none),
    ])
    func `an address passes as RFC 7208 has it`(
        domain: String, address: String, wanted: SPFWalk.Result
    ) throws {
        #expect(try walk(domain, address).result == wanted)
    }

    @Test func `lookups are counted through includes and redirects`() throws {
        for (domain, count) in [
            ("ip.test", 0), ("inner.test", 2), ("redirected.test", 1), ("mail.test", 1),
            ("ignored.test", 0),
        ] {
            #expect(try walk(domain, nil).walk.lookups == count, "\(domain)")
        }
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("::", "0::0"), ("2001:DB8::1", "2001:db8:0:0:0:0:0:1"),
        ("::ffff:1.2.3.4", "1.2.3.4"), ("1::1.2.3.4", "1::102:304"),
    ])
    func `an address is the same however it is written`(one: String, other: String) throws {
        #expect(try #require(AddressBits(one)) == #require(AddressBits(other)))
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "a", ":", ":::", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7::8", "1.2.3.4::", "+1::",
        "%eth0", "fe80::1%eth0",
    ])
    func `what isn't an address isn't taken for one`(text: String) {
        #expect(AddressBits(text) == nil)
    }

    @Test func `an address's reverse name is as the RFCs have it`() {
        #expect(AddressBits("192.0.2.5")?.reverseName == "5.2.0.192.in-addr.arpa")
        #expect(
            AddressBits("2001:db8::567:89ab")?.reverseName
                == "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")
    }
}
