import Documents
import Kernel

extension Optional where Wrapped == DocumentReader {
    func map<Value>(
        _ read: (DocumentReader) throws(DocumentProblem) -> Value
    ) throws(DocumentProblem) -> Value? {
        guard let self else { return nil }
        return try read(self)
    }
}

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

    func shortTexts(atMost count: Int) throws(DocumentProblem) -> [String] {
        var texts: [String] = []
        for element in try elementsOrSelf() { texts.append(try element.shortText()) }
        guard (1...count).contains(texts.count) else {
            throw problem("must have 1 to \(count) elements")
        }
        return texts
    }

    /// A decimal of at least zero, in units of `10^-digits`.
    func decimal(digits: Int, upTo most: Int64) throws(DocumentProblem) -> Int64 {
        let text = try text()
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
                "must be a number from 0 to \(DecimalText.format(minor: most, digits: digits)) with "
                    + "at most \(digits) decimals; not \(text)")
        }
        return value
    }

    func day() throws(DocumentProblem) -> CalendarDay {
        guard let day = CalendarDay(try text()) else {
            throw problem("must be a day such as 2026-03-01")
        }
        return day
    }
}
