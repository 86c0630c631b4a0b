import Documents
import Kernel

extension DocumentReader {
    /// An amount of at least zero in the currency's minor unit.
    func amount(in currency: Currency, upTo most: Int64) throws(DocumentProblem) -> Int64 {
        let text = try text()
        let digits = currency.minorDigits
        var value: Int64?
        do throws(DecimalText.Failure) {
            let exact = try DecimalText.scaled(Array(text.utf8).span)
            if exact.scale <= digits {
                value = try DecimalText.rescale(exact.mantissa, from: exact.scale, to: digits)
            }
        } catch {
            value = nil
        }
        guard let value, (0...most).contains(value) else {
            throw problem(
                "must be an amount from 0 to \(DecimalText.format(minor: most, digits: digits)) "
                    + "with at most \(digits) decimals; not \(text)")
        }
        return value
    }

    func points() throws(DocumentProblem) -> Int64 {
        Int64(try integer(1...ReferralProgram.pointsMax))
    }
}
