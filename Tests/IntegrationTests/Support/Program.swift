import Foundation
import TestPrograms

/// A program that runs beside the tests; its streams go to files, so that it never waits for a reader.
final class Program {
    /// What a program said, and how it ended.
    struct Outcome {
        var code: Int32
        var output: String
        var errors: String
    }

    let name: String
    private let process: ChildProcess
    private let outputFile: URL
    private let errorFile: URL

    init(
        _ executable: URL, _ arguments: [String], in folder: TemporaryFolder,
        environment: [String: String] = [:], input: URL? = nil
    ) throws {
        name = ([executable.lastPathComponent] + arguments).joined(separator: " ")
        let number = folder.nextNumber()
        outputFile = folder.url.appending(path: "program-\(number).out")
        errorFile = folder.url.appending(path: "program-\(number).err")
        var variables = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("PERENNIAL_")
        }
        variables.merge(environment) { _, new in new }
        process = try ChildProcess(
            executable.path, arguments, environment: variables, in: Installation.root.path,
            input: input.map { .file($0.path) } ?? .nothing, output: .file(outputFile.path),
            errors: .file(errorFile.path))
    }

    deinit { kill() }

    var isRunning: Bool { process.isRunning }

    var output: String { Self.text(outputFile) }

    var errors: String { Self.text(errorFile) }

    /// Asks the program to end.
    func terminate() { process.signal(SIGTERM) }

    /// Ends the program at once, in the middle of whatever it does.
    func kill() { process.signal(SIGKILL) }

    /// - Throws: `TimedOut`; the program is killed then.
    @discardableResult
    func wait(seconds: Double = 120) throws -> Outcome {
        do {
            try Deadline.wait(for: name, seconds: seconds) { process.isRunning ? nil : () }
        } catch {
            kill()
            throw TimedOut(description: "\(error)\n\(output)\n\(errors)")
        }
        return Outcome(code: process.wait().code, output: output, errors: errors)
    }

    private static func text(_ file: URL) -> String {
        String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
    }
}

/// A folder that goes when its owner does.
final class TemporaryFolder {
    let url: URL
    private var count = 0

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(
            path: "perennial-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func nextNumber() -> Int {
        count += 1
        return count
    }

    func file(_ name: String) -> URL { url.appending(path: name) }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: file(name))
        return file(name).path
    }

    func read(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: file(name)), as: UTF8.self)
    }
}
