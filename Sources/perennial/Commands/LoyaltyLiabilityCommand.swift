import ArgumentParser
import JSONParsing
import Kernel
import Loyalty
import Runtime

struct LoyaltyLiabilityCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "liability",
        abstract: "Says what a program owes, and how much of it is expected to be redeemed.",
        discussion: """
            The expectation is by a model of what became of the points so far, with an interval; its assumptions \
            are in docs/loyalty.md.
            """)

    @Argument(help: "The program's name.")
    var program: String

    @Option(help: "How many months back it is told: 1 to 120.")
    var months = 12

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    @OptionGroup var workspace: WorkspaceOptions

    func validate() throws {
        guard (1...120).contains(months) else {
            throw ValidationFailure("--months takes a number from 1 to 120")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let liability = try await Blocking.run { [program, months] in
            guard let inForce = workspace.loyalty.program(program) else {
                throw ValidationFailure(
                    "no program \(program) is in force; see: perennial loyalty list")
            }
            return try workspace.liability(of: inForce, months: months)
        }
        if format == .json {
            return try await output.line(
                String(decoding: LiabilityText.json(liability), as: UTF8.self))
        }
        let table = LiabilityText.table(liability)
        if format == .csv { return try await output.line(table.csv()) }
        for line in LiabilityText.lines(liability) { try await output.line(line) }
        try await output.line("")
        try await output.line(LiabilityText.past(liability).table())
        try await output.line("")
        try await output.line(table.table())
    }
}
