import Documents
import Loyalty
import Records
import Referrals

extension DefinitionSet {
    /// Referral programs whose points no loyalty program gives.
    var wrongReferrals: [(file: String, problem: DocumentProblem)] {
        let names = Set(programs.map(\.row.name))
        return referrals.filter { !names.contains($0.definition.program) }.map { item in
            (
                "referral \(item.row.name)",
                DocumentProblem(
                    path: "program",
                    reason: "is \(item.definition.program), which isn't a loyalty program that is "
                        + "defined")
            )
        }
    }
}
