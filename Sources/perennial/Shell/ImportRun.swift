import Events
import FoundationEssentials
import Glibc
import Imports
import Kernel

/// One import: reads a file piece by piece, appends what it holds, and says how it goes.
struct ImportRun {
    struct Summary {
        var rows = 0
        var accepted = 0
        var repeated = 0
        var rejected = 0
    }

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// Bytes of events that go to the log at a time.
    private static let blockBytes = 2 << 20
    private static let pieceBytes = 256 << 10

    let path: String
    let options: ImportOptions
    /// Where rejected rows go; made when the first is met.
    let rejectsPath: String
    let clock: WallClock

    /// Runs to the end of the file.
    ///
    /// - Throws: `ImportFailure` where the file can't be read on; what came before is in the log then.
    func run(into sink: inout LogSink, progress: inout ProgressBar) async throws -> Summary {
        let input = try InputFile(path: path)
        var state = try input.progress(options)
        if let name = state?.name {
            state?.eventsDone = Int(try await sink.importState(name)) ?? 0
        }
        var importer = FileImporter(options: options, eventsToSkip: state?.eventsDone ?? 0)
        var rejects = RejectsFile(path: rejectsPath)
        var builder = EventBlockBuilder()
        var summary = Summary()
        progress.begin(byteCount: input.byteCount)
        var isFinished = false
        var failure: (any Error)?
        while !isFinished {
            do {
                switch try importer.advance(into: &builder, untilBytes: Self.blockBytes) {
                case .needsInput:
                    let piece = try input.read(upTo: Self.pieceBytes)
                    if piece.isEmpty { importer.endInput() } else { importer.supply(piece.span) }
                    progress.show(bytes: input.bytesRead, rows: importer.rowsRead)
                    continue
                case .blockReady: break
                case .finished: isFinished = true
                }
            } catch {
                failure = error
                isFinished = true
            }
            try rejects.append(importer.takeRejections())
            if !builder.isEmpty {
                let appended = try await sink.append(builder.takeBytes().bytes)
                summary.accepted += appended.accepted
                summary.repeated += appended.repeated
            }
            if let name = state?.name {
                try await sink.setImportState(name, to: String(importer.eventCount))
            }
            progress.show(bytes: input.bytesRead, rows: importer.rowsRead)
        }
        summary.rows = importer.rowsRead
        summary.rejected = importer.rejectionCount
        summary.repeated += min(state?.eventsDone ?? 0, importer.eventCount)
        progress.end()
        if let failure { throw failure }
        return summary
    }
}

/// A file, or standard input, read from its start.
final class InputFile {
    private let descriptor: CInt
    /// Nil for standard input and pipes.
    let byteCount: Int?
    private(set) var bytesRead = 0
    /// Read for the progress's key, and still to be handed out.
    private var head: [UInt8] = []
    private let path: String

    init(path: String) throws {
        self.path = path
        if path == "-" {
            descriptor = 0
            byteCount = nil
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImportRun.Unreadable(
                description: "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
            byteCount = Int(status.st_size)
        } else {
            byteCount = nil
        }
    }

    deinit { if descriptor > 0 { close(descriptor) } }

    /// The key under which this file's progress is kept; nil for what can't be read twice.
    func progress(_ options: ImportOptions) throws -> ImportProgress? {
        guard let byteCount else { return nil }
        while head.count < ImportProgress.headBytes {
            let piece = try readOn(ImportProgress.headBytes - head.count)
            if piece.isEmpty { break }
            head += piece
        }
        let read = head
        return ImportProgress(head: read.span, byteCount: byteCount, options: options)
    }

    /// The next bytes; empty at the end.
    func read(upTo count: Int) throws -> [UInt8] {
        if !head.isEmpty {
            defer { head = [] }
            bytesRead += head.count
            return head
        }
        let piece = try readOn(count)
        bytesRead += piece.count
        return piece
    }

    private func readOn(_ count: Int) throws -> [UInt8] {
        var code: CInt = 0
        let piece = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var got = -1
            repeat {
                got = Glibc.read(descriptor, buffer.baseAddress, count)
            } while got < 0 && errno == EINTR
            if got < 0 { code = errno }
            filled = max(got, 0)
        }
        guard code == 0 else {
            throw ImportRun.Unreadable(
                description: "cannot read \(path): \(String(cString: strerror(code)))")
        }
        return piece
    }
}

/// The file of rejected rows: made when there is one, replaced where an earlier import left one.
struct RejectsFile {
    let path: String
    private var descriptor: CInt = -1
    private var writer = RejectionWriter()

    init(path: String) {
        self.path = path
    }

    mutating func append(_ rejections: [RowRejection]) throws {
        guard !rejections.isEmpty else { return }
        if descriptor < 0 {
            descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw ImportRun.Unreadable(
                    description: "cannot write \(path): \(String(cString: strerror(errno)))")
            }
        }
        for rejection in rejections { writer.append(rejection) }
        StandardStream.write(writer.bytes, to: descriptor)
        writer.removeAll()
    }
}
