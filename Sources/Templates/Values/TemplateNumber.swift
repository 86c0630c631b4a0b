import Kernel

/// A decimal number as templates reckon with it: exactly, `mantissa × 10^-scale`.
package struct TemplateNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let mantissa: Int64
    /// 0...12, as small as it can be.
    package let scale: Int

    package static let scaleMax = 12
    private static let divisionScale = 6

    package init(_ value: Int64) {
        mantissa = value
        scale = 0
    }

    package init(_ value: Int) { self.init(Int64(value)) }

    /// Nil where it doesn't fit.
    init?(mantissa: Int128, scale: Int) {
        var mantissa = mantissa
        var scale = scale
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        while scale > Self.scaleMax {
            mantissa = Self.halfEven(mantissa, by: 10)
            scale -= 1
        }
        guard let fits = Int64(exactly: mantissa), fits != .min else { return nil }
        self.mantissa = fits
        self.scale = scale
    }

    /// Reads a decimal number such as `-12.50` or `1e3`; nil for anything else and beyond 18 digits.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(utf8: bytes.span)
    }

    init?(utf8 bytes: Span<UInt8>) {
        // What isn't a number is nil, whatever the reason.
        guard bytes.count <= 64, let read = try? DecimalText.scaled(bytes)
        else { return nil }
        var mantissa = Int128(read.mantissa)
        var scale = read.scale
        guard scale >= -18, scale <= 36 else { return nil }
        while scale < 0 {
            mantissa *= 10
            scale += 1
        }
        self.init(mantissa: mantissa, scale: scale)
    }

    var isInteger: Bool { scale == 0 }

    /// The whole number nearest to zero from here.
    package var integer: Int64 { mantissa / Self.power(scale) }

    static func power(_ exponent: Int) -> Int64 {
        var result: Int64 = 1
        for _ in 0..<min(max(exponent, 0), 18) { result *= 10 }
        return result
    }

    private static func halfEven(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        let away = twice > divisor.magnitude || (twice == divisor.magnitude && quotient % 2 != 0)
        return away ? quotient + (value < 0 ? -1 : 1) : quotient
    }

    private func aligned(to wanted: Int) -> Int128 {
        Int128(mantissa) * Int128(Self.power(wanted - scale))
    }

    package static func < (left: Self, right: Self) -> Bool {
        let scale = max(left.scale, right.scale)
        return left.aligned(to: scale) < right.aligned(to: scale)
    }

    func adding(_ other: Self) -> Self? {
        let wanted = max(scale, other.scale)
        return Self(mantissa: aligned(to: wanted) + other.aligned(to: wanted), scale: wanted)
    }

    var negated: Self? { Self(mantissa: -Int128(mantissa), scale: scale) }
    var absolute: Self { mantissa < 0 ? negated ?? self : self }

    func times(_ other: Self) -> Self? {
        Self(mantissa: Int128(mantissa) * Int128(other.mantissa), scale: scale + other.scale)
    }

    /// Whole by whole is whole, rounded down, as Liquid has it; else to six decimals. Nil by zero.
    func divided(by other: Self) -> Self? {
        guard other.mantissa != 0 else { return nil }
        if isInteger, other.isInteger {
            let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: other.mantissa)
            let isBelow = remainder != 0 && (remainder < 0) != (other.mantissa < 0)
            return Self(isBelow ? quotient - 1 : quotient)
        }
        let wanted = max(scale, other.scale)
        let dividend = aligned(to: wanted) * Int128(Self.power(Self.divisionScale))
        return Self(
            mantissa: Self.halfEven(dividend, by: other.aligned(to: wanted)),
            scale: Self.divisionScale)
    }

    /// The rest of a division, with the divisor's sign. Nil by zero.
    func modulo(_ other: Self) -> Self? {
        guard other.mantissa != 0 else { return nil }
        let wanted = max(scale, other.scale)
        let divisor = other.aligned(to: wanted)
        let rest = aligned(to: wanted) % divisor
        let isAcross = rest != 0 && (rest < 0) != (divisor < 0)
        return Self(mantissa: isAcross ? rest + divisor : rest, scale: wanted)
    }

    /// Rounded to a number of decimals, halves away from zero, as shops do.
    func rounded(to decimals: Int) -> Self {
        guard decimals < scale else { return self }
        let divisor = Int128(Self.power(scale - max(decimals, 0)))
        let half = divisor / 2
        let shifted = Int128(mantissa) + (mantissa < 0 ? -half : half)
        return Self(mantissa: shifted / divisor, scale: max(decimals, 0)) ?? self
    }

    var floor: Self {
        let divisor = Self.power(scale)
        let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: divisor)
        return Self(remainder < 0 ? quotient - 1 : quotient)
    }

    var ceiling: Self { floor == self ? self : Self(floor.mantissa + 1) }

    /// `-12.5`, without grouping.
    package var description: String { DecimalText.format(minor: mantissa, digits: scale) }
}
