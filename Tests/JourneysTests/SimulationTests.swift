import Documents
import Foundation
import Journeys
import Kernel
import Testing

/// `PERENNIAL_SIMULATION_SECONDS` runs new seeds for so long, `PERENNIAL_SIMULATION_FIRST` and those after it, or any;
/// `PERENNIAL_SIMULATION_SEED` runs one.
@Suite struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// Seeds that once failed, and the first ones.
    private static let seeds: [UInt64] = Array(1...40)

    @Test func `whatever happens, each effect is there once, in its time and within the caps`()
        throws
    {
        if let text = Self.environment["PERENNIAL_SIMULATION_SEED"], let seed = UInt64(text) {
            _ = try check(seed)
            return
        }
        var counts: [Decision.Kind: Int] = [:]
        for seed in Self.seeds {
            for decision in try check(seed) { counts[decision.kind, default: 0] += 1 }
        }
        // What the simulation doesn't come to, it says nothing about.
        for kind in Decision.Kind.allCases where kind != .failed {
            #expect(counts[kind, default: 0] >= 4, "\(kind) hardly happens: \(counts)")
        }
        guard let text = Self.environment["PERENNIAL_SIMULATION_SECONDS"], let seconds = Int(text)
        else { return }
        let end = ContinuousClock.now + .seconds(seconds)
        var seed =
            Self.environment["PERENNIAL_SIMULATION_FIRST"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 1 << 32...(1 << 62))
        print("simulated journeys from seed \(seed)")
        while ContinuousClock.now < end {
            _ = try check(seed)
            seed += 1
        }
    }

    private func check(_ seed: UInt64) throws -> [Decision] {
        var simulation = try Simulation(seed: seed)
        let calm = try simulation.run(crashes: false)
        let crashed = try simulation.run(crashes: true)
        #expect(calm.outbox.rows == crashed.outbox.rows, "seed \(seed): crashes change the effects")
        #expect(calm.decisions == crashed.decisions, "seed \(seed): crashes change decisions")
        try checkSends(calm, simulation)
        checkRuns(calm, seed)
        return calm.decisions
    }

    /// The caps, the quiet hours and the deadlines.
    private func checkSends(_ result: Simulation.Result, _ simulation: Simulation) throws {
        let rules = try SendingRules(reading: DocumentReader(simulation.rules))
        struct Message {
            let effect: Effect
            let channel: String
            let topic: String
        }
        var messages: [Message] = []
        for key in result.outbox.order {
            let effect = try #require(result.outbox.rows[key])
            guard effect.kind == .send else { continue }
            let node = try DocumentNode(json: effect.payload.span)
            guard let channel = try node["channel"].map({ try DocumentReader($0).text() }),
                let topic = try node["topic"].map({ try DocumentReader($0).text() }),
                let deadline = try node["deadline"].map({ try DocumentReader($0).text() })
            else {
                Issue.record("seed \(simulation.seed): a message without channel or deadline")
                continue
            }
            #expect(
                effect.dueAt < time(deadline), "seed \(simulation.seed): \(key) is late")
            if node["tags"] != nil { continue }
            if let quiet = rules.quietHours {
                let zone =
                    switch quiet.zone {
                    case .workspace: result.plan.workspaceZone
                    case .named(let name): Zones.named(name) ?? .utc
                    case .customer:
                        (result.outbox.zones[key] ?? nil).flatMap { Zones.named($0) }
                            ?? result.plan.workspaceZone
                    }
                let offset = zone.offsetSeconds(at: effect.dueAt)
                let minute =
                    CalendarDateTime(effect.dueAt, offsetSeconds: offset).millisecondOfDay / 60_000
                let isQuiet =
                    quiet.from < quiet.to
                    ? minute >= quiet.from.minutes && minute < quiet.to.minutes
                    : minute >= quiet.from.minutes || minute < quiet.to.minutes
                #expect(!isQuiet, "seed \(simulation.seed): \(key) goes in quiet hours")
            }
            if !effect.isWithheld {
                messages.append(Message(effect: effect, channel: channel, topic: topic))
            }
        }
        // Before a merge the two are two people: the caps are each one's.
        let merged = result.decisions.contains { $0.kind == .merged } || result.stages.count == 1
        for customer in merged ? [] : [Int64(4711), 4712] {
            for cap in rules.caps {
                let times = messages.filter {
                    $0.effect.run.customer.rawValue == customer
                        && (cap.channel ?? $0.channel) == $0.channel
                        && (cap.topic ?? $0.topic) == $0.topic
                }.map(\.effect.dueAt.milliseconds).sorted()
                for index in times.indices.dropFirst(cap.atMost) {
                    #expect(
                        times[index] - times[index - cap.atMost] >= cap.within.milliseconds,
                        "seed \(simulation.seed): more than \(cap)")
                }
            }
        }
    }

    /// Each run ends once, each message is decided once, and after the end nothing more is done.
    private func checkRuns(_ result: Simulation.Result, _ seed: UInt64) {
        let ends: Set<Decision.Kind> = [.completed, .exited, .merged]
        let messages: Set<Decision.Kind> = [.sent, .expired, .suppressed]
        var ended: [RunID: Int] = [:]
        var entered: Set<RunID> = []
        var decided: Set<String> = []
        var last = Timestamp.earliest
        for decision in result.decisions {
            guard let run = decision.run else { continue }
            last = max(last, decision.at)
            if decision.kind == .entered { entered.insert(run) }
            #expect(
                ended[run] == nil || decision.kind == .converted,
                "seed \(seed): \(decision) after the end")
            if ends.contains(decision.kind) { ended[run, default: 0] += 1 }
            if messages.contains(decision.kind), let step = decision.step {
                #expect(
                    decided.insert("\(run)/\(step)").inserted,
                    "seed \(seed): decided twice: \(decision)")
            }
        }
        for run in entered {
            #expect(ended[run] == 1, "seed \(seed): \(run) ended \(ended[run] ?? 0) times")
        }
        for stage in result.stages {
            #expect(
                !stage.automation.runs.contains { !$0.isEnded }, "seed \(seed): somebody is stuck")
        }
    }
}
