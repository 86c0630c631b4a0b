import ArgumentParser
import Imports
import Kernel
import Logging
import Records
import Runtime
import Settings

/// `perennial import orders|events|customers FILE…`
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Takes orders, events or customers from files into the workspace.",
        discussion: """
            Files are CSV, TSV or NDJSON, each also with gzip; - is standard input. Columns are found by \
            their header, or named with --map field=column. Running an import again changes nothing, \
            and one that was interrupted goes on where it was. Rows that can't be read are written to a \
            file with the reason in front; mended, that file can be imported as it is.

            \(ImportField.help)
            """)

    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case orders, events, customers
    }

    @Argument(help: "What the files hold: orders, events or customers.")
    var subject: Subject

    @Argument(help: "The files; - for standard input.")
    var files: [String]

    @OptionGroup var workspace: WorkspaceOptions

    @Option(
        help: ArgumentHelp(
            "Which column a field is in; may be repeated.",
            valueName: "field=column"))
    var map: [String] = []

    @Option(help: "The currency of amounts whose row names none: three letters.")
    var currency: String?

    @Option(help: "How dates are written where days and months could be mistaken: dmy, mdy or ymd.")
    var dateFormat: String?

    @Flag(help: "1.234,56 means one thousand two hundred …; found out from the file otherwise.")
    var decimalComma = false

    @Flag(help: "1,234.56 means one thousand two hundred …; found out from the file otherwise.")
    var decimalPoint = false

    @Flag(help: "Record only: nothing that acts on events is triggered, now or later.")
    var asHistory = false

    @Flag(help: "Keep columns that no field takes, as properties.")
    var keepColumns = false

    @Option(help: "The name of the events, where no column tells it.")
    var event: String?

    @Option(
        help: "Where rejected rows go (FILE.rejected.csv in the current folder otherwise).")
    var rejects: String?

    func validate() throws {
        if files.isEmpty { throw ValidationError("name a file to import, or - for standard input") }
        if decimalComma, decimalPoint {
            throw ValidationError("--decimal-comma and --decimal-point exclude each other")
        }
        if rejects != nil, files.count > 1 {
            throw ValidationError("--rejects goes with one file; import the files one by one")
        }
        for entry in map where ImportOptions.MappedColumn(entry) == nil {
            throw ValidationError("--map takes FIELD=COLUMN, not \(entry)")
        }
        if let dateFormat, DateOrder(rawValue: dateFormat) == nil {
            throw ValidationError("--date-format is dmy, mdy or ymd, not \(dateFormat)")
        }
        if let currency, Currency(currency)?.isListed != true {
            throw ValidationError("--currency takes three letters of ISO 4217, such as GBP")
        }
    }

    func run() async throws {
        do {
            let loaded = try workspace.load()
            Shell.startLogging(loaded.values, atLeast: .warning)
            var options = try importOptions(loaded.values)
            do {
                let opened = try Workspace(
                    folder: workspace.folder, options: loaded.runtimeOptions,
                    clock: .system, logger: Logger(label: "perennial"))
                options.zone = opened.zone
                if currency == nil { options.currency = opened.currency }
                var sink = LogSink.own(opened)
                try await run(options, into: &sink)
                try opened.close()
            } catch WorkspaceLock.Failure.owned {
                if loaded.runtimeOptions.timeZone == nil,
                    let zone = try RecordsStore.timeZone(folder: workspace.folder)
                {
                    options.zone = ZoneRules(identifier: zone) ?? options.zone
                }
                let options = options
                try await ControlClient(folder: workspace.folder).converse { conversation in
                    var sink = LogSink.asked(conversation)
                    try await run(options, into: &sink)
                }
            }
        } catch {
            throw Shell.exit(for: error)
        }
    }

    private func importOptions(_ settings: WorkspaceSettings) throws -> ImportOptions {
        var options = ImportOptions(
            kind: ImportKind(rawValue: subject.rawValue) ?? .orders,
            importedAt: WallClock.system.now)
        options.mapping = map.compactMap { ImportOptions.MappedColumn($0) }
        options.currency = currency.flatMap { Currency($0) } ?? settings.workspace.currency
        options.zone = ZoneRules(identifier: settings.workspace.timezone) ?? .utc
        options.dateOrder = dateFormat.flatMap { DateOrder(rawValue: $0) }
        options.decimalComma = decimalComma ? true : decimalPoint ? false : nil
        options.isHistory = asHistory
        options.keepsColumns = keepColumns
        options.eventName = event
        return options
    }

    private func run(_ options: ImportOptions, into sink: inout LogSink) async throws {
        var used: [String: Int] = [:]
        for file in files {
            let name =
                file == "-" ? "stdin" : file.split(separator: "/").last.map(String.init) ?? file
            // Files of one name from several folders don't share a file of rejections.
            used[name, default: 0] += 1
            let count = used[name] ?? 1
            let rejectsPath = rejects ?? name + (count > 1 ? "-\(count)" : "") + ".rejected.csv"
            let run = ImportRun(
                path: file, options: options, rejectsPath: rejectsPath, clock: .system)
            var progress = ProgressBar(clock: .system)
            let summary = try await run.run(into: &sink, progress: &progress)
            progress.say("working out figures …")
            try await sink.settle()
            progress.end()
            var text = "\(name): \(Figures.grouped(summary.rows)) rows, "
            text += "\(Figures.grouped(summary.accepted)) new events, "
            text += "\(Figures.grouped(summary.repeated)) already known"
            if summary.rejected > 0 {
                text += ", \(Figures.grouped(summary.rejected)) rejected"
            }
            try await CommandOutput.standard.line(text)
            guard summary.rejected > 0 else { continue }
            if summary.accepted + summary.repeated == 0 {
                throw ValidationFailure(
                    "no row of \(name) could be read; see \(rejectsPath), and name the columns with --map"
                )
            }
            try await CommandOutput.standard.line(
                "the rejected rows and the reasons are in \(rejectsPath): mend them and import that file"
            )
        }
    }
}
