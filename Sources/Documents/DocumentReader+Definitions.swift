import Kernel

/// What definitions of several kinds have in common.
extension DocumentReader {
    /// Bytes of a title or of another system's identifier.
    package static let shortTextBytesMax = 200

    /// A text that somebody reads, or another system's identifier.
    package func shortText() throws(DocumentProblem) -> String {
        let text = try text()
        guard !text.isEmpty, text.utf8.count <= Self.shortTextBytesMax else {
            throw problem("must have 1 to \(Self.shortTextBytesMax) bytes")
        }
        return text
    }

    package func definitionName() throws(DocumentProblem) -> String {
        let name = try text()
        guard DefinitionName.isValid(name) else {
            throw problem(
                "must be 1 to \(DefinitionName.bytesMax) of a-z, 0-9 and -, beginning with a letter; "
                    + "not \(name)")
        }
        return name
    }

    /// A decimal of at least zero, in units of `10^-digits`.
    package func decimal(digits: Int, upTo most: Int64) throws(DocumentProblem) -> Int64 {
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
}

extension Optional where Wrapped == DocumentReader {
    /// Reads what is there; `Optional.map` can't say which errors are thrown.
    package func map<Value>(
        _ read: (DocumentReader) throws(DocumentProblem) -> Value
    ) throws(DocumentProblem) -> Value? {
        guard let self else { return nil }
        return try read(self)
    }
}

extension MemberReader {
    /// Takes `kind`, which must be this one where it is there.
    package mutating func take(kind: String) throws(DocumentProblem) {
        guard let reader = optional("kind") else { return }
        let found = try reader.text()
        guard found == kind else { throw reader.problem("must be \(kind), not \(found)") }
    }
}
