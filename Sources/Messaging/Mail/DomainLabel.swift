/// One label of a domain, as the DNS has it.
enum DomainLabel {
    /// The label in lower-case ASCII: as it is, or its A-label (RFC 5891 §4, RFC 3492).
    ///
    /// Beyond ASCII: letters, marks and digits that compatibility folding (NFKC_Casefold) leaves as they are in
    /// lower case, with `ß` and `ς`, which RFC 5892 §2.6 allows too. Loose Latin marks (U+0300 to U+036F) are
    /// refused, as they belong to a letter that should have been written in one piece.
    ///
    /// - Throws: `.domain`, `.tooLong`, `.internationalDomain`.
    static func ascii(_ label: String) throws(AddressRefusal) -> String {
        guard !label.isEmpty else { throw .domain }
        var text = label
        if !label.utf8.allSatisfy({ $0 < 0x80 }) {
            let small = Array(label.lowercased().unicodeScalars)
            guard let first = small.first, !isMark(first), small.allSatisfy(isAllowed),
                let encoded = Punycode.encode(small)
            else { throw .internationalDomain(label: label) }
            text = "xn--" + encoded
        }
        let bytes = Array(text.utf8)
        guard bytes.count <= EmailAddress.labelBytesMax else {
            throw .tooLong(.label, limit: EmailAddress.labelBytesMax)
        }
        guard bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-"),
            bytes.allSatisfy(isHostByte)
        else { throw .domain }
        return text.lowercased()
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "-")
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return isHostByte(UInt8(truncatingIfNeeded: scalar.value)) }
        switch scalar.value {
        case 0xDF, 0x3C2: return true
        case 0x300...0x36F: return false
        default: break
        }
        if scalar.properties.changesWhenNFKCCaseFolded { return false }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .decimalNumber, .nonspacingMark,
            .spacingMark:
            return true
        default: return false
        }
    }
}

/// A string of Unicode as letters, digits and hyphens (RFC 3492).
enum Punycode {
    private static let base = 36
    private static let tMin = 1
    private static let tMax = 26
    private static let skew = 38
    private static let damp = 700

    /// The encoded form, without `xn--`; nil where a number of it would be too large.
    static func encode(_ scalars: [Unicode.Scalar]) -> String? {
        var output = scalars.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
        let basicCount = output.count
        var handled = basicCount
        if basicCount > 0 { output.append(UInt8(ascii: "-")) }
        var next = 0x80
        var delta = 0
        var bias = 72
        while handled < scalars.count {
            guard let lowest = scalars.lazy.map({ Int($0.value) }).filter({ $0 >= next }).min()
            else { return nil }
            let (step, isOver) = (lowest - next).multipliedReportingOverflow(by: handled + 1)
            guard !isOver, delta <= Int(Int32.max) - step else { return nil }
            delta += step
            next = lowest
            for scalar in scalars {
                let value = Int(scalar.value)
                if value < next { delta += 1 }
                guard value == next else { continue }
                append(delta, bias: bias, to: &output)
                bias = adapted(delta, count: handled + 1, isFirst: handled == basicCount)
                delta = 0
                handled += 1
            }
            delta += 1
            next += 1
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// A number in digits of mixed bases, the lowest first (RFC 3492 §3.3).
    private static func append(_ delta: Int, bias: Int, to output: inout [UInt8]) {
        var rest = delta
        var place = base
        while true {
            let threshold = min(max(place - bias, tMin), tMax)
            if rest < threshold { break }
            output.append(digit(threshold + (rest - threshold) % (base - threshold)))
            rest = (rest - threshold) / (base - threshold)
            place += base
        }
        output.append(digit(rest))
    }

    private static func digit(_ value: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: value < 26 ? 0x61 + value : 0x30 + value - 26)
    }

    /// RFC 3492 §6.1.
    private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
        var delta = isFirst ? delta / damp : delta / 2
        delta += delta / count
        var places = 0
        while delta > (base - tMin) * tMax / 2 {
            delta /= base - tMin
            places += base
        }
        return places + (base - tMin + 1) * delta / (delta + skew)
    }
}
