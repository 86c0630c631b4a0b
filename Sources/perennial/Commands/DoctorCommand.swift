import ArgumentParser
import JSONParsing
import Kernel
import Records
import Runtime

/// `perennial doctor`
struct DoctorCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Checks that the points ledger adds up, entry by entry, and promotions' counts.",
        discussion: """
            Of each account: its entries are all there, in order, and add up to its balance; each lot's to what is left \
            of it; no lot is below zero, and no more is reserved than is there; and what is remembered of it is what \
            its rows say. Of each promotion: its counts are what checkouts hold, none is above its limit, and no code is held \
            twice. Of each referral program: what advocates and friends have is what was given. Nothing is changed. Exits with 1 where something doesn't add up.
            """)

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "table or json.")
    var format = ReportFormat.table

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let report = try await Blocking.run { try workspace.examine() }
        try await output.line(format == .json ? Self.json(report) : Self.text(report))
        if report.problemCount > 0 { throw ExitCode(1) }
    }

    private static func text(_ report: DoctorReport) -> String {
        let ledger = report.ledger
        var lines = [
            "accounts      \(Figures.grouped(ledger.accounts))",
            "operations    \(Figures.grouped(ledger.operations))",
            "entries       \(Figures.grouped(ledger.entries))",
            "lots          \(Figures.grouped(ledger.lots))",
            "points        \(Figures.grouped(Int(ledger.balance)))",
            "referrals     \(Figures.grouped(report.referrals))",
            "rewards       \(Figures.grouped(report.rewardClaims)) claims",
            "promotions    \(Figures.grouped(report.promotionUses)) uses",
        ]
        if report.problemCount == 0 {
            lines.append("everything adds up")
        } else {
            lines.append("\(report.problemCount) things don't add up:")
            lines += (ledger.problems + report.states).map { "  account \($0.account): \($0)" }
            lines += report.others.map { "  \($0)" }
        }
        return lines.joined(separator: "\n")
    }

    private static func json(_ report: DoctorReport) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("accounts", report.ledger.accounts)
        json.member("operations", report.ledger.operations)
        json.member("entries", report.ledger.entries)
        json.member("lots", report.ledger.lots)
        json.member("points", report.ledger.balance)
        json.member("referrals", report.referrals)
        json.member("reward_claims", report.rewardClaims)
        json.member("promotion_uses", report.promotionUses)
        json.member("problems", report.problemCount)
        json.key("examples")
        json.beginArray()
        for problem in report.ledger.problems + report.states {
            json.string("account \(problem.account): \(problem)")
        }
        for text in report.others { json.string(text) }
        json.endArray()
        json.endObject()
        return json.text
    }
}
