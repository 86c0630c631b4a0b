import Documents
import Kernel

extension DocumentReader {
    static let titleBytesMax = 200

    func shortText() throws(DocumentProblem) -> String {
        let text = try text()
        guard !text.isEmpty, text.utf8.count <= Self.titleBytesMax else {
            throw problem("must have 1 to \(Self.titleBytesMax) bytes")
        }
        return text
    }

    func definitionName() throws(DocumentProblem) -> String {
        let name = try text()
        guard DefinitionName.isValid(name) else {
            throw problem(
                "must be 1 to \(DefinitionName.bytesMax) of a-z, 0-9 and -, beginning with a letter; "
                    + "not \(name)")
        }
        return name
    }

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
