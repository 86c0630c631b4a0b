import Documents
import Journeys
import Loyalty
import Promotions
import Records

extension DefinitionSet {
    /// What promotions ask for that isn't defined, and codes that two of them have.
    var wrongPromotions: [(file: String, problem: DocumentProblem)] {
        let names = Set(segments.map(\.row.name))
        let tiers = Set(programs.flatMap { $0.definition.tiers?.levels.map(\.name) ?? [] })
        var problems: [(file: String, problem: DocumentProblem)] = []
        var owners: [String: String] = [:]
        for item in promotions.sorted(by: { $0.row.name < $1.row.name }) {
            let promotion = item.definition
            let file = "promotion \(item.row.name)"
            func report(_ path: String, _ reason: String) {
                problems.append((file, DocumentProblem(path: path, reason: reason)))
            }
            for name in promotion.conditions.segments where !names.contains(name) {
                report("conditions.segments", "asks about segment \(name), which isn't defined")
            }
            for name in promotion.conditions.tiers where !tiers.contains(name) {
                report("conditions.tiers", "asks about tier \(name), which no program has")
            }
            guard case .public(let codes) = promotion.codes else { continue }
            for code in codes {
                guard let owner = owners.updateValue(promotion.name, forKey: code) else { continue }
                report("codes", "\(code) is a code of promotion \(owner) already")
            }
        }
        return problems + wrongJourneyCodes
    }

    /// Codes that journeys issue of promotions that have none, or begin otherwise.
    private var wrongJourneyCodes: [(file: String, problem: DocumentProblem)] {
        var problems: [(file: String, problem: DocumentProblem)] = []
        for item in journeys {
            for step in item.definition.steps {
                guard case .coupon(let terms) = step.action, case .promotion(let name) = terms.worth
                else { continue }
                func report(_ reason: String) {
                    problems.append(
                        (
                            "journey \(item.row.name)",
                            DocumentProblem(path: "steps.\(step.id).coupon", reason: reason)
                        ))
                }
                let promotion = promotions.first { $0.row.name == name }?.definition
                guard case .unique(let prefix) = promotion?.codes else {
                    report("issues codes of \(name), which isn't a promotion with unique codes")
                    continue
                }
                if prefix != terms.prefix {
                    report("must have prefix: \(prefix), as the codes of \(name) have")
                }
            }
        }
        return problems
    }
}
