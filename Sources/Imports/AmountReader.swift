import Kernel

/// A decimal number, exactly: `mantissa × 10^-scale`.
struct Decimal: Equatable, Sendable {
    var mantissa: Int64
    var scale: Int

    var isNegative: Bool { mantissa < 0 }

    /// Scales beyond this are refused; sums of products then fit 128 bits.
    static let scaleMax = 9
}

/// Reads amounts and quantities as people and programs write them.
struct AmountReader: Sendable {
    /// Whether a comma is the decimal mark; nil: found out from each number where it is evident.
    let decimalComma: Bool?

    /// Reads `12.5`, `-1.5e2`, `£1,234.50`, `1.234,50 €`, `(12.50)`.
    func read(_ text: Span<UInt8>, _ code: RejectionCode) throws(RowProblem) -> Decimal {
        if decimalComma != true, let plain = try? DecimalText.scaled(text) {
            // Any failure is looked at again below, with the forms that this one doesn't know.
            return try checked(plain.mantissa, plain.scale, text, code)
        }
        let plain = try plainDigits(text, code)
        do {
            let number = try DecimalText.scaled(plain.span)
            return try checked(number.mantissa, number.scale, text, code)
        } catch let problem as RowProblem {
            throw problem
        } catch DecimalText.Failure.outOfRange {
            throw RowProblem(.amountOutOfRange, "'\(String(copying: text))' has too many digits")
        } catch {
            throw RowProblem(code, "'\(String(copying: text))' isn't a number")
        }
    }

    private func checked(
        _ mantissa: Int64, _ scale: Int, _ text: Span<UInt8>, _ code: RejectionCode
    ) throws(RowProblem) -> Decimal {
        var mantissa = mantissa
        var scale = scale
        while scale > 0, mantissa % 10 == 0, scale > Decimal.scaleMax || mantissa == 0 {
            mantissa /= 10
            scale -= 1
        }
        while scale < 0 {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            guard !overflow else {
                throw RowProblem(.amountOutOfRange, "'\(String(copying: text))' is too large")
            }
            mantissa = product
            scale = mantissa == 0 ? 0 : scale + 1
        }
        guard scale <= Decimal.scaleMax else {
            throw RowProblem(
                .amountOutOfRange,
                "'\(String(copying: text))' has more than \(Decimal.scaleMax) decimals")
        }
        return Decimal(mantissa: mantissa, scale: scale)
    }

    /// The number without currency signs and thousands marks, with a point for the decimal mark.
    private func plainDigits(
        _ text: Span<UInt8>, _ code: RejectionCode
    ) throws(RowProblem) -> [UInt8] {
        let whole = String(copying: text)
        var body = whole[...]
        var isNegative = false
        if body.hasPrefix("("), body.hasSuffix(")") {
            isNegative = true
            body = body.dropFirst().dropLast()
        }
        let signs: Set<Character> = ["$", "£", "€", "¥", " ", "\u{A0}", "\u{202F}"]
        var kept = body.filter { !signs.contains($0) }
        if kept.hasSuffix("-") {
            isNegative.toggle()
            kept.removeLast()
        }
        let comma: Bool
        if let decimalComma {
            comma = decimalComma
        } else {
            comma = try isDecimalComma(kept, whole)
        }
        let (mark, thousands): (Character, Character) = comma ? (",", ".") : (".", ",")
        guard isGrouped(kept, thousands: thousands, mark: mark) else {
            throw RowProblem(code, "'\(whole)' isn't a number")
        }
        let digits = kept.filter { $0 != thousands && $0 != "'" }
        let plain = digits.split(separator: mark, omittingEmptySubsequences: false)
            .joined(separator: ".")
        return Array(((isNegative ? "-" : "") + plain).utf8)
    }

    private func isDecimalComma(_ text: String, _ whole: String) throws(RowProblem) -> Bool {
        guard let comma = text.lastIndex(of: ",") else { return false }
        if let point = text.lastIndex(of: ".") { return point < comma }
        let after = text.distance(from: comma, to: text.endIndex) - 1
        if after != 3 { return true }
        if text.filter({ $0 == "," }).count > 1 { return false }
        throw RowProblem(
            .ambiguousAmount,
            "'\(whole)' can be read with a decimal comma or with thousands: use --decimal-comma or "
                + "--decimal-point")
    }

    /// Whether thousands marks stand only before groups of three digits.
    private func isGrouped(_ text: String, thousands: Character, mark: Character) -> Bool {
        let parts = text.split(separator: mark, omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return false }
        let groups = parts[0].split(separator: thousands, omittingEmptySubsequences: false)
        if groups.count > 1, groups.dropFirst().contains(where: { $0.count != 3 }) { return false }
        return parts.count == 1 || !parts[1].contains(thousands)
    }
}
