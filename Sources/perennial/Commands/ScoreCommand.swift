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
            one transaction. The time unit changes the parameters, not the forecasts.
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
        for model in run.report.models {
            try await output.line(ModelsReport.line(model))
            for note in model.notes { try await output.line("  " + note) }
        }
    }
}
