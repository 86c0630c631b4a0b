import Glibc

/// An IP address, and whether it belongs to the public internet.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    /// 4 bytes or 16, the most significant first.
    private let bytes: [UInt8]

    /// Reads the usual ways of writing an address; nil for anything else, names and odd numbers included.
    package init?(_ text: String) {
        // Into plain bytes: the C types of addresses are brought along by more than one module.
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = four
            return
        }
        var six = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        bytes = six
    }

    /// Who shares an address's limits: of IPv6 all of its network of 64 bits, which one household has (RFC 6177); any
    /// other text is its own.
    package static func network(of text: String) -> String {
        guard let address = NetworkAddress(text), address.isVersion6 else { return text }
        let head = address.bytes[..<8].map {
            String($0 >> 4, radix: 16) + String($0 & 15, radix: 16)
        }
        return head.joined() + "::/64"
    }

    package var isVersion6: Bool { bytes.count == 16 }

    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        _ = inet_ntop(isVersion6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Why the address isn't of the public internet; nil where it is (IANA's registries of special-purpose
    /// addresses, RFC 6890).
    package var privacy: String? {
        guard isVersion6 else { return Self.privacy(ofVersion4: bytes) }
        // An IPv4 address in IPv6's clothes is what it is underneath.
        if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            return Self.privacy(ofVersion4: Array(bytes[12...]))
        }
        if bytes[..<15].allSatisfy({ $0 == 0 }) { return bytes[15] == 1 ? "loopback" : "reserved" }
        for range in Self.closedVersion6 where range.contains(bytes) { return range.name }
        return bytes[0] & 0xE0 == 0x20 ? nil : "not a public address"
    }

    private static func privacy(ofVersion4 bytes: [UInt8]) -> String? {
        closedVersion4.first { $0.contains(bytes) }?.name
    }

    /// Addresses that begin with the same bits.
    private struct Range {
        let prefix: [UInt8]
        let bitCount: Int
        let name: String

        init(_ prefix: [UInt8], _ bitCount: Int, _ name: String) {
            self.prefix = prefix
            self.bitCount = bitCount
            self.name = name
        }

        func contains(_ bytes: [UInt8]) -> Bool {
            for bit in 0..<bitCount {
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                guard bytes[bit / 8] & mask == prefix[bit / 8] & mask else { return false }
            }
            return true
        }
    }

    private static let closedVersion4: [Range] = [
        Range([0], 8, "this host"), Range([10], 8, "private"), Range([100, 64], 10, "shared"),
        Range([127], 8, "loopback"), Range([169, 254], 16, "link-local or metadata"),
        Range([172, 16], 12, "private"), Range([192, 0, 0], 24, "reserved"),
        Range([192, 0, 2], 24, "documentation"), Range([192, 88, 99], 24, "reserved"),
        Range([192, 168], 16, "private"), Range([198, 18], 15, "benchmarking"),
        Range([198, 51, 100], 24, "documentation"), Range([203, 0, 113], 24, "documentation"),
        // Azure's virtual machines reach their host here.
        Range([168, 63, 129, 16], 32, "metadata"), Range([224], 4, "multicast"),
        Range([240], 4, "reserved"),
    ]

    private static let closedVersion6: [Range] = [
        Range([0xFC], 7, "private"), Range([0xFE, 0x80], 10, "link-local"),
        Range([0xFF], 8, "multicast"),
        // NAT64, 6to4 and Teredo lead to addresses of version 4, private ones too.
        Range([0, 0x64, 0xFF, 0x9B], 32, "translated"), Range([0x20, 0x02], 16, "translated"),
        Range([0x20, 0x01, 0, 0], 23, "reserved"),
        Range([0x20, 0x01, 0x0D, 0xB8], 32, "documentation"),
        Range([0x3F, 0xFF, 0], 20, "documentation"),
    ]
}
