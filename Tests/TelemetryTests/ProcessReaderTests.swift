import Telemetry
import Testing

@Suite struct ProcessReaderTests {
    private static let stat =
        "42 (a) b) S 1 42 42 0 -1 4194560 1 0 0 0 150 50 0 0 20 0 3 0 1000 8192000 500 184467\n"

    private func reader(_ files: [String: String], openFiles: Int? = nil) -> ProcessReader {
        ProcessReader(
            ticksPerSecond: 100, pageBytes: 4096, file: { files[$0] },
            entryCount: { _ in openFiles })
    }

    @Test func `the figures are those of proc`() {
        let figures = reader(
            [
                "/proc/self/stat": Self.stat, "/proc/stat": "cpu 1\nbtime 1700000000\n",
                "/proc/self/limits": "Limit\nMax open files            1024   4096   files\n",
            ], openFiles: 11
        ).read()

        #expect(figures?.cpuSeconds == 2)
        #expect(figures?.residentBytes == 500 * 4096)
        #expect(figures?.virtualBytes == 8_192_000)
        #expect(figures?.startSeconds == 1_700_000_010)
        #expect(figures?.openFiles == 10)
        #expect(figures?.openFilesMax == 1024)
    }

    @Test func `no limit of open files is none`() {
        let figures = reader([
            "/proc/self/stat": Self.stat, "/proc/stat": "btime 1\n",
            "/proc/self/limits": "Max open files            unlimited  unlimited  files\n",
        ]).read()

        #expect(figures != nil)
        #expect(figures?.openFilesMax == nil)
        #expect(figures?.openFiles == nil)
    }

    @Test(arguments: [
        [:], ["/proc/stat": "btime 1\n"], ["/proc/self/stat": stat],
        ["/proc/self/stat": "42 (a) S 1 2", "/proc/stat": "btime 1\n"],
        ["/proc/self/stat": "nothing", "/proc/stat": "btime 1\n"],
        ["/proc/self/stat": stat, "/proc/stat": "boot 1\n"],
    ])
    func `without the files, or with others, there are no figures`(files: [String: String]) {
        #expect(reader(files).read() == nil)
    }

    @Test func `the page ends with the process's figures`() {
        let figures = ProcessFigures(
            cpuSeconds: 1.5, residentBytes: 4096, virtualBytes: 8192, startSeconds: 10,
            openFiles: 3, openFilesMax: nil)

        let text = MetricsStore().text(process: figures)

        let values = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(
            values == [
                "process_cpu_seconds_total 1.5", "process_open_fds 3",
                "process_resident_memory_bytes 4096", "process_start_time_seconds 10",
                "process_virtual_memory_bytes 8192",
            ])
    }

    @Test func `this machine's own figures can be read`() throws {
        let figures = try #require(ProcessReader.system().read())

        #expect(figures.residentBytes > 1 << 20)
        #expect(figures.startSeconds > 1_600_000_000)
        #expect((figures.openFiles ?? 0) > 0)
    }
}
