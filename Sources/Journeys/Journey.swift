package import Documents

/// A journey as a person wrote it.
package struct Journey: Hashable, Sendable {
    /// Reads a journey.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        throw reader.problem("is not a journey")
    }
}
