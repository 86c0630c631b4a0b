import Events
import Foundation
import Insights
import Kernel
import TestPrograms
import Testing

@testable import Analytics

/// The DuckDB library that `script/setup` installs, or the one that `DUCKDB_LIBRARY` names.
enum TestLibrary {
    static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    static func load() throws -> DuckDBLibrary {
        try DuckDBLibrary(
            chosen: ProcessInfo.processInfo.environment["DUCKDB_LIBRARY"],
            candidates: [packageRoot + "/.perennial/lib/libduckdb.so"])
    }

    /// Without the library the suites are skipped, but not where everything is to be tested.
    static var isExpected: Bool {
        if ProcessInfo.processInfo.environment["CI"] == "true" { return true }
        return (try? load()) != nil
    }
}

/// Data that isn't part of the repository.
enum TestData {
    static let folder =
        ProcessInfo.processInfo.environment["PERENNIAL_TEST_DATA"]
        ?? TestLibrary.packageRoot + "/../shared/data"

    static func has(_ name: String) -> Bool {
        FileManager.default.isReadableFile(atPath: folder + "/" + name)
    }

    /// A file's lines split at commas, without the heading.
    static func rows(_ name: String) throws -> [[Substring]] {
        let path = folder + "/" + name
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        if name.hasSuffix(".gz") {
            data = try ChildProcess.output(of: "gzip", ["-dc", path])
        }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }
}

/// A folder for one test, removed when the test lets go of it.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/perennial-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func open() throws -> Archive {
        var options = Archive.Options()
        options.threads = 1
        return try Archive(folder: path, options: options, library: TestLibrary.load())
    }
}

extension ArchiveBatch {
    /// Adds an event in a block of its own.
    mutating func append(_ event: ArchivedEvent) throws {
        var draft = EventDraft(kind: event.kind, occurredAt: event.occurredAt, messageID: "m")
        draft.flags = event.flags
        draft.name = event.name
        draft.properties = Array(event.properties.utf8)
        draft.context = Array(event.context.utf8)
        var builder = EventBlockBuilder()
        builder.append(draft)
        var block = ArchivedBlock(
            try EventBlock(decoding: builder.takeBytes().bytes), firstPosition: event.position,
            receivedAt: event.receivedAt)
        block.customers = [event.customer]
        blocks.append(block)
    }
}

func currency(_ code: String) throws -> Currency { try #require(Currency(code)) }

/// An order in UTC.
func order(
    _ position: Int64, key: Int64, _ kind: ArchivedOrder.Kind = .completed, customer: Int64,
    at time: Timestamp, total: Int64, _ currency: Currency
) -> ArchivedOrder {
    let day = ZoneRules.utc.day(of: time)
    return ArchivedOrder(
        position: position, key: key, kind: kind, customer: customer, orderID: "order \(key)",
        occurredAt: time, localDay: Int32(day.daysSinceEpoch),
        localMonth: Int32(day.month.index), currency: currency, totalMinor: total)
}

func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }
