import ArgumentParser
import Foundation
import Kernel
import Predictions
import Runtime

/// `perennial model card|backtest`
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Shows model cards, how models did on held-back orders, and models of tables.",
        subcommands: [
            ModelCardCommand.self, ModelBacktestCommand.self, ModelChurnCommand.self,
            ModelUpliftCommand.self, ModelContractsCommand.self,
        ])
}

/// `perennial model card NAME`
struct ModelCardCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Prints a model's card.",
        discussion:
            "Names: bg-nbd, mbg-nbd, pareto-nbd, gamma-gamma, recommendations; without one, the chosen "
            + "model's of when customers order.")

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case md, json
    }

    @Argument(help: "The model.")
    var name: String?

    @Option(help: "md or json.")
    var format = Format.md

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        if name?.lowercased() == OfferCardText.name {
            let card = OfferCardText(report: try await OfferDesk.model(of: workspace).0.report)
            try await output.line(format == .md ? card.markdown() : try card.json())
            return
        }
        guard let run = try await Blocking.run({ try workspace.newestModelRun() }) else {
            throw ValidationFailure("no models yet; fit them with: perennial score")
        }
        let report = run.report
        let model = name.map { ModelCardText.find($0, in: report) } ?? report.frequency
        guard let model else {
            let names = (ModelCardText.names(report) + [OfferCardText.name]).joined(separator: ", ")
            throw ValidationFailure(
                name.map { "there is no model \($0); there are \(names)" }
                    ?? "no model of frequency could be fitted; see: perennial report models")
        }
        let card = ModelCardText(run: run, model: model)
        try await output.line(format == .md ? card.markdown() : try card.json())
    }
}

/// `perennial model backtest --calibrate-until DATE`
struct ModelBacktestCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Fits the models to what was known on a day, and shows what came beside it.",
        discussion: "Nothing is kept: the forecasts in use stay as they are.")

    @Option(help: ArgumentHelp("The last day that the models see.", valueName: "yyyy-mm-dd"))
    var calibrateUntil: String

    @Option(
        help: ArgumentHelp(
            "The last day that counts after it; that of the newest order otherwise.",
            valueName: "yyyy-mm-dd"))
    var until: String?

    @Option(help: "The unit that times are counted in: day or week.")
    var unit = ScoreCommand.Unit.day

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    @OptionGroup var workspace: WorkspaceOptions

    func validate() throws {
        for day in [calibrateUntil, until].compactMap({ $0 }) where CalendarDay(day) == nil {
            throw ValidationError("a day is written as 1997-09-30, not \(day)")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        guard let day = CalendarDay(calibrateUntil) else { return }
        let report = try await Blocking.run { [until, unit] in
            try workspace.backtest(
                calibrateUntil: day, until: until.flatMap { CalendarDay($0) },
                unit: unit == .day ? .day : .week)
        }
        let text = BacktestText(report: report)
        switch format {
        case .table: try await output.line(text.table())
        case .csv: try await output.line(text.csv())
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try await output.line(String(decoding: try encoder.encode(report), as: UTF8.self))
        }
    }
}
