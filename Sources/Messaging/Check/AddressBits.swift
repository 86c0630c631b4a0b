/// An IP address as its bytes, to be held against the ranges of an SPF record.
struct AddressBits: Hashable {
    /// 4 or 16, the most significant first.
    let bytes: [UInt8]

    var isVersion6: Bool { bytes.count == 16 }

    /// Reads `192.0.2.1` and what RFC 4291 §2.2 allows; an IPv4 address in IPv6's form is one of IPv4
    /// (RFC 7208 §5). Nil for anything else.
    init?(_ text: String) {
        guard text.utf8.count <= 45 else { return nil }
        guard text.contains(":") else {
            guard let four = Self.four(text[...]) else { return nil }
            bytes = four
            return
        }
        guard let all = Self.six(text) else { return nil }
        let isMapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 0xFF && all[11] == 0xFF
        bytes = isMapped ? Array(all[12...]) : all
    }

    /// Whether both begin with the same bits; of different versions never.
    func matches(_ other: AddressBits, bits: Int) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        for bit in 0..<min(bits, bytes.count * 8) {
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            guard bytes[bit / 8] & mask == other.bytes[bit / 8] & mask else { return false }
        }
        return true
    }

    /// The name at which the address's own name is found (RFC 1035 §3.5, RFC 3596 §2.5).
    var reverseName: String {
        if isVersion6 {
            return bytes.reversed().map {
                String($0 & 15, radix: 16) + "." + String($0 >> 4, radix: 16)
            }.joined(separator: ".") + ".ip6.arpa"
        }
        return bytes.reversed().map { String($0) }.joined(separator: ".") + ".in-addr.arpa"
    }

    private static func four(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ $0 &- 0x30 < 10 }),
                part == "0" || !part.hasPrefix("0"), let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func six(_ text: String) -> [UInt8]? {
        // `::` stands for as many zeros as are missing, once.
        let halves = text.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = halves.first, let left = groups(head) else {
            return nil
        }
        guard halves.count == 2 else { return left.count == 16 ? left : nil }
        guard !head.contains(".") else { return nil }
        guard let right = groups(halves[1]), left.count + right.count <= 14 else { return nil }
        return left + [UInt8](repeating: 0, count: 16 - left.count - right.count) + right
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if part.contains(".") {
                guard index == parts.count - 1, let four = four(part) else { return nil }
                bytes += four
                continue
            }
            guard (1...4).contains(part.utf8.count), !part.hasPrefix("+"), !part.hasPrefix("-"),
                let group = UInt16(part, radix: 16)
            else { return nil }
            bytes += [UInt8(group >> 8), UInt8(group & 0xFF)]
        }
        return bytes.count <= 16 ? bytes : nil
    }
}
