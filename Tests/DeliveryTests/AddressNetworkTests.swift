import Testing

@testable import Delivery

/// Who shares an address's limits.
struct AddressNetworkTests {
    @Test(arguments: [
        ("203.0.113.9", "203.0.113.9"), ("session-17", "session-17"), ("", ""),
        ("2001:db8:1:2::1", "20010db800010002::/64"),
        ("2001:0DB8:0001:0002:ffff:ffff:ffff:ffff", "20010db800010002::/64"),
        ("2001:db8:1:3::1", "20010db800010003::/64"),
    ])
    func `an address of IPv6 is one with its network of 64 bits`(_ text: String, _ name: String) {
        #expect(NetworkAddress.network(of: text) == name)
    }
}
