import Documents
import Loyalty
import Records

extension DefinitionSet {
    /// What programs ask for that isn't defined.
    var wrongPrograms: [(file: String, problem: DocumentProblem)] {
        let segments = Set(segments.map(\.row.name))
        return programs.flatMap { item in
            item.definition.segmentNames.subtracting(segments).sorted().map { name in
                (
                    "program \(item.row.name)",
                    DocumentProblem(
                        path: "earn", reason: "asks about segment \(name), which isn't defined")
                )
            }
        }
    }
}
