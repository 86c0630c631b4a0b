import Synchronization
import Testing

@testable import Delivery

/// Messages sent to a server with a script, and what holds whatever the server does.
enum SMTPTrial {
    static func message(_ recipient: String, lines: Int = 4) throws -> SMTPMessage {
        let body = String(repeating: "A line of a message.\r\n", count: lines)
        return try SMTPMessage(
            sender: "bounce@shop.example.com", recipient: recipient,
            content: Array("Subject: \(recipient)\r\n\r\n\(body)".utf8))
    }

    static func endpoint(_ port: Int, connections: Int = 1) -> SMTPEndpoint {
        var endpoint = SMTPEndpoint(
            host: "127.0.0.1", port: port, security: .none, clientName: "client.example.com")
        endpoint.connectionsMax = connections
        // Who waits for a turn among other tests isn't idle.
        endpoint.timeouts.idle = .seconds(600)
        return endpoint
    }

    struct Result {
        let outcomes: [SMTPOutcome]
        let ledger: FaultServer.Ledger
        let approved: [Int]
        var outcome: SMTPOutcome { outcomes[0] }
    }

    /// What comes of so many messages at a server with a script.
    static func run(
        _ count: Int = 1, connections: Int = 1, lines: Int = 4, offers: [String]? = nil,
        change: (inout SMTPEndpoint) -> Void = { _ in },
        script: @escaping FaultServer.Script
    ) async throws -> Result {
        let server =
            if let offers { try await FaultServer.start(offers: offers, script) } else {
                try await FaultServer.start(script)
            }
        var endpoint = Self.endpoint(server.port, connections: connections)
        change(&endpoint)
        let client = try SMTPClient(endpoint)
        let messages = try (0..<count).map { try Self.message("to\($0)@example.net", lines: lines) }
        let approved = Mutex<[Int]>([])
        let outcomes = await client.send(messages) { run in
            approved.withLock { $0 += run }
            return Array(run)
        }
        await client.shutdown()
        try await server.stop()
        return Result(
            outcomes: outcomes, ledger: server.ledger, approved: approved.withLock { $0 })
    }

    /// Holds of every run, whatever the server does.
    static func expectLedger(
        _ result: Result, _ count: Int, location: SourceLocation = #_sourceLocation
    ) {
        let taken = Dictionary(result.ledger.taken.map { ($0, 1) }, uniquingKeysWith: +)
        let ended = Dictionary(result.ledger.ended.map { ($0, 1) }, uniquingKeysWith: +)
        #expect(result.outcomes.count == count, sourceLocation: location)
        for (index, outcome) in result.outcomes.enumerated() {
            let name = "to\(index)@example.net"
            #expect(
                ended[name, default: 0] <= 1, "\(name) was sent twice", sourceLocation: location)
            switch outcome {
            case .delivered:
                #expect(taken[name] == 1, "\(name)", sourceLocation: location)
                #expect(result.approved.contains(index), sourceLocation: location)
            case .inDoubt: #expect(result.approved.contains(index), sourceLocation: location)
            case .refused, .deferred, .notSent, .endpointFailed:
                #expect(
                    taken[name] == nil, "\(name) was taken, and called \(outcome)",
                    sourceLocation: location)
            }
        }
        #expect(
            result.ledger.taken.count
                <= result.outcomes.count {
                    switch $0 {
                    case .delivered, .inDoubt: true
                    case .refused, .deferred, .notSent, .endpointFailed: false
                    }
                }, sourceLocation: location)
    }
}
