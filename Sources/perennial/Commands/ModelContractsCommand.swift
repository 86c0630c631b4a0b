import Analytics
import ArgumentParser
import Insights
import Kernel
import Predictions
import Runtime
import Settings

/// `perennial model contracts`
struct ModelContractsCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "contracts",
        abstract: "Shows how long subscriptions last, by plan, and which are likely to end.",
        discussion: """
            From the events Subscription Started and Subscription Cancelled (or Ended, Expired), whose \
            properties may be subscription_id and plan. A subscription counts under the plan that it \
            started with. As CSV there is each one that lasts.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, md, json, csv
    }

    @Option(help: ArgumentHelp("The last day that counts.", valueName: "yyyy-mm-dd"))
    var asOf: String?

    @Option(help: "text, md, json or csv.")
    var format = Format.text

    @OptionGroup var workspace: WorkspaceOptions

    func validate() throws {
        if let asOf, CalendarDay(asOf) == nil {
            throw ValidationError("--as-of takes a day such as 2024-09-30, not \(asOf)")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let settings = try self.workspace.load().values
        let card = try await Blocking.run { [asOf] () -> ContractsCard? in
            guard let found = try workspace.contracts(asOf: asOf.flatMap { CalendarDay($0) })
            else { return nil }
            let library = TreeLibrary.load(settings)
            let study = try ContractStudy(found.activity, seed: 1, library: library)
            var names: [Int64: String] = [:]
            for risk in study?.risks.prefix(ContractsCard.risksMax) ?? [] {
                let id = ID<Customer>(rawValue: risk.contract.customer)
                let row = try workspace.archive.customer(
                    id, asOf: try workspace.figuresAsOf(),
                    activeDays: workspace.options.activeDays)
                let label = row?.label ?? ""
                names[id.rawValue] = label.isEmpty ? id.description : label
            }
            return ContractsCard(report: found.report, study: study, names: names)
        }
        guard let card else {
            throw ValidationFailure(
                "no subscription was started by then; send Subscription Started and Subscription "
                    + "Cancelled, or learn from a table: perennial model churn FILE")
        }
        switch format {
        case .text: try await output.line(card.document.text())
        case .md: try await output.line(card.document.markdown())
        case .json: try await output.line(try card.json())
        case .csv: try await output.line(card.csv())
        }
    }
}
