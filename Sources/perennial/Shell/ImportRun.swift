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
            state?.eventsDone = try await sink.importedEvents(name)
        }
        var work = Work(
            input: input,
            importer: FileImporter(options: options, eventsToSkip: state?.eventsDone ?? 0),
            rejects: try RejectsFile(path: rejectsPath, besides: input))
        progress.begin(byteCount: input.byteCount)
        // One block is being stored while the next is made.
        var stored = try await nextBlock(&work, &progress)
        var sinceNoted = 0
        while let block = stored {
            let (appended, next) = try await sink.append(block.bytes) {
                try await nextBlock(&work, &progress)
            }
            work.summary.accepted += appended.accepted
            work.summary.repeated += appended.repeated
            sinceNoted += block.bytes.count
            if let name = state?.name, sinceNoted > Self.notedBytes || next == nil {
                try await sink.setImportedEvents(name, to: block.eventCount)
                sinceNoted = 0
            }
            stored = next
        }
        if let name = state?.name, work.failure == nil {
            // Read again another time, it may hold corrections; what it repeats is known by its ids.
            try await sink.setImportedEvents(name, to: 0)
        }
        try writeAbsent(&work)
        work.summary.rows = work.importer.rowsRead
        work.summary.rejected = work.importer.rejectionCount
        work.summary.repeated += min(state?.eventsDone ?? 0, work.importer.eventCount)
        progress.end()
        if let failure = work.failure { throw failure }
        return work.summary
    }

    /// How much is stored between two notes of how far the import is.
    private static let notedBytes = 16 << 20

    private struct Block: Sendable {
        let bytes: [UInt8]
        /// Events of the file up to the block's end.
        let eventCount: Int
    }

    private struct Work {
        let input: InputFile
        var importer: FileImporter
        var rejects: RejectsFile
        /// Rejections whose rows have to be read again, by row.
        var absent: [Int: RowRejection] = [:]
        var builder = EventBlockBuilder()
        var summary = Summary()
        var isFinished = false
        /// Why the file can't be read on; thrown once what came before is stored.
        var failure: (any Error)?
    }

    /// Reads on until a block is full; nil at the end of the file.
    private func nextBlock(
        _ work: inout Work, _ progress: inout ProgressBar
    ) async throws -> Block? {
        while !work.isFinished {
            do {
                switch try work.importer.advance(into: &work.builder, untilBytes: Self.blockBytes) {
                case .needsInput:
                    let piece = try work.input.read(upTo: Self.pieceBytes)
                    if piece.isEmpty {
                        work.importer.endInput()
                    } else {
                        work.importer.supply(piece.span)
                    }
                    progress.show(bytes: work.input.bytesRead, rows: work.importer.rowsRead)
                    continue
                case .blockReady: break
                case .finished: work.isFinished = true
                }
            } catch {
                work.failure = error
                work.isFinished = true
            }
            let columns = work.importer.columns
            for rejection in work.importer.takeRejections() {
                if rejection.cells.isEmpty {
                    work.absent[rejection.rowNumber] = rejection
                } else {
                    try work.rejects.append(rejection, columns: columns)
                }
            }
            work.rejects.flush()
            if !work.builder.isEmpty {
                return Block(
                    bytes: work.builder.takeBytes().bytes, eventCount: work.importer.eventCount)
            }
        }
        return nil
    }

    /// Writes the rejections that came without their rows, with what a second reading of the file gives; of
    /// what can't be read twice, without.
    private func writeAbsent(_ work: inout Work) throws {
        guard !work.absent.isEmpty else { return }
        var absent = work.absent
        let columns = work.importer.columns
        if work.input.byteCount != nil {
            let input = try InputFile(path: path)
            var importer = FileImporter(options: options, collecting: absent)
            var builder = EventBlockBuilder()
            var isFinished = false
            while !isFinished, !absent.isEmpty {
                switch try importer.advance(into: &builder) {
                case .needsInput:
                    let piece = try input.read(upTo: Self.pieceBytes)
                    if piece.isEmpty { importer.endInput() } else { importer.supply(piece.span) }
                case .blockReady: break
                case .finished: isFinished = true
                }
                for rejection in importer.takeRejections() {
                    absent[rejection.rowNumber] = nil
                    try work.rejects.append(rejection, columns: columns)
                }
                work.rejects.flush()
            }
        }
        for (_, rejection) in absent.sorted(by: { $0.key < $1.key }) {
            try work.rejects.append(rejection, columns: columns)
        }
        work.rejects.flush()
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

    /// Whether a path leads to this very file.
    func isSame(as path: String) -> Bool {
        var own = stat()
        var other = stat()
        guard fstat(descriptor, &own) == 0, stat(path, &other) == 0 else { return false }
        return own.st_dev == other.st_dev && own.st_ino == other.st_ino
    }

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
    private var writer: RejectionWriter?

    /// - Throws: Where the file is the one that is imported, which it would replace.
    init(path: String, besides input: InputFile) throws {
        guard !input.isSame(as: path) else {
            throw ImportRun.Unreadable(
                description: "\(path) is the file to import: name another one with --rejects")
        }
        self.path = path
    }

    /// Takes a rejection; `flush` writes it.
    ///
    /// - Parameter columns: The imported file's own.
    mutating func append(_ rejection: RowRejection, columns: [String]) throws {
        if descriptor < 0 {
            descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw ImportRun.Unreadable(
                    description: "cannot write \(path): \(String(cString: strerror(errno)))")
            }
            writer = RejectionWriter(columns: columns)
        }
        writer?.append(rejection)
    }

    mutating func flush() {
        guard let bytes = writer?.bytes, !bytes.isEmpty else { return }
        StandardStream.write(bytes, to: descriptor)
        writer?.removeAll()
    }
}
