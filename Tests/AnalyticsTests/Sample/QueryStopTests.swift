import Dispatch
import Kernel
import Segments
import Synchronization
import Testing

@testable import Analytics

/// Queries that are stopped from elsewhere.
@Suite(.enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct QueryStopTests {
    @Test func `a query that is stopped doesn't begin`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let query = SegmentQuery(.all([]), now: Timestamp(milliseconds: 0))
        let stop = QueryStop()
        #expect(try archive.segmentPreview(query, stop: stop).count == 0)
        stop.stop()
        #expect(throws: ArchiveError.stopped) { try archive.segmentPreview(query, stop: stop) }
    }

    @Test func `a query that runs is ended, and the archive goes on`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        let stop = QueryStop()
        let done = DispatchSemaphore(value: 0)
        let failure = Mutex<ArchiveError?>(nil)
        DispatchQueue.global().async {
            do throws(ArchiveError) {
                _ = try archive.read { connection throws(ArchiveError) in
                    try stop.watching(connection) { () throws(ArchiveError) in
                        // Longer than anybody waits.
                        try connection.integer(
                            "SELECT count(*) FROM range(100000000000000) WHERE range % 7 = 3")
                    }
                }
            } catch {
                failure.withLock { $0 = error }
            }
            done.signal()
        }
        // Again where the first came between two statements.
        while done.wait(timeout: .now() + .milliseconds(20)) == .timedOut { stop.stop() }
        #expect(failure.withLock { $0 } == .stopped)
        #expect(try archive.position() == 0)
    }
}
