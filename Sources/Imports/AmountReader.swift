import Kernel

/// A decimal number, exactly: `mantissa × 10^-scale`.
struct Decimal: Equatable, Sendable {
    var mantissa: Int64
    var scale: Int

    var isNegative: Bool { mantissa < 0 }

    /// Scales beyond this are refused; sums of products then fit 128 bits.
    static let scaleMax = 9
}

/// An amount of money as a file has it.
struct Amount: Equatable, Sendable {
    var number: Decimal
    var sign = CurrencySign.none
}

/// Reads amounts and quantities as people and programs write them.
struct AmountReader: Sendable {
    /// What stands before the decimals in the file; nil where it has nothing that shows it.
    let mark: DecimalMark?

    /// Reads `12.5`, `-1.5e2`, `£1,234.50`, `1.234,50 €`, `EUR 1 234,50`, `1'234.50`, `(12.50)`.
    ///
    /// - Parameters:
    ///   - isNumber: Whether it is a JSON number, which has a point wherever it comes from.
    ///   - code: For what isn't a number.
    /// - Throws: That code; `ambiguous_amount`, `contradictory_amount`, `amount_out_of_range`;
    ///   `invalid_currency` for a code that ISO 4217 doesn't list.
    func amount(
        _ text: Span<UInt8>, isNumber: Bool = false, _ code: RejectionCode = .invalidAmount
    ) throws(RowProblem) -> Amount {
        if mark == .point || isNumber || !hasMark(text), let plain = try? DecimalText.scaled(text) {
            // Any failure is looked at again below, with the forms that this one doesn't know.
            return Amount(number: try checked(plain.mantissa, plain.scale, text))
        }
        guard let parts = AmountText(text) else { throw notANumber(text, code) }
        guard let sign = CurrencySign(text.extracting(parts.affix)) else {
            throw notANumber(text, code)
        }
        if case .currency(let currency) = sign, !currency.isListed {
            guard code == .invalidAmount else { throw notANumber(text, code) }
            throw RowProblem(
                .invalidCurrency,
                "'\(currency)' in '\(String(copying: text))' isn't an ISO 4217 currency code")
        }
        let own = try ownMark(parts, text)
        if own == .point, let plain = try? DecimalText.scaled(text) {
            return Amount(number: try checked(plain.mantissa, plain.scale, text))
        }
        guard let (plain, count) = parts.plain(text, mark: own) else {
            throw notANumber(text, code)
        }
        do {
            let number = try DecimalText.scaled(plain.span.extracting(first: count))
            return Amount(number: try checked(number.mantissa, number.scale, text), sign: sign)
        } catch let problem as RowProblem {
            throw problem
        } catch DecimalText.Failure.outOfRange {
            throw RowProblem(.amountOutOfRange, "'\(String(copying: text))' has too many digits")
        } catch {
            throw notANumber(text, code)
        }
    }

    /// As above, of a number that isn't money.
    func number(
        _ text: Span<UInt8>, isNumber: Bool = false, _ code: RejectionCode
    ) throws(RowProblem) -> Decimal {
        let amount = try amount(text, isNumber: isNumber, code)
        guard amount.sign == .none else { throw notANumber(text, code) }
        return amount.number
    }

    private func hasMark(_ text: Span<UInt8>) -> Bool {
        for index in text.indices
        where text[index] == UInt8(ascii: ".") || text[index] == UInt8(ascii: ",") {
            return true
        }
        return false
    }

    private func notANumber(_ text: Span<UInt8>, _ code: RejectionCode) -> RowProblem {
        RowProblem(code, "'\(String(copying: text))' isn't a number")
    }

    /// The mark that the number is read with.
    private func ownMark(
        _ parts: AmountText, _ text: Span<UInt8>
    ) throws(RowProblem) -> DecimalMark {
        switch parts.evidence(text) {
        case .none: return mark ?? .point
        case .mark(let own):
            guard let mark, mark != own else { return own }
            throw RowProblem(
                .contradictoryAmount,
                "'\(String(copying: text))' has \(own.name), the file's amounts have \(mark.name); "
                    + "if it is the other way round, import with \(own.flag)")
        case .ambiguous:
            if let mark { return mark }
            throw RowProblem(
                .ambiguousAmount,
                "'\(String(copying: text))' can be read with a decimal comma or with a decimal "
                    + "point: use --decimal-comma or --decimal-point")
        }
    }

    private func checked(
        _ mantissa: Int64, _ scale: Int, _ text: Span<UInt8>
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
}
