import ArgumentParser
import Documents
import Kernel
import Loyalty
import Runtime

/// `perennial loyalty simulate FILE [FILE2] --from DATE --to DATE`
struct LoyaltySimulateCommand: WorkspaceCommand {
    /// How the result is written.
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Says what a program would have come to; nothing is put in force or changed.",
        discussion: """
            The workspace's real orders, refunds and other events, with customers as they are merged now, on a clock \
            that is the events' own. The program counts from the first day, whatever it says of its start. Customers \
            did what they did without it; who spends points is assumed, and the same people in both programs.
            """)

    @OptionGroup var definitions: ProgramPaths
    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: ArgumentHelp("The first day.", valueName: "yyyy-mm-dd"))
    var from: String

    @Option(help: ArgumentHelp("The last day.", valueName: "yyyy-mm-dd"))
    var to: String

    @Option(
        help: ArgumentHelp("How many of the customers ever spend points.", valueName: "percent"))
    var redeem = "60%"

    @Option(
        help: ArgumentHelp(
            "They spend all they can at an order, from so many points on.", valueName: "points"))
    var redeemFrom: Int64 = 100

    @Option(
        help: ArgumentHelp(
            "What a point is worth when it is spent, in the program's currency.",
            valueName: "money"))
    var value = "0.01"

    @Option(help: ArgumentHelp("Draws by this number who spends.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(help: "text or json.")
    var format = Format.text

    func forwarded(_ arguments: [String]) -> [String] { definitions.forwarded(arguments) }

    func validate() throws {
        for (name, day) in [("--from", from), ("--to", to)] where CalendarDay(day) == nil {
            throw ValidationError("\(name) takes a day such as 2026-03-01, not \(day)")
        }
        guard redeemersBp != nil else {
            throw ValidationError("--redeem takes a share from 0% to 100%, not \(redeem)")
        }
        guard (0...LoyaltyProgram.pointsMax).contains(redeemFrom) else {
            throw ValidationError("--redeem-from takes a number of points of at least 0")
        }
        guard PointValue(value) != nil else {
            throw ValidationError(
                "--value takes money of one point such as 0.01, with at most 6 decimals; not \(value)"
            )
        }
    }

    private var redeemersBp: Int? {
        let text = redeem.hasSuffix("%") ? String(redeem.dropLast()) : redeem
        do throws(DecimalText.Failure) {
            let found = try DecimalText.minor(Array(text.utf8).span, digits: 2)
            let most = Int64(LoyaltySimulation.Assumption.redeemersMaxBp)
            return (0...most).contains(found) ? Int(found) : nil
        } catch {
            return nil
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        guard let first = CalendarDay(from), let last = CalendarDay(to), let redeemersBp,
            let value = PointValue(value)
        else { return }
        let assumption = LoyaltySimulation.Assumption(
            redeemersBp: redeemersBp, fromPoints: redeemFrom, seed: seed)
        let results = try await Blocking.run { [definitions] in
            try definitions.programs().map { program in
                try workspace.simulateLoyalty(
                    program, assumption, from: workspace.zone.start(of: first),
                    to: workspace.zone.start(
                        of: CalendarDay(daysSinceEpoch: last.daysSinceEpoch + 1)))
            }
        }
        let text = LoyaltySimulationText(
            results: results, assumption: assumption, value: value, from: first, to: last)
        try await output.line(format == .json ? text.json() : text.text())
    }
}

/// Where the programs to simulate are.
struct ProgramPaths: ParsableArguments {
    /// Programs that are shown side by side.
    static let programsMax = 2

    @Argument(
        help: ArgumentHelp(
            "A file with a program, and maybe another to compare it with.", valueName: "file"))
    var paths: [String]

    func programs() throws -> [LoyaltyProgram] {
        let drafts = try paths.flatMap { try DefinitionFiles.read($0) }
        guard (1...Self.programsMax).contains(drafts.count) else {
            throw ValidationFailure(
                "there are \(drafts.count) definitions; simulate takes one program, or two to "
                    + "compare")
        }
        return try drafts.map { draft in
            do throws(DocumentProblem) {
                return try LoyaltyProgram(reading: DocumentReader(draft.document))
            } catch {
                throw ValidationFailure("\(draft.file): \(error)")
            }
        }
    }

    func forwarded(_ arguments: [String]) -> [String] {
        paths.reduce(arguments) { arguments, path in
            (try? DefinitionOptions.parse([path]).forwarded(arguments)) ?? arguments
        }
    }
}
