import ArgumentParser
import Predictions
import RetentionModels
import Settings

/// `perennial model uplift FILE --treatment COLUMN=VALUE --outcome COLUMN=VALUE`
struct ModelUpliftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uplift",
        abstract: "Learns from a randomised holdout whom to treat, if there is a difference.",
        discussion: """
            A row a customer: what was known of them before, whether chance had them treated, and what \
            came of it. Columns written after the treatment belong to --ignore. Customers whose treatment \
            is blank are predicted with the rest.

              perennial model uplift trial.csv --treatment email=yes --outcome bought=yes \\
                --value 30 --cost 0.5 --id customer --predictions treat.csv
            """)

    @OptionGroup var table: TableOptions

    @Option(
        help: ArgumentHelp(
            "The column that says who was treated, and its value for those.",
            valueName: "column=value"))
    var treatment: String

    @Option(
        help: ArgumentHelp(
            "The treatment column's value for the holdout, where it has more than two.",
            valueName: "value"))
    var control: String?

    @Option(
        help: ArgumentHelp(
            "What came of it: a column of amounts, or a column and the value that counts.",
            valueName: "column=value"))
    var outcome: String

    @Option(help: "What one outcome is worth, or one unit of it.")
    var value = 1.0

    @Option(help: "What treating one customer costs, in the same unit.")
    var cost = 0.0

    func validate() throws {
        guard value.isFinite, cost.isFinite, cost >= 0 else {
            throw ValidationError("--value and --cost are numbers, and a cost isn't below zero")
        }
        if control != nil, ColumnChoice(treatment).value == nil {
            throw ValidationError("--control goes with --treatment COLUMN=VALUE")
        }
    }

    func run() async throws {
        do {
            let settings = try table.workspace.load().values
            let file = try TableFile(path: table.file)
            var progress = ProgressBar(clock: .system)
            defer { progress.end() }
            var question = UpliftStudy.Question(
                treatment: ColumnChoice(treatment), control: control,
                outcome: ColumnChoice(outcome), ignored: table.ignored)
            question.settings.value = value
            question.settings.cost = cost
            question.settings.seed = table.seed
            let study = try UpliftStudy(
                file, question, library: .load(settings), say: { progress.say($0) })
            progress.end()
            let names = try table.names(file)
            var lines = TextTable(headings: [names.heading, "uplift", "judged", "treat"])
            for prediction in study.predictions {
                lines.rows.append([
                    names.names(prediction.row), Figures.fixed(prediction.uplift, digits: 6),
                    prediction.isHeldBack ? "held back" : "new",
                    prediction.isToBeTreated ? "yes" : "no",
                ])
            }
            try table.write(lines)
            let card = UpliftCard(report: study.report, file: file.name)
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
