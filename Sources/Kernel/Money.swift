/// An ISO 4217 currency code: three capital letters.
package struct Currency: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The three letters, big-endian in the low 24 bits.
    package let packed: UInt32

    /// Nil where the text isn't three letters; they may be small.
    package init?(_ code: some StringProtocol) {
        let bytes = Array(code.utf8)
        self.init(utf8: bytes.span)
    }

    /// As above.
    package init?(utf8 code: Span<UInt8>) {
        guard code.count == 3 else { return nil }
        var packed: UInt32 = 0
        for index in 0..<3 {
            // Taking the small letters' bit away makes no other byte a letter but 0x61...0x7A.
            let upper = code[index] & 0xDF
            guard upper &- 0x41 < 26 else { return nil }
            packed = packed << 8 | UInt32(upper)
        }
        self.packed = packed
    }

    /// Nil where the bits aren't three capital letters.
    package init?(packed: UInt32) {
        var rest = packed
        for _ in 0..<3 {
            guard rest & 0xFF &- 0x41 < 26 else { return nil }
            rest >>= 8
        }
        guard packed >> 24 == 0 else { return nil }
        self.packed = packed
    }

    package var description: String {
        String(decoding: [16, 8, 0].map { UInt8(truncatingIfNeeded: packed >> $0) }, as: UTF8.self)
    }

    /// How many decimal digits the minor unit has (ISO 4217): 2 for most, 0 for JPY, 3 for KWD.
    package var minorDigits: Int {
        for unusual in Self.unusual where unusual.packed == packed { return unusual.digits }
        return 2
    }

    private static let unusual: [(packed: UInt32, digits: Int)] = [
        (
            0,
            [
                "BIF", "BYR", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX",
                "UYI", "VND", "VUV", "XAF", "XOF", "XPF",
            ]
        ),
        (3, ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
        (4, ["CLF", "UYW"]),
    ].flatMap { digits, codes in
        codes.compactMap { Currency($0).map { (packed: $0.packed, digits: digits) } }
    }

    package static func < (left: Self, right: Self) -> Bool { left.packed < right.packed }
}

/// An amount of money in the currency's minor unit (pence, cents, yen).
package struct Money: Hashable, Sendable, CustomStringConvertible {
    package var minor: Int64
    package var currency: Currency

    package init(minor: Int64, currency: Currency) {
        self.minor = minor
        self.currency = currency
    }

    /// `12.50 GBP`.
    package var description: String {
        DecimalText.format(minor: minor, digits: currency.minorDigits) + " " + currency.description
    }
}

/// Exact decimal text to integers and back, without ever passing through a `Double`.
package enum DecimalText {
    /// Why a text isn't an amount.
    package enum Failure: Error, Equatable {
        /// Not a decimal number.
        case notANumber
        /// More than 18 digits: beyond what an Int64 of minor units holds.
        case outOfRange
    }

    /// Reads a decimal such as `-12.345` or `1.5e2` as an integer of `10^-digits` units, rounding halves to even.
    package static func minor(_ text: Span<UInt8>, digits: Int) throws(Failure) -> Int64 {
        let number = try scaled(text)
        return try rescale(number.mantissa, from: number.scale, to: digits)
    }

    /// The number as `mantissa × 10^-scale`: exactly, or to 18 digits of which none decides wrongly how
    /// the number rounds.
    package static func scaled(
        _ text: Span<UInt8>
    ) throws(Failure) -> (mantissa: Int64, scale: Int) {
        var index = 0
        var negative = false
        if index < text.count, text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+")
        {
            negative = text[index] == UInt8(ascii: "-")
            index += 1
        }
        var mantissa: Int64 = 0
        var scale = 0
        var digits = 0
        var pointSeen = false
        var isFull = false
        var isCut = false
        while index < text.count {
            let byte = text[index]
            if byte &- 0x30 < 10 {
                digits += 1
                let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
                let (sum, overflow2) = product.addingReportingOverflow(Int64(byte &- 0x30))
                if overflow || overflow2 || isFull {
                    // Digits that don't fit are dropped far behind the point, with all that follow;
                    // up to the fifth decimal, which rounds the smallest minor unit, they are an error.
                    guard pointSeen, scale >= 5 else { throw .outOfRange }
                    isFull = true
                    if byte != 0x30 { isCut = true }
                } else {
                    mantissa = sum
                    if pointSeen { scale += 1 }
                }
            } else if byte == UInt8(ascii: "."), !pointSeen {
                pointSeen = true
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { throw .notANumber }
        // What was dropped must not look like a half that rounds to even.
        if isCut, mantissa % 5 == 0 { mantissa += 1 }
        if index < text.count, text[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            var sign = 1
            if index < text.count,
                text[index] == UInt8(ascii: "-") || text[index] == UInt8(ascii: "+")
            {
                sign = text[index] == UInt8(ascii: "-") ? -1 : 1
                index += 1
            }
            var exponent = 0
            var exponentDigits = 0
            while index < text.count, text[index] &- 0x30 < 10 {
                exponent = min(exponent * 10 + Int(text[index] &- 0x30), 10_000)
                exponentDigits += 1
                index += 1
            }
            guard exponentDigits > 0 else { throw .notANumber }
            scale -= sign * exponent
        }
        guard index == text.count else { throw .notANumber }
        return (negative ? -mantissa : mantissa, scale)
    }

    /// `mantissa × 10^-scale` as an integer of `10^-digits` units, halves to even.
    package static func rescale(
        _ mantissa: Int64, from scale: Int, to digits: Int
    ) throws(Failure) -> Int64 {
        if mantissa == 0 { return 0 }
        var value = mantissa
        var step = digits - scale
        while step > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { throw .outOfRange }
            value = product
            step -= 1
        }
        guard step < 0 else { return value }
        // 10^19 is beyond an Int64; half of it is not, and decides the rounding to 1 or 0.
        guard step >= -18 else {
            guard step == -19, value.magnitude > 5_000_000_000_000_000_000 else { return 0 }
            return value < 0 ? -1 : 1
        }
        var divisor: Int64 = 1
        for _ in 0..<(-step) { divisor *= 10 }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        let roundsAway =
            twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0)
        return roundsAway ? quotient + (value < 0 ? -1 : 1) : quotient
    }

    /// `1234` with two digits as `12.34`.
    package static func format(minor: Int64, digits: Int) -> String {
        guard digits > 0 else { return String(minor) }
        let text = padded(magnitude: minor.magnitude, digits + 1)
        let split = text.index(text.endIndex, offsetBy: -digits)
        return (minor < 0 ? "-" : "") + text[..<split] + "." + text[split...]
    }

    private static func padded(magnitude: UInt64, _ width: Int) -> String {
        let digits = String(magnitude)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
