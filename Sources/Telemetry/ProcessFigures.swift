import Glibc

/// What the operating system knows of this process.
package struct ProcessFigures: Sendable, Equatable {
    package var cpuSeconds: Double
    package var residentBytes: Int
    package var virtualBytes: Int
    /// Seconds since 1970.
    package var startSeconds: Double
    /// nil where the system doesn't say.
    package var openFiles: Int?
    /// nil where there is no limit or the system doesn't say.
    package var openFilesMax: Int?

    package init(
        cpuSeconds: Double, residentBytes: Int, virtualBytes: Int, startSeconds: Double,
        openFiles: Int?, openFilesMax: Int?
    ) {
        self.cpuSeconds = cpuSeconds
        self.residentBytes = residentBytes
        self.virtualBytes = virtualBytes
        self.startSeconds = startSeconds
        self.openFiles = openFiles
        self.openFilesMax = openFilesMax
    }

    func write(to page: inout MetricsPage) {
        func add(_ name: String, _ type: String, _ help: String, _ value: Double) {
            page.head(name, type, help: help)
            page.sample(name, [], MetricsPage.number(value))
        }
        add(
            "process_cpu_seconds_total", "counter", "User and system time spent, in seconds.",
            cpuSeconds)
        if let openFilesMax {
            add(
                "process_max_fds", "gauge", "File descriptors that may be open.",
                Double(openFilesMax))
        }
        if let openFiles {
            add("process_open_fds", "gauge", "File descriptors that are open.", Double(openFiles))
        }
        add(
            "process_resident_memory_bytes", "gauge", "Memory that is resident, in bytes.",
            Double(residentBytes))
        add(
            "process_start_time_seconds", "gauge", "When the process started, since 1970.",
            startSeconds)
        add(
            "process_virtual_memory_bytes", "gauge", "Memory that is mapped, in bytes.",
            Double(virtualBytes))
    }
}

/// Reads a process's figures from `/proc`.
package struct ProcessReader: Sendable {
    private let file: @Sendable (_ path: String) -> String?
    private let entryCount: @Sendable (_ folder: String) -> Int?
    private let ticksPerSecond: Int
    private let pageBytes: Int

    /// - Parameters:
    ///   - file: A file's text; nil where it can't be read.
    ///   - entryCount: How many entries a folder has.
    package init(
        ticksPerSecond: Int, pageBytes: Int, file: @escaping @Sendable (String) -> String?,
        entryCount: @escaping @Sendable (String) -> Int?
    ) {
        self.file = file
        self.entryCount = entryCount
        self.ticksPerSecond = max(ticksPerSecond, 1)
        self.pageBytes = pageBytes
    }

    /// This machine's `/proc`.
    package static func system() -> ProcessReader {
        ProcessReader(
            ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)), pageBytes: sysconf(Int32(_SC_PAGESIZE)),
            file: readText, entryCount: countEntries)
    }

    /// nil where the system has no such files or they aren't as documented in proc(5).
    package func read() -> ProcessFigures? {
        guard let stat = file("/proc/self/stat"), let nameEnd = stat.lastIndex(of: ")"),
            let boot = bootSeconds()
        else { return nil }
        // The program's name may hold spaces; after it, field 3 of proc(5) is the first.
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 21,
            let user = Int(fields[11]), let system = Int(fields[12]),
            let start = Int(fields[19]), let virtual = Int(fields[20]),
            let residentPages = Int(fields[21])
        else { return nil }
        return ProcessFigures(
            cpuSeconds: Double(user + system) / Double(ticksPerSecond),
            residentBytes: residentPages * pageBytes, virtualBytes: virtual,
            startSeconds: boot + Double(start) / Double(ticksPerSecond),
            // The folder is itself open while it is counted.
            openFiles: entryCount("/proc/self/fd").map { max($0 - 1, 0) },
            openFilesMax: openFilesMax())
    }

    private func bootSeconds() -> Double? {
        file("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { Double($0.dropFirst("btime ".count)) }
    }

    private func openFilesMax() -> Int? {
        file("/proc/self/limits")?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
            .flatMap { line in
                line.dropFirst("Max open files".count).split(separator: " ").first.flatMap {
                    Int($0)
                }
            }
    }
}

private func readText(_ path: String) -> String? {
    guard let stream = fopen(path, "re") else { return nil }
    defer { fclose(stream) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
        let count = fread(&buffer, 1, buffer.count, stream)
        if count == 0 { break }
        bytes.append(contentsOf: buffer[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
}

private func countEntries(_ folder: String) -> Int? {
    guard let stream = opendir(folder) else { return nil }
    defer { closedir(stream) }
    var count = 0
    while readdir(stream) != nil { count += 1 }
    return count - 2  // . and ..
}
