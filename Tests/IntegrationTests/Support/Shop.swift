import Foundation
import Testing

/// A workspace of a test's own, the commands on it, and a server over it.
final class Shop {
    let folder: TemporaryFolder
    /// The workspace's folder.
    let data: String

    init(data: String? = nil) throws {
        folder = try TemporaryFolder()
        self.data = data ?? folder.file("data").path
    }

    /// Runs a command on the workspace, however it ends.
    func run(
        _ arguments: [String], environment: [String: String] = [:], input: URL? = nil,
        seconds: Double = 120
    ) throws -> Program.Outcome {
        try start(arguments, environment: environment, input: input).wait(seconds: seconds)
    }

    /// Starts a command on the workspace.
    func start(
        _ arguments: [String], environment: [String: String] = [:], input: URL? = nil
    ) throws -> Program {
        try Program(
            Installation.program, arguments + ["--data", data], in: folder,
            environment: environment, input: input)
    }

    /// What a command that must succeed says.
    @discardableResult
    func say(
        _ arguments: String..., input: URL? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let outcome = try run(arguments, input: input)
        try #require(
            outcome.code == 0, "\(arguments): \(outcome.errors)", sourceLocation: sourceLocation)
        return outcome.output
    }

    /// What a report or another command says in JSON.
    func json(
        _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> JSON {
        let outcome = try run(arguments + ["--format", "json"])
        try #require(
            outcome.code == 0, "\(arguments): \(outcome.errors)", sourceLocation: sourceLocation)
        return try JSON(outcome.output)
    }

    func writeKey(scope: String = "track") throws -> String {
        try say("key", "create", "--scope", scope).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func serve(_ arguments: String...) throws -> RunningServer {
        try RunningServer(
            program: start(["serve", "--port", "0", "--log-format", "text"] + arguments))
    }

    /// Imports rows of a customer, an order id, a day and a total, in pounds.
    @discardableResult
    func importOrders(_ rows: String, name: String = "orders.csv") throws -> String {
        let file = try folder.write("orderId,customer,orderedAt,total\n" + rows, to: name)
        return try say("import", "orders", file, "--currency", "GBP")
    }
}

/// A server that a test started; killed where the test leaves it behind.
final class RunningServer {
    let program: Program
    let port: UInt16

    /// - Returns: Once the server says that it serves.
    init(program: Program) throws {
        self.program = program
        port = try Deadline.wait(for: "the server to serve", seconds: 60) {
            guard program.isRunning else {
                throw TimedOut(description: "the server ended: \(program.errors)")
            }
            let mark = "address=http://127.0.0.1:"
            guard let found = program.errors.range(of: mark) else { return nil }
            return UInt16(program.errors[found.upperBound...].prefix { $0.isNumber })
        }
    }

    deinit { kill() }

    var address: String { "http://127.0.0.1:\(port)" }

    /// Ends the server as a crash of the machine's software would, and waits until it is gone.
    func kill() {
        program.kill()
        _ = try? program.wait(seconds: 30)
    }

    /// Asks the server to end, and waits until it did.
    func stop() throws -> Program.Outcome {
        program.terminate()
        return try program.wait(seconds: 60)
    }

    func request(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8] = []
    ) throws -> HTTPAnswer {
        try HTTPAnswer.of(port: port, method, path, headers: headers, body: body)
    }

    /// Posts one event or batch with a key.
    func post(_ path: String, _ body: String, key: String) throws -> HTTPAnswer {
        try request(
            "POST", path, headers: ["Authorization": "Bearer \(key)"], body: Array(body.utf8))
    }

    /// Waits until everything in the log is folded into records and archive.
    func settle() throws {
        try Deadline.wait(for: "folding to reach the log's end", seconds: 120) {
            let answer = try request("GET", "/readyz")
            let state = try JSON(answer.text)
            return state.logPosition.int == state.foldedPosition.int ? () : nil
        }
    }
}
