import ArgumentParser
import Kernel
import Predictions
import Runtime

/// `perennial score`
struct ScoreCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Fits the models and forecasts every customer.",
        discussion: """
            Without --as-of, everything up to the day of the newest order counts. Orders of one day are \
            one transaction. The time unit changes the parameters, not the forecasts. A run that saw less \
            than the newest one is kept as history and not shown. Customers whom the run puts into another \
            churn band than the one before get an event, Churn Risk Rose or Churn Risk Fell.
            """)

    enum Unit: String, ExpressibleByArgument, CaseIterable {
        case day, week
    }

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: ArgumentHelp("The last day that counts.", valueName: "yyyy-mm-dd"))
    var asOf: String?

    @Option(help: "The unit that times are counted in: day or week.")
    var unit = Unit.day

    func validate() throws {
        if let asOf, CalendarDay(asOf) == nil {
            throw ValidationError("--as-of takes a day such as 1997-09-30, not \(asOf)")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let run = try await Blocking.run { [asOf, unit] in
            try workspace.score(
                asOf: asOf.flatMap { CalendarDay($0) }, unit: unit == .day ? .day : .week)
        }
        try await output.line(
            "scored \(Figures.grouped(run.report.customers)) customers as of \(run.report.asOf)")
        let shown = try await Blocking.run { try workspace.newestModelRun() }
        if let shown, shown.run != run.run {
            try await output.line(
                "kept as history: shown are the forecasts as of \(shown.report.asOf)")
        }
        let moved = try await workspace.announceBandChanges()
        try await workspace.takeScores()
        if moved.rose + moved.fell > 0 {
            try await output.line(
                "churn risk rose for \(Figures.grouped(moved.rose)) customers and fell for "
                    + Figures.grouped(moved.fell))
        }
        if let churnBy = run.report.churnBy {
            try await output.line("churn probabilities are by: \(churnBy)")
        }
        for model in run.report.models {
            try await output.line(ModelsReport.line(model))
            for note in model.notes { try await output.line("  " + note) }
        }
    }
}
