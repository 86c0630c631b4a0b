import Analytics
package import Events
import Kernel
import Logging
package import Records
package import Runtime

extension Workspace {
    /// Keys that are the same in every test, so that what is folded can be compared between folders.
    private static let keys: [(name: String, count: Int)] = [("hash.key", 16), ("session.key", 32)]

    /// Opens a workspace in a test's folder, and makes it where there is none.
    ///
    /// - Parameter adjust: Changes the options before they are used.
    package static func forTests(
        in folder: TestFolder, clock: VirtualClock, adjust: (inout Options) -> Void = { _ in }
    ) throws -> Workspace {
        var options = Options()
        options.duckDBLibrary = TestPaths.chosenDuckDB
        options.duckDBLibraryCandidates = [TestPaths.installedDuckDB]
        options.archive.threads = 1
        options.archive.memoryMaxMB = 256
        adjust(&options)
        if !TestPaths.isReadable(folder.file("keys")) {
            try folder.makeFolder("keys")
            for (name, count) in keys {
                try folder.write((0..<count).map { UInt8($0) }, to: "keys/" + name)
            }
        }
        return try Workspace(
            folder: folder.path, options: options, clock: clock.clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Appends events in one call.
    @discardableResult
    package func append(_ drafts: [EventDraft]) async throws -> LogStore.Appended {
        try await append(drafts.framed)
    }
}
