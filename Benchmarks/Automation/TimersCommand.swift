import ArgumentParser
import Events
import Foundation
import Kernel
import Records
import Runtime

/// Fills a workspace with pending timers, and fires some of them.
struct TimersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timers", abstract: "Times timers, of which very many are pending.")

    /// Somebody waits in it, waits again, and is written to when that has elapsed.
    private static let definitions = """
        kind: journey
        name: trial
        status: live
        entry: {event: Signed Up}
        goal: {event: Order Completed, within: 30 days}
        steps:
          - {id: day, wait: 1 day}
          - {id: settle, wait: 1 day}
          - {id: howto, send: {channel: email, template: howto, deadline: 3 days}}
          - {id: week, wait: 7 days}
          - {id: ideas, send: {channel: email, template: ideas, deadline: 3 days}}
        ---
        kind: sending
        caps:
          - {channel: email, atMost: 2, within: 7 days}
        """

    @OptionGroup var workspace: WorkspaceFolder

    @Option(help: "How many timers are pending.")
    var pending = 10_000_000

    @Option(help: "How many of them fire.")
    var firing = 200_000

    @Option(help: "In how many rounds.")
    var rounds = 4

    func run() async throws {
        let clock = SetClock(Timestamp(milliseconds: 1_772_442_000_000))
        let workspace = try workspace.open(clock.clock)
        let drafts = try DefinitionDraft.reading(yaml: Self.definitions, file: "trial.yaml")
        _ = try await workspace.apply(drafts, by: "benchmark")
        try await enter(workspace, clock)
        note("\(try workspace.records.timerCount()) people wait")
        let before = try size(of: workspace)
        let filled = try await fill(workspace)
        let after = try size(of: workspace)
        let count = Double(try workspace.records.timerCount())
        figure("timers pending", [count])
        figure("bytes of a state", [Double(filled.stateBytes)])
        figure("filling, timers/s", [Double(filled.count) / filled.seconds])
        figure("records, MB", [after / 1e6])
        figure("of it for timers and states, MB", [(after - before) / 1e6])
        figure("resident MB, all pending", [memoryMB("VmRSS")])
        figure("of it not files, MB", [memoryMB("RssAnon")])
        for phase in ["to another wait", "to a message"] {
            try await fire(workspace, clock, phase)
        }
        figure("resident MB, fired", [memoryMB("VmRSS")])
        try workspace.close()
    }

    /// Lets a day go by, in which everybody's timer fires once.
    private func fire(
        _ workspace: Workspace, _ clock: SetClock, _ phase: String
    ) async throws {
        var rates: [Double] = []
        var processors: [Double] = []
        for _ in 0..<rounds {
            let start = ContinuousClock().now
            let processor = processorSeconds()
            clock.advance(milliseconds: 86_400_000 / Int64(rounds))
            try await workspace.settle()
            let seconds = (ContinuousClock().now - start).seconds
            let sent = try workspace.records.outboxCounts().values.reduce(0) {
                $0 + $1.values.reduce(0, +)
            }
            note("\(firing / rounds) timers \(phase) in \(seconds) s; \(sent) sends so far")
            rates.append(Double(firing / rounds) / seconds)
            processors.append((processorSeconds() - processor) / Double(firing / rounds) * 1e6)
        }
        figure("firing \(phase), timers/s", rates)
        figure("processor µs a timer \(phase)", processors)
    }

    /// People sign up over a day, in no order of their numbers.
    private func enter(_ workspace: Workspace, _ clock: SetClock) async throws {
        var known = EventBlockBuilder()
        for customer in 0..<firing {
            var draft = EventDraft(
                kind: .page, occurredAt: workspace.clock.now, messageID: "v\(customer)")
            draft.userID = LiveShop.user(customer)
            known.append(draft)
            if known.count == 5000 || customer == firing - 1 {
                _ = try await workspace.append(known.takeBytes().bytes)
            }
        }
        let blocks = 400
        var number = 0
        for block in 0..<blocks {
            var builder = EventBlockBuilder()
            while number < firing * (block + 1) / blocks {
                // A prime, so that everybody comes once.
                let customer = number * 7_368_787 % firing
                var draft = EventDraft(
                    kind: .track, occurredAt: workspace.clock.now, messageID: "s\(customer)")
                draft.userID = LiveShop.user(customer)
                draft.name = "Signed Up"
                builder.append(draft)
                number += 1
            }
            _ = try await workspace.append(builder.takeBytes().bytes)
            clock.advance(milliseconds: 86_400_000 / Int64(blocks) - 1)
        }
        try await workspace.settle()
    }

    /// Adds timers of customers who are nobody's, over the month after.
    private func fill(
        _ workspace: Workspace
    ) async throws -> (count: Int, stateBytes: Int, seconds: Double) {
        let newest = try workspace.records.newestCustomer()
        guard let state = try workspace.records.automation(of: newest)?.state else {
            throw ValidationError("nobody waits")
        }
        let start = ContinuousClock().now
        let first = workspace.clock.now.adding(milliseconds: 4 * 86_400_000)
        let count = pending - firing
        var done = 0
        while done < count {
            let range = done..<min(done + 500_000, count)
            try await workspace.engine.perform { tables in
                var random = SeededRandom(seed: UInt64(range.lowerBound))
                for number in range {
                    let due = first.adding(milliseconds: Int64(random.next() % 2_592_000_000))
                    try tables.automation.setAutomation(
                        of: newest + 1 + Int64(number), to: state.span, due: due, before: nil)
                }
            }
            done = range.upperBound
            note("\(done) timers")
        }
        return (count, state.count, (ContinuousClock().now - start).seconds)
    }

    private func size(of workspace: Workspace) throws -> Double {
        let path = workspace.folder + "/records.sqlite"
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.size] as? NSNumber)?.doubleValue ?? .nan
    }
}
