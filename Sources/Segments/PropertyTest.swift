package import Documents
import Kernel

/// A condition on one property of an event.
package struct PropertyTest: Hashable, Sendable {
    package let path: PropertyPath
    package let comparison: Comparison

    package init(path: PropertyPath, comparison: Comparison) {
        self.path = path
        self.comparison = comparison
    }

    /// Reads `{property: total, atLeast: 50}`.
    ///
    /// - Throws: Where it isn't such, or time alone would change the answer: events are kept as they were.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        path = try PropertyPath(reading: try members.required("property"))
        comparison = try Comparison(reading: &members)
        try members.end()
        if comparison.dependsOnTime {
            throw reader.problem(
                "\(comparison.member.0) can't be asked of an event's property; ask it of "
                    + "last: {event: …, property: \(path)}")
        }
    }

    package var document: DocumentNode {
        .mapping([("property", .text(path.description)), comparison.member])
    }

    /// Whether an event with these properties is one.
    ///
    /// - Parameter properties: An object's bytes; empty for none.
    package func holds(_ properties: Span<UInt8>) -> Bool {
        let values = path.values(in: properties)
        return comparison.holds(values, in: properties, at: 0)
    }

    /// Reads the tests under `where`; none where the member is missing.
    package static func list(
        _ reader: DocumentReader?
    ) throws(DocumentProblem) -> [PropertyTest] {
        guard let reader else { return [] }
        var tests: [PropertyTest] = []
        for element in try reader.elementsOrSelf() {
            tests.append(try PropertyTest(reading: element))
        }
        guard tests.count <= countMax else {
            throw reader.problem("must be at most \(countMax) conditions")
        }
        return tests
    }

    package static let countMax = 20
}
