import ArgumentParser
import Events
import Kernel
import Records
import Runtime

/// Times from an event's being durable until its customer is seen in a segment, while others come.
struct FreshnessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freshness", abstract: "Times events until memberships are visible.")

    @OptionGroup var workspace: WorkspaceFolder
    @OptionGroup var definitions: LiveDefinitions

    @Option(help: "How many other events come in a second.")
    var rates = "2000"

    @Option(help: "How long each rate is kept, in seconds.")
    var seconds = 20

    func run() async throws {
        let workspace = try workspace.open()
        try await definitions.addCustomers(to: workspace)
        try await definitions.apply(to: workspace)
        guard
            let segment = try workspace.records.definitionsInForce().first(where: {
                $0.name == "on-trial"
            })?.subject
        else { throw ValidationError("there is no such segment") }
        var first = 0
        for rate in rates.split(separator: ",").compactMap({ Int($0) }) {
            let probes = seconds * 10
            let times = try await times(workspace, segment, rate: rate, first..<first + probes)
            first += probes
            try await workspace.settle()
            figure("event to membership, p50 ms, at \(rate)/s", [quantile(0.5, of: times)])
            figure("event to membership, p99 ms, at \(rate)/s", [quantile(0.99, of: times)])
            figure("event to membership, greatest ms, at \(rate)/s", [times.max() ?? .nan])
        }
        try workspace.close()
    }

    /// - Parameter probes: Customers, of whom one begins a trial each tenth of a second.
    private func times(
        _ workspace: Workspace, _ segment: Int64, rate: Int, _ probes: Range<Int>
    ) async throws -> [Double] {
        let clock = ContinuousClock()
        let customers = try probes.map {
            try workspace.customerID(named: LiveShop.user($0))?.rawValue ?? 0
        }
        let start = clock.now
        let total = definitions.customers
        return try await withThrowingTaskGroup(of: Double?.self) { group in
            group.addTask {
                var shop = LiveShop(customerCount: total, seed: UInt64(rate))
                let size = max(1, rate / 100)
                for tick in 0..<probes.count * 10 {
                    try await clock.sleep(until: start + .milliseconds(10 * tick))
                    let block = shop.block(size, at: workspace.clock.now, tag: "b\(rate)")
                    // Not waited for: what comes doesn't wait for what came.
                    Task { try await SustainedCommand.append(block, to: workspace) }
                }
                return nil
            }
            for (index, customer) in customers.enumerated() {
                group.addTask {
                    // Between the others' ticks.
                    try await clock.sleep(
                        until: start + .milliseconds(100 * index + index % 10 + 3))
                    var draft = EventDraft(
                        kind: .track, occurredAt: workspace.clock.now,
                        messageID: "trial-\(rate)-\(index)")
                    draft.name = "Trial Started"
                    draft.userID = LiveShop.user(probes.lowerBound + index)
                    var builder = EventBlockBuilder()
                    builder.append(draft)
                    _ = try await workspace.append(builder.takeBytes().bytes)
                    let appended = clock.now
                    while true {
                        let found = try workspace.records.members(
                            of: segment, after: customer - 1, limit: 1)
                        if found.first?.customer == customer { break }
                        try await Task.sleep(for: .milliseconds(1))
                    }
                    return (clock.now - appended).seconds * 1000
                }
            }
            var times: [Double] = []
            for try await time in group { if let time { times.append(time) } }
            return times
        }
    }
}
