import CSpawn
package import Foundation
import Glibc
import Synchronization

/// A program that a test runs beside itself, in a process group of its own and with no file of the test's but its
/// streams.
///
/// Foundation's `Process` isn't used: on Linux, up to Swift 6.3, starting a program reads past the end of a directory's
/// entry, which ends the whole test run once in a while (swift-corelibs-foundation, pull request 5472).
package final class ChildProcess: Sendable {
    /// How a program ended: by itself with a code, or by a signal.
    package enum Ending: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)

        /// The code as a shell tells it: 128 and the signal's number when a signal ended the program.
        package var code: Int32 {
            switch self {
            case .exit(let code): code
            case .signal(let number): 128 + number
            }
        }
    }

    package enum Input {
        case nothing
        case file(String)
        case pipe
    }

    package enum Output {
        /// Where the test's own goes.
        case inherited
        /// A file, which is emptied or made.
        case file(String)
        case pipe
    }

    /// Why a program couldn't be started, or a stream not be opened.
    package struct StartError: Error, CustomStringConvertible {
        package let description: String

        init(_ what: String, _ number: Int32) {
            description = "\(what): \(String(cString: strerror(number)))"
        }
    }

    private let id: pid_t
    /// The way to the program's standard input, if it is a pipe.
    package let input: FileHandle?
    /// What the program writes to its standard output, if it is a pipe.
    package let output: FileHandle?
    private let ending = Mutex<Ending?>(nil)

    /// - Parameters:
    ///   - executable: A path; a name without a slash is looked up in `PATH`.
    ///   - environment: Instead of the test's own.
    ///   - folder: Where the program runs; nil: where the test does.
    /// - Throws: `StartError`.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String]? = nil,
        in folder: String? = nil, input: Input = .nothing, output: Output = .inherited,
        errors: Output = .inherited
    ) throws {
        var streams = Streams()
        defer { streams.close() }
        try streams.read(0, from: input)
        try streams.write(1, to: output)
        try streams.write(2, to: errors)
        id = try streams.start(executable, arguments, environment: environment, in: folder)
        self.input = streams.own[0]
        self.output = streams.own[1]
    }

    /// What a program writes to its standard output until it ends.
    ///
    /// - Throws: `StartError` when it can't be started, or ends with another code than 0.
    package static func output(of executable: String, _ arguments: [String]) throws -> Data {
        let process = try ChildProcess(executable, arguments, output: .pipe)
        let data = try process.output?.readToEnd() ?? Data()
        let ending = process.wait()
        guard ending == .exit(0) else {
            throw StartError("\(executable) ended with \(ending.code)", 0)
        }
        return data
    }

    package var isRunning: Bool { look(WNOHANG) == nil }

    @discardableResult
    package func wait() -> Ending {
        // `waitid` leaves the ended program in place, so that no other thread's look is held up meanwhile.
        while ending.withLock({ $0 }) == nil {
            var about = siginfo_t()
            if waitid(P_PID, id_t(id), &about, WEXITED | WNOWAIT) == 0 || errno == ECHILD { break }
        }
        return look(0) ?? .exit(-1)
    }

    /// Sends a signal, unless the program has ended.
    package func signal(_ number: Int32) {
        ending.withLock { ending in
            // Under the lock, so that the number isn't another program's by now.
            if Self.look(id, WNOHANG, &ending) == nil { kill(id, number) }
        }
    }

    private func look(_ options: Int32) -> Ending? {
        ending.withLock { Self.look(id, options, &$0) }
    }

    private static func look(_ id: pid_t, _ options: Int32, _ ending: inout Ending?) -> Ending? {
        if let ending { return ending }
        var status: Int32 = 0
        var found: pid_t
        repeat { found = waitpid(id, &status, options) } while found < 0 && errno == EINTR
        guard found != 0 else { return nil }
        // Nobody else waits for it; but a program that is gone doesn't run.
        guard found == id else {
            ending = .exit(-1)
            return ending
        }
        let number = status & 0x7F
        ending = number == 0 ? .exit((status >> 8) & 0xFF) : .signal(number)
        return ending
    }
}

/// The streams of a program that is about to be started.
private struct Streams {
    /// Which of the test's descriptors become the program's 0, 1 and 2.
    private var theirs: [(from: Int32, to: Int32)] = []
    private var toClose: [Int32] = []
    /// The test's ends of pipes, by the program's descriptor.
    private(set) var own: [Int: FileHandle] = [:]

    mutating func read(_ number: Int32, from input: ChildProcess.Input) throws {
        switch input {
        case .nothing: try open(number, "/dev/null", O_RDONLY)
        case .file(let path): try open(number, path, O_RDONLY)
        case .pipe: try pipe(number, theirEnd: 0)
        }
    }

    mutating func write(_ number: Int32, to output: ChildProcess.Output) throws {
        switch output {
        case .inherited: theirs.append((number, number))
        case .file(let path): try open(number, path, O_WRONLY | O_CREAT | O_TRUNC)
        case .pipe: try pipe(number, theirEnd: 1)
        }
    }

    private mutating func open(_ number: Int32, _ path: String, _ flags: Int32) throws {
        let opened = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw ChildProcess.StartError(path, errno) }
        theirs.append((opened, number))
        toClose.append(opened)
    }

    private mutating func pipe(_ number: Int32, theirEnd: Int) throws {
        var ends: [Int32] = [0, 0]
        guard perennial_pipe(&ends) == 0 else { throw ChildProcess.StartError("a pipe", errno) }
        theirs.append((ends[theirEnd], number))
        toClose.append(ends[theirEnd])
        own[Int(number)] = FileHandle(fileDescriptor: ends[1 - theirEnd], closeOnDealloc: true)
    }

    func start(
        _ executable: String, _ arguments: [String], environment: [String: String]?,
        in folder: String?
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (from, to) in theirs { posix_spawn_file_actions_adddup2(&actions, from, to) }
        perennial_spawn_close_from(&actions, 3)
        if let folder { perennial_spawn_change_folder(&actions, folder) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let variables = environment ?? ProcessInfo.processInfo.environment
        var words = ([executable] + arguments).map { strdup($0) } + [nil]
        var pairs = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + pairs { free(word) } }
        var id: pid_t = 0
        let failure = posix_spawnp(&id, executable, &actions, &attributes, &words, &pairs)
        guard failure == 0 else { throw ChildProcess.StartError(executable, failure) }
        return id
    }

    mutating func close() {
        for descriptor in toClose { Glibc.close(descriptor) }
        toClose = []
    }
}
