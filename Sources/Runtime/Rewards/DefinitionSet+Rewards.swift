import Documents
import Loyalty
import Promotions
import Records

extension DefinitionSet {
    /// What rewards ask for that isn't defined.
    var wrongRewards: [(file: String, problem: DocumentProblem)] {
        let segments = Set(segments.map(\.row.name))
        var problems: [(file: String, problem: DocumentProblem)] = []
        for item in rewards {
            let reward = item.definition
            func report(_ path: String, _ reason: String) {
                problems.append(
                    ("reward \(item.row.name)", DocumentProblem(path: path, reason: reason)))
            }
            guard let program = programs.first(where: { $0.row.name == reward.program }) else {
                report(
                    "program", "is \(reward.program), which isn't a loyalty program that is defined"
                )
                continue
            }
            let tiers = program.definition.tiers?.levels.map(\.name) ?? []
            for name in reward.tiers where !tiers.contains(name) {
                report("tiers", "asks about tier \(name), which \(reward.program) hasn't")
            }
            for name in reward.segments where !segments.contains(name) {
                report("segments", "asks about segment \(name), which isn't defined")
            }
            guard let code = reward.code else { continue }
            let promotion = promotions.first { $0.row.name == code }?.definition
            if case .unique = promotion?.codes { continue }
            report("code", "is \(code), which isn't a promotion with unique codes")
        }
        return problems
    }
}
