import Console
import Documents
import Kernel
import Loyalty
import Runtime

/// What the console's editor of programs shows and does.
struct ConsolePrograms: Sendable {
    private static let starter = """
        kind: program
        name: club
        title: Our club
        currency: %
        earn:
          - { name: purchases, points: 1, per: 1.00 }
        expiry: { after: 12 months, round: month end }
        refunds: within balance
        tiers:
          by: spend
          period: 12 months
          grace: 30 days
          levels:
            - { name: member, title: Member, from: 0 }
            - { name: gold, title: Gold, from: 500, benefits: [free-shipping] }

        """
    /// Baskets that are told beside the typed one, in whole units of the currency.
    private static let examples: [Int64] = [10, 50, 200]

    let workspace: Workspace
    let automation: ConsoleAutomation

    var data: ProgramEditorData {
        var data = ProgramEditorData()
        data.starter = {
            Self.starter.replacing("%", with: workspace.currency.description)
        }
        data.preview = { draft in try await Blocking.run { preview(draft) } }
        data.save = { yaml, member in try await save(yaml, by: member) }
        return data
    }

    private static func read(_ yaml: String) throws(DocumentProblem) -> (
        DefinitionDraft, LoyaltyProgram
    ) {
        let drafts = try DefinitionFiles.drafts(of: yaml, isJSON: false, file: "console")
        guard drafts.count == 1, let draft = drafts.first else {
            throw DocumentProblem(path: "", reason: "must be one definition")
        }
        return (draft, try LoyaltyProgram(reading: DocumentReader(draft.document)))
    }

    private func preview(_ draft: ProgramDraft) -> ProgramPreview {
        var preview = ProgramPreview()
        let program: LoyaltyProgram
        do throws(DocumentProblem) {
            program = try Self.read(draft.yaml).1
        } catch {
            preview.problem = error.description
            return preview
        }
        preview.title = program.title
        preview.unit = program.unit
        preview.rules = LoyaltyWords.rules(program)
        preview.tiers =
            program.tiers.map { rules in
                rules.levels.map { level in
                    "\(level.title), \(LoyaltyWords.from(level, rules, program))"
                        + (level.benefits.isEmpty
                            ? "" : ": \(level.benefits.joined(separator: ", "))")
                }
            } ?? []
        let digits = program.currency.minorDigits
        var amounts: [Int64] = []
        if !draft.amount.isEmpty {
            if let typed = try? DecimalText.minor(Array(draft.amount.utf8).span, digits: digits),
                (1...100_000_000_000).contains(typed)
            {
                amounts.append(typed)
            } else {
                preview.isAmountWrong = true
            }
        }
        var unit: Int64 = 1
        for _ in 0..<digits { unit *= 10 }
        amounts += Self.examples.map { $0 * unit }
        let tiers = program.tiers?.levels.map { ($0.title, Optional($0.name)) } ?? [("", nil)]
        preview.baskets = amounts.map { amount in
            ProgramPreview.Basket(
                amount: Money(minor: amount, currency: program.currency).description,
                lines: tiers.map { title, tier in
                    let line = OrderLine(
                        id: "1", product: "", category: draft.category, amount: amount)
                    let worth = program.worth(
                        of: [line], tier: tier, isFirst: draft.isFirstOrder,
                        at: workspace.clock.now, zone: workspace.zone)
                    return .init(tier: tier == nil ? nil : title, points: Int(worth.points))
                })
        }
        return preview
    }

    private func save(_ yaml: String, by member: ID<Member>) async throws -> DefinitionOutcome {
        let draft: DefinitionDraft
        do throws(DocumentProblem) {
            // This is where programs are made: nothing else comes in by the way.
            draft = try Self.read(yaml).0
        } catch {
            return .refused(error)
        }
        do {
            let changes = try await workspace.apply(
                [draft], by: try await automation.actor(member))
            return .saved(name: changes.first?.name ?? "")
        } catch let failure as DefinitionFailure {
            let problem = failure.problems.first?.problem
            return .refused(problem ?? DocumentProblem(path: "", reason: failure.description))
        }
    }
}
