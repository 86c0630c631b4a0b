import ArgumentParser
import Customers
import JSONParsing
import Kernel
import Runtime

/// `perennial customer show KEY`
struct CustomerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customer", abstract: "Shows one customer.",
        subcommands: [CustomerShowCommand.self])
}

struct CustomerShowCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows who a customer is, how they are and what happened.",
        discussion:
            "KEY is a customer id (cus_…), a user id, an e-mail, a phone number or an anonymous id."
    )

    @Argument(help: "Whom to show.")
    var key: String

    @OptionGroup var workspace: WorkspaceOptions

    @Option(
        help: "table or json; as CSV there is: report customers --format csv --search KEY.")
    var format = PageFormat.table

    @Option(help: "How many events of the timeline.")
    var events = 10

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let text = try await Blocking.run {
            guard let details = try workspace.customer(named: key, timeline: events) else {
                throw ValidationFailure(
                    "nobody is known as \(key); list customers with: perennial report customers")
            }
            let report = CustomerReport(details: details, zone: workspace.zone)
            return format == .json ? report.json() : report.table()
        }
        try await output.line(text)
    }
}

/// How a page about one thing is written: it isn't made of rows, so there is no CSV of it.
enum PageFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
}

/// What a command can't do with what it was given.
struct ValidationFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
