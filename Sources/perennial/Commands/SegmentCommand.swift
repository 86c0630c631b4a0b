import Analytics
import ArgumentParser
import Documents
import Insights
import JSONParsing
import Kernel
import Records
import Runtime
import Segments
import YAMLText

/// `perennial segment list|show|preview|explain|export`
struct SegmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segment",
        abstract: "Lists segments, shows who is in them and why, tries definitions out.",
        subcommands: [
            SegmentListCommand.self, SegmentShowCommand.self, SegmentPreviewCommand.self,
            SegmentExplainCommand.self, SegmentExportCommand.self,
        ])
}

extension Workspace {
    func segment(_ name: String) throws -> SegmentStanding {
        guard let found = try segmentStandings().first(where: { $0.row.name == name }) else {
            throw ValidationFailure(
                "there is no segment \(name); list them with: perennial segment list")
        }
        return found
    }

    /// What to call a customer by.
    func label(of customer: Int64) throws -> String {
        let id = ID<Customer>(rawValue: customer)
        guard let row = try customerRow(of: id), !row.label.isEmpty else { return "" }
        return row.label
    }
}

struct SegmentListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the segments in force and how many are in them.")

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let standings = try await Blocking.run { try workspace.segmentStandings() }
        if format == .json {
            var json = JSONWriter()
            json.beginArray()
            for standing in standings {
                json.beginObject()
                json.member("name", standing.row.name)
                json.member("title", standing.definition.title)
                json.member("version", standing.row.version)
                json.member("size", standing.size)
                if let filled = standing.filled { json.member("filled", filled) }
                json.endObject()
            }
            json.endArray()
            return try await output.line(json.text)
        }
        var table = TextTable(headings: ["segment", "customers", "title"], numeric: [1])
        for standing in standings {
            table.rows.append([
                standing.row.name,
                format == .csv ? String(standing.size) : Figures.grouped(Int(standing.size)),
                standing.definition.title,
            ])
        }
        if format == .csv { return try await output.line(table.csv()) }
        if standings.isEmpty {
            return try await output.line(
                "no segments yet; begin with: perennial apply Playbooks/segments")
        }
        try await output.line(table.table())
        if let filled = standings.first?.filled {
            try await output.line(
                "customers are still being looked at (\(Int(filled * 100))% done)")
        }
    }
}

struct SegmentShowCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a segment's definition and the first of its members.")

    @Argument(help: "The segment's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "How many members at most.")
    var limit = 20

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let (standing, members) = try await Blocking.run { [name, limit] in
            let standing = try workspace.segment(name)
            let members = try workspace.members(of: standing, after: 0, limit: max(0, limit))
            return (
                standing,
                try members.map {
                    ($0.member, $0.reason, try workspace.label(of: $0.member.customer))
                }
            )
        }
        try await output.line(standing.row.source.trimmingEnd)
        try await output.line("")
        try await output.line(
            "\(Figures.grouped(Int(standing.size))) customers, version \(standing.row.version)")
        for (member, reason, label) in members {
            try await output.line("\(ID<Customer>(rawValue: member.customer))  \(label)  \(reason)")
        }
    }
}

extension String {
    fileprivate var trimmingEnd: String {
        var text = self
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return text
    }
}

struct SegmentPreviewCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Counts who a definition would hold now, without putting it in force.")

    @Argument(
        help: ArgumentHelp("A segment's name, or a file with a definition.", valueName: "segment"))
    var source: String

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "How many customers are shown.")
    var sample = 10

    @Flag(
        help: "Tells about how many from a sample of the customers, at once, instead of counting.")
    var estimate = false

    @Option(help: "table or json.")
    var format = ReportFormat.table

    func forwarded(_ arguments: [String]) -> [String] {
        DefinitionName.isValid(source)
            ? arguments
            : (try? DefinitionOptions.parse([source]).forwarded(arguments)) ?? arguments
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let found = try await Blocking.run { [source, sample, estimate] in
            let condition = try condition(source, in: workspace)
            let sample = min(max(0, sample), Archive.segmentSampleMax)
            return estimate
                ? try workspace.estimate(condition, sample: sample)
                : SegmentEstimate(try workspace.preview(condition, sample: sample))
        }
        if format == .json {
            var json = JSONWriter()
            json.beginObject()
            json.member("count", found.count)
            if !found.isExact {
                json.member("low", found.range.lowerBound)
                json.member("high", found.range.upperBound)
                json.member("asked", found.asked)
            }
            json.member("customers", found.people)
            json.key("sample")
            json.beginArray()
            for person in found.sample { json.string(person.customer.description) }
            json.endArray()
            json.endObject()
            return try await output.line(json.text)
        }
        let (count, range) = found.rounded
        var line = "\(Figures.grouped(count)) of \(Figures.grouped(found.people)) customers"
        if !found.isExact {
            line =
                "about \(line) (\(Figures.grouped(range.lowerBound)) to "
                + "\(Figures.grouped(range.upperBound)); \(Figures.grouped(found.asked)) were asked)"
        }
        try await output.line(line)
        for person in found.sample {
            try await output.line("\(person.customer)  \(person.label)")
        }
    }

    private func condition(_ source: String, in workspace: Workspace) throws -> Condition {
        if DefinitionName.isValid(source),
            let known = try workspace.segmentStandings().first(where: { $0.row.name == source })
        {
            return known.definition.condition
        }
        let drafts = try DefinitionFiles.read(source)
        guard let draft = drafts.first, drafts.count == 1 else {
            throw ValidationFailure("\(source) has \(drafts.count) definitions; preview takes one")
        }
        return try SegmentDefinition(reading: DocumentReader(draft.document)).condition
    }
}

struct SegmentExplainCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says for each segment whether a customer is in it, and why.")

    @Argument(help: "An id, user id, e-mail, phone number or anonymous id.")
    var customer: String

    @Option(help: "Of this segment only.")
    var segment: String?

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let answers = try await Blocking.run { [customer] in
            guard let id = try workspace.customerID(named: customer) else {
                throw ValidationFailure("nobody is known as \(customer)")
            }
            return try workspace.explain(id)
        }
        for answer in answers where segment == nil || segment == answer.segment.name {
            var line = "\(answer.verdict.holds ? "in " : "not in ") \(answer.segment.name): "
            line += answer.verdict.reason
            if let next = answer.verdict.nextChange {
                line += "; changes by itself at \(Figures.time(next, workspace.zone))"
            }
            try await output.line(line)
        }
    }
}

struct SegmentExportCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a segment's members as CSV.")

    @Argument(help: "The segment's name.")
    var name: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let standing = try await Blocking.run { [name] in try workspace.segment(name) }
        try await output.line("customer,label,email,since")
        var after: Int64 = 0
        while true {
            let start = after
            let members = try await Blocking.run {
                try workspace.records.members(of: standing.row.subject, after: start, limit: 500)
                    .map { member in
                        let row = try workspace.customerRow(of: ID(rawValue: member.customer))
                        return (member, row?.label ?? "", row?.email ?? "")
                    }
            }
            guard let last = members.last else { return }
            var table = TextTable(headings: [])
            table.rows = members.map { member, label, email in
                [
                    ID<Customer>(rawValue: member.customer).description, label, email,
                    member.since.description,
                ]
            }
            try await output.line(String(table.csv().dropFirst()))
            after = last.0.customer
        }
    }
}
