import Testing

@testable import Delivery

struct AddressTests {
    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
        "100.100.100.200", "127.0.0.1", "127.255.0.1", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.7", "203.0.113.9", "168.63.129.16", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::2", "fc00::1",
        "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "ff02::1", "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "64:ff9b:1::1",
        "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "3fff::1", "::7f00:1", "4000::1", "100::1",
    ])
    func `an address that isn't of the public internet is known for what it is`(text: String) throws
    {
        let address = try #require(NetworkAddress(text))
        #expect(address.privacy != nil)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.1", "192.0.1.1", "192.167.0.1",
        "192.169.0.1", "198.17.255.255", "198.20.0.1", "168.63.129.17", "223.255.255.255",
        "2606:4700:4700::1111", "2a00:1450::1", "2001:4860:4860::8888", "::ffff:1.1.1.1",
    ])
    func `a public address is public, up to the edges of the others`(text: String) throws {
        #expect(try #require(NetworkAddress(text)).privacy == nil)
    }

    @Test(arguments: [
        "", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "127.0.0.1:80", "[::1]",
    ])
    func `what is no address in the usual writing is none`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test(arguments: [
        ("https://example.com", "https://example.com/", "example.com", 443),
        ("HTTPS://Example.COM:443/a?b=c", "https://example.com/a?b=c", "example.com", 443),
        ("https://example.com:8443/hook", "https://example.com:8443/hook", "example.com", 8443),
        ("https://example.com?x=1", "https://example.com/?x=1", "example.com", 443),
        ("https://[2606:4700::1]:99/", "https://[2606:4700::1]:99/", "2606:4700::1", 99),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/", "127.0.0.1", 8080),
    ])
    func `a web address is read`(text: String, again: String, host: String, port: Int) throws {
        let address = try WebhookAddress(text, allowsPrivate: true)
        #expect(address.text == again)
        #expect(address.host == host)
        #expect(address.port == port)
    }

    @Test(
        arguments: [
            ("", .unreadable), ("example.com/hook", .unreadable), ("ftp://example.com", .notWeb),
            ("file:///etc/passwd", .notWeb), ("http://example.com", .notEncrypted),
            ("https://me:pw@example.com", .hasUser), ("https://a@b", .hasUser),
            ("https://example.com/#a", .hasFragment), ("https:///path", .badHost),
            ("https://exa mple.com", .unreadable), ("https://exämple.com", .unreadable),
            ("https://a\\b.com", .unreadable), ("https://example.com:0", .badPort),
            ("https://example.com:65536", .badPort), ("https://example.com:", .badPort),
            ("https://[::1", .badHost), ("https://[zz]/", .badHost), ("https://a%2eb/", .badHost),
            ("https://example.com/a\r\nX-Evil:1", .unreadable),
            ("https://example.com/" + String(repeating: "a", count: 2000), .tooLong),
        ] as [(String, WebhookAddress.Problem)])
    func `what can't be a receiver's address is refused with the reason`(
        text: String, problem: WebhookAddress.Problem
    ) {
        #expect(throws: problem) { try WebhookAddress(text, allowsPrivate: false) }
    }
}
