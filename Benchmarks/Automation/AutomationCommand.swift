import Analytics
import ArgumentParser
import Documents
import Foundation
import Kernel
import Logging
import Runtime
import Synchronization
import YAMLText

/// Parts of `Benchmarks/run automation`: what the engine decides about segments and journeys.
///
/// Each prints lines of a figure's name and its values, separated by tabs.
struct AutomationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "automation", abstract: "Times segments, journeys, timers and simulations.",
        subcommands: [
            SustainedCommand.self, FreshnessCommand.self, TimersCommand.self,
            SegmentsCommand.self, SimulationCommand.self,
        ])
}

/// Opens a workspace for a benchmark.
struct WorkspaceFolder: ParsableArguments {
    @Argument(help: "The workspace's folder.")
    var folder: String

    @OptionGroup var library: LibraryOptions

    @Option(help: "The rest between small batches in milliseconds, while definitions are in force.")
    var rest: Int?

    @Option(help: "Timers that one transaction fires.")
    var timersPerBatch: Int?

    @Option(help: "For how many moments events gather while very many come.")
    var moments: Int?

    func open(_ clock: WallClock = .machine) throws -> Workspace {
        var options = Workspace.Options()
        options.duckDBLibrary = getenv("DUCKDB_LIBRARY").map { String(cString: $0) } ?? ""
        options.duckDBLibraryCandidates = [library.library]
        options.archive.threads = 2
        if let rest { options.pace.decidingRestMs = rest }
        if let timersPerBatch { options.pace.timersPerBatch = timersPerBatch }
        if let moments { options.pace.gatheringMoments = moments }
        var logger = Logger(label: "benchmarks") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        return try Workspace(folder: folder, options: options, clock: clock, logger: logger)
    }
}

extension WallClock {
    static let machine = WallClock {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// A clock that is set by hand.
final class SetClock: Sendable {
    private let time: Mutex<Timestamp>

    init(_ time: Timestamp) {
        self.time = Mutex(time)
    }

    var clock: WallClock { WallClock { self.time.withLock { $0 } } }

    func advance(milliseconds: Int64) {
        time.withLock { $0 = $0.adding(milliseconds: milliseconds) }
    }
}

extension DefinitionDraft {
    /// All that a text defines.
    static func reading(yaml text: String, file: String) throws -> [DefinitionDraft] {
        try DocumentNode.documents(yaml: text).map {
            DefinitionDraft(document: $0, source: text, file: file)
        }
    }

    /// The YAML files of playbooks.
    ///
    /// - Parameter names: Folders below the first; only `journey.yaml` and segments are read.
    static func playbooks(_ folder: String, _ names: [String]) throws -> [DefinitionDraft] {
        try names.flatMap { name in
            let path = folder + "/" + name
            return try FileManager.default.contentsOfDirectory(atPath: path)
                .filter { $0.hasSuffix(".yaml") }.sorted().flatMap { file in
                    try reading(
                        yaml: String(contentsOfFile: path + "/" + file, encoding: .utf8),
                        file: name + "/" + file)
                }
        }
    }
}

/// Prints a figure with its values, one for each round.
func figure(_ name: String, _ values: [Double]) {
    let texts = values.map { String(format: "%.5g", $0) }
    print(([name] + texts).joined(separator: "\t"))
    fflush(nil)
}

/// A field of this process's status in megabytes: `VmRSS`, `RssAnon`.
func memoryMB(_ field: String) -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") }
    let number = line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
    return (number.flatMap { Double($0) } ?? 0) * 1024 / 1e6
}

/// Seconds of processor time that this process took so far, whatever ran beside it.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The value below which a share of the values is.
func quantile(_ share: Double, of values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? .nan : sorted[min(Int(share * Double(sorted.count)), sorted.count - 1)]
}
