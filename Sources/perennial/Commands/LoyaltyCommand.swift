import ArgumentParser
import JSONParsing
import Kernel
import Loyalty
import Records
import Runtime

/// `perennial loyalty list|show|simulate`
struct LoyaltyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loyalty",
        abstract: "Shows loyalty programs and accounts, and tries programs out.",
        discussion: """
            A program is a definition (kind: program) that perennial apply puts in force; simulate says before \
            what it would have come to.
            """,
        subcommands: [
            LoyaltyListCommand.self, LoyaltyShowCommand.self, LoyaltySimulateCommand.self,
            LoyaltyLiabilityCommand.self,
        ])
}

struct LoyaltyListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the programs in force.")

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let programs = workspace.loyalty.programs
        if format == .json {
            var json = JSONWriter()
            json.beginArray()
            for inForce in programs {
                json.beginObject()
                json.member("name", inForce.program.name)
                json.member("title", inForce.program.title)
                json.member("version", inForce.version)
                json.member("unit", inForce.program.unit)
                json.member("currency", inForce.program.currency.description)
                json.member("counts_from", inForce.starts.rfc3339)
                json.endObject()
            }
            json.endArray()
            return try await output.line(json.text)
        }
        var table = TextTable(
            headings: ["program", "version", "unit", "currency", "counts from", "title"],
            numeric: [1])
        table.rows = programs.map { inForce in
            [
                inForce.program.name, String(inForce.version), inForce.program.unit,
                inForce.program.currency.description,
                workspace.zone.day(of: inForce.starts).description, inForce.program.title,
            ]
        }
        if format == .csv { return try await output.line(table.csv()) }
        try await output.line(
            programs.isEmpty
                ? "no loyalty program is in force; try one out with: perennial loyalty simulate FILE"
                : table.table())
    }
}

struct LoyaltyShowCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows how a customer stands in the programs, and why.")

    @Argument(help: "An id, user id, e-mail, phone number or anonymous id.")
    var customer: String

    @Option(help: "Of this program only.")
    var program: String?

    @Option(help: "How many movements at most.")
    var limit = 10

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let lines = try await Blocking.run { [customer, program, limit] in
            guard let id = try workspace.customerID(named: customer) else {
                throw ValidationFailure("nobody is known as \(customer)")
            }
            let programs = workspace.loyalty.programs.filter {
                program == nil || $0.program.name == program
            }
            guard !programs.isEmpty else {
                throw ValidationFailure(
                    program.map { "no program \($0) is in force; see: perennial loyalty list" }
                        ?? "no loyalty program is in force")
            }
            var lines: [String] = []
            for inForce in programs {
                let member = try workspace.loyaltyMember(id, in: inForce)
                let movements =
                    try member.number.map {
                        try workspace.loyaltyHistory(of: $0, limit: min(max(0, limit), 1000))
                    } ?? []
                if !lines.isEmpty { lines.append("") }
                lines += LoyaltyMemberText.lines(member, movements)
            }
            return lines
        }
        try await output.line(lines.joined(separator: "\n"))
    }
}
