import ArgumentParser
import Events
import Kernel
import Records
import Runtime

/// What is in force in the benchmarks of events.
struct LiveDefinitions: ParsableArguments {
    /// Five journeys, with the segments that they begin by; and segments alone.
    private static let playbooks = [
        "abandoned-cart", "welcome", "win-back", "vip-early-access", "birthday", "sending",
        "segments",
    ]

    @Option(help: "Where the playbooks are.")
    var playbooks = "Playbooks"

    @Option(help: "How many customers there are.")
    var customers = 100_000

    /// Makes the customers and their past, as an import does.
    func addCustomers(to workspace: Workspace) async throws {
        var shop = LiveShop(customerCount: customers, seed: 1)
        var customer = 0
        while customer < customers {
            var builder = EventBlockBuilder()
            while customer < customers, builder.count < 5000 {
                for draft in shop.past(of: customer, before: workspace.clock.now) {
                    builder.append(draft)
                }
                customer += 1
            }
            _ = try await workspace.append(builder.takeBytes().bytes)
        }
        try await workspace.settle()
    }

    func apply(to workspace: Workspace) async throws {
        let drafts =
            try DefinitionDraft.playbooks(playbooks, Self.playbooks)
            + DefinitionDraft.reading(yaml: LiveShop.segments, file: "segments.yaml")
        let changes = try await workspace.apply(drafts, by: "benchmark")
        try await workspace.settle()
        note(
            "\(changes.count { $0.kind == .segment }) segments, "
                + "\(changes.count { $0.kind == .journey }) journeys")
    }
}

/// Times live events until they are decided upon, with definitions in force and without.
struct SustainedCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sustained", abstract: "Times events through the whole engine.")

    @OptionGroup var workspace: WorkspaceFolder
    @OptionGroup var definitions: LiveDefinitions

    @Option(help: "How many events a round has.")
    var events = 200_000

    @Option(help: "How many events are appended at once.")
    var size = 100

    @Option(help: "How often.")
    var rounds = 5

    func run() async throws {
        let with = try workspace.open()
        try await definitions.addCustomers(to: with)
        note("\(definitions.customers) customers")
        try await definitions.apply(to: with)
        var other = workspace
        other.folder += "-without"
        let without = try other.open()
        try await definitions.addCustomers(to: without)
        var ours: [Double] = []
        var limit: [Double] = []
        var oursProcessor: [Double] = []
        var limitProcessor: [Double] = []
        for round in 0..<rounds {
            let order = round.isMultiple(of: 2) ? [true, false] : [false, true]
            for isOurs in order {
                let (rate, processor) = try await rate(isOurs ? with : without, round)
                note("round \(round), \(isOurs ? "with" : "without") definitions: \(Int(rate))/s")
                if isOurs { ours.append(rate) } else { limit.append(rate) }
                if isOurs {
                    oursProcessor.append(processor)
                } else {
                    limitProcessor.append(processor)
                }
            }
        }
        figure("events/s, sustained", ours)
        figure("events/s, sustained, nothing defined", limit)
        figure("processor µs an event", oursProcessor)
        figure("processor µs an event, nothing defined", limitProcessor)
        figure("timers pending", [Double(try with.records.timerCount())])
        figure("resident MB", [memoryMB("VmRSS")])
        try with.close()
        try without.close()
    }

    /// Appends as eight connections do, each when its last was answered; returns events per second.
    private func rate(
        _ workspace: Workspace, _ round: Int
    ) async throws -> (rate: Double, processorMicroseconds: Double) {
        let connections = 8
        let calls = events / size / connections
        let clock = ContinuousClock()
        // Made before, so that making isn't measured.
        let now = workspace.clock.now
        let blocks = (0..<connections).map { connection in
            var shop = LiveShop(
                customerCount: definitions.customers, seed: UInt64(100 * round + connection + 2))
            return (0..<calls).map { _ in
                shop.block(size, at: now, tag: "r\(round)k\(connection)")
            }
        }
        let start = clock.now
        let processor = processorSeconds()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for own in blocks {
                group.addTask {
                    for block in own { try await Self.append(block, to: workspace) }
                }
            }
            try await group.waitForAll()
        }
        let appended = clock.now - start
        try await workspace.settle()
        let took = clock.now - start
        note("appended after \(appended.seconds) s, folded after \(took.seconds) s")
        let count = Double(calls * size * connections)
        return (count / took.seconds, (processorSeconds() - processor) / count * 1e6)
    }

    /// A queue that is full asks to come back in a moment.
    static func append(_ block: [UInt8], to workspace: Workspace) async throws {
        while true {
            do {
                _ = try await workspace.append(block)
                return
            } catch LogWriter.Refusal.queueFull {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}
