import Documents
import Kernel

extension DocumentReader {
    /// `0.01%` to `100%`, in hundredths of a percent.
    func percent() throws(DocumentProblem) -> Int {
        let text = try text()
        let digits = text.hasSuffix("%") ? text.dropLast() : ""
        // A thousandth of a percent is nothing that is given: it isn't rounded away unsaid.
        guard text.utf8.count <= 7,
            let exact = try? DecimalText.scaled(Array(digits.utf8).span), exact.scale <= 2,
            let points = try? DecimalText.rescale(exact.mantissa, from: exact.scale, to: 2),
            (1...10_000).contains(points)
        else {
            throw problem(
                "must be a percentage such as 10%, from 0.01% to 100% with at most 2 decimals; "
                    + "not \(text)")
        }
        return Int(points)
    }

    /// `5 GBP` or `12.50 GBP`, above zero, in a currency that ISO 4217 lists.
    func money() throws(DocumentProblem) -> Money {
        let text = try text()
        let words = text.split(separator: " ")
        guard words.count == 2, let currency = Currency(words[1]), currency.isListed,
            let amount = try? DecimalText.scaled(Array(words[0].utf8).span),
            let minor = try? DecimalText.rescale(
                amount.mantissa, from: amount.scale, to: currency.minorDigits),
            minor > 0, minor <= Cart.amountMinorMax
        else { throw problem("must be an amount such as 5 GBP, not \(text)") }
        // Half a penny can't be given: what is written is what is meant, or it is refused.
        guard
            let back = try? DecimalText.rescale(
                minor, from: currency.minorDigits, to: max(amount.scale, currency.minorDigits)),
            let exact = try? DecimalText.rescale(
                amount.mantissa, from: amount.scale, to: max(amount.scale, currency.minorDigits)),
            back == exact
        else {
            throw problem(
                "must have at most \(currency.minorDigits) decimals in \(currency); not \(text)")
        }
        return Money(minor: minor, currency: currency)
    }

    /// One text or a list of them, each once.
    func texts(
        countMax: Int, _ read: (DocumentReader) throws(DocumentProblem) -> String
    ) throws(DocumentProblem) -> [String] {
        let elements = try elementsOrSelf()
        guard (1...countMax).contains(elements.count) else {
            throw problem("must name 1 to \(countMax)")
        }
        var seen: Set<String> = []
        var texts: [String] = []
        for element in elements {
            let text = try read(element)
            guard seen.insert(text).inserted else {
                throw element.problem("\(text) is there twice")
            }
            texts.append(text)
        }
        return texts
    }

    /// A calendar day (`2026-03-01`) or an instant with its zone (`2026-03-01T09:00:00Z`).
    func moment() throws(DocumentProblem) -> Promotion.Moment {
        let text = try text()
        if let day = CalendarDay(text) { return .day(day) }
        let tail = text.utf8.suffix(6)
        let hasZone = text.hasSuffix("Z") || tail.first == 0x2B || tail.first == 0x2D
        guard text.utf8.count > 10, hasZone, let time = Timestamp(text) else {
            throw problem(
                "must be a day such as 2026-03-01 or a time with its zone such as "
                    + "2026-03-01T09:00:00Z; not \(text)")
        }
        return .instant(time)
    }

    func timeOfDay() throws(DocumentProblem) -> Promotion.TimeOfDay {
        guard case .text(let text) = node.value, let time = Promotion.TimeOfDay(text) else {
            throw problem("must be a time of day such as 09:00, from 00:00 to 23:59")
        }
        return time
    }
}
