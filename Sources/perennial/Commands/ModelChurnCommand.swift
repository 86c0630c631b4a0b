import ArgumentParser
import Predictions
import Settings

/// How a card is written.
enum CardFormat: String, ExpressibleByArgument, CaseIterable {
    case text, md, json
}

/// Flags that commands about a table of customers share.
struct TableOptions: ParsableArguments {
    @Argument(
        help: "The table: CSV or TSV, also with gzip, a customer a row; - for standard input.")
    var file: String

    @Option(help: ArgumentHelp("The column that names the customer.", valueName: "column"))
    var id: String?

    @Option(
        help: ArgumentHelp(
            "A column that nothing is learnt from; may be repeated.", valueName: "column"))
    var ignore: [String] = []

    @Option(help: "Decides who judges and who teaches; the same seed gives the same answer.")
    var seed: UInt64 = 1

    @Option(help: "text, md or json.")
    var format = CardFormat.text

    @Option(help: ArgumentHelp("Where to write a line for each customer.", valueName: "out.csv"))
    var predictions: String?

    @OptionGroup(visibility: .hidden) var workspace: WorkspaceOptions

    /// The columns that aren't features.
    var ignored: Set<String> { Set(ignore + [id].compactMap { $0 }) }

    /// Writes the lines of customers where they were asked for.
    func write(_ table: TextTable) throws {
        guard let predictions else { return }
        try OutputFile.write(table.csv() + "\n", to: predictions, besides: file)
    }

    /// What names the customers of a file, by row: the column that was said, or the row's number.
    func names(_ file: TableFile) throws -> (heading: String, names: (Int) -> String) {
        guard let id else { return ("row", { "\($0 + 1)" }) }
        let column = try file.columns.named(id)
        return (id, { column[$0] })
    }
}

/// `perennial model churn FILE --outcome COLUMN=VALUE`
struct ModelChurnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "churn",
        abstract: "Learns from a table of contracts who cancels, and says how far to trust it.",
        discussion: """
            A row a customer: what is known of them, and whether they left. Columns are numbers or \
            categories, found out from what they hold; a blank is missing. Logistic regression, boosted \
            trees and their mean compete on customers they haven't seen. Customers whose outcome is blank \
            are predicted with the rest.

            Leave out what is written only when somebody leaves: it tells the outcome, not the future.

              perennial model churn customers.csv --outcome Churn=Yes --id customerID \\
                --tenure tenure --group Contract --predictions risks.csv
            """)

    @OptionGroup var table: TableOptions

    @Option(
        help: ArgumentHelp(
            "The column that says who left, and its value for those.", valueName: "column=value"))
    var outcome: String

    @Option(
        help: ArgumentHelp(
            "The column that says for how many periods each has been a customer: adds retention by "
                + "tenure.", valueName: "column"))
    var tenure: String?

    @Option(
        help: ArgumentHelp(
            "With --tenure: the column that parts the customers, such as their plan.",
            valueName: "column"))
    var group: String?

    func validate() throws {
        if group != nil, tenure == nil { throw ValidationError("--group goes with --tenure") }
    }

    func run() async throws {
        do {
            let settings = try table.workspace.load().values
            let file = try TableFile(path: table.file)
            var progress = ProgressBar(clock: .system)
            defer { progress.end() }
            let study = try ChurnStudy(
                file,
                ChurnStudy.Question(
                    outcome: ColumnChoice(outcome), tenure: tenure, group: group,
                    ignored: table.ignored, seed: table.seed),
                library: .load(settings), say: { progress.say($0) })
            progress.end()
            let names = try table.names(file)
            var lines = TextTable(headings: [
                names.heading, "probability", "judged", "reason_1", "reason_2", "reason_3",
            ])
            for prediction in study.predictions {
                let reasons = prediction.reasons.map(\.text)
                lines.rows.append(
                    [
                        names.names(prediction.row),
                        Figures.fixed(prediction.probability, digits: 4),
                        prediction.isHeldBack ? "held back" : "new",
                    ] + reasons + Array(repeating: "", count: max(0, 3 - reasons.count)))
            }
            try table.write(lines)
            let card = ChurnCard(report: study.report, file: file.name)
            let text =
                switch table.format {
                case .text: card.document.text()
                case .md: card.document.markdown()
                case .json: try card.json()
                }
            try await CommandOutput.standard.line(text)
        } catch {
            throw Shell.exit(for: error)
        }
    }
}
