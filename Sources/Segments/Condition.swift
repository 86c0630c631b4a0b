package import Documents

/// What must hold for a customer to be a member of a segment, or to take a branch of a journey.
///
/// One tree, whether it was written in YAML, in JSON or in the console (docs/segments.md).
package indirect enum Condition: Hashable, Sendable {
    /// Each of them holds; true of none.
    case all([Condition])
    /// At least one of them holds.
    case any([Condition])
    /// None of them holds.
    case none([Condition])
    /// Is a member of another segment, by its name.
    case segment(String)

    /// Reads a condition.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        throw reader.problem("is not a condition")
    }

    /// The condition as a person would write it; reading it again gives the same.
    package var document: DocumentNode { .mapping([]) }
}
