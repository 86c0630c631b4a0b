import Foundation
import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

/// The whole engine, with crashes and without.
///
/// `PERENNIAL_SIMULATION_SECONDS` runs new seeds for so long, `PERENNIAL_SIMULATION_FIRST` and those after it, or any;
/// `PERENNIAL_SIMULATION_SEED` runs one.
@Suite(
    .enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"), .serialized)
struct EngineSimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// Seeds that once failed, and the first one.
    private static let seeds: [UInt64] = [1, 2]
    private static let stepCount = 20

    /// A run without crashes: what happened in it, and what it came to.
    private struct Calm {
        var steps: [SimulatedStep]
        var end: Timestamp
        var world: SimulatedWorld
        var effects: [String: [UInt8]]
        var effectCount: Int
    }

    private func calm(_ seed: UInt64) async throws -> Calm {
        var shop = SimulatedShop(seed: seed)
        let simulation = try EngineSimulation()
        var steps: [SimulatedStep] = []
        func go(_ step: SimulatedStep) async throws {
            steps.append(step)
            try await simulation.carryOut(step)
        }
        try await go(shop.everybody(at: simulation.clock.now))
        try await go(.definitions(try SimulatedShop.definitions(edition: 0)))
        for _ in 0..<Self.stepCount {
            shop.codes = try codes(simulation.workspace())
            try await go(try shop.step(at: simulation.clock.now))
        }
        try await go(.pass(to: simulation.clock.now.adding(milliseconds: 6 * 3_600_000)))
        try await go(.away(until: simulation.clock.now.adding(days: 10)))
        let end = simulation.clock.now.adding(days: 10)
        try await simulation.deliverAll(until: end)
        let calm = Calm(
            steps: steps, end: end, world: try SimulatedWorld(simulation.workspace()),
            effects: simulation.receivers.effects,
            effectCount: try check(simulation, seed))
        try simulation.close()
        return calm
    }

    private func codes(_ workspace: Workspace) throws -> [(user: String, code: String)] {
        try SimulatedShop.users.flatMap { user -> [(user: String, code: String)] in
            guard let id = try workspace.customerID(named: user) else { return [] }
            let members = try workspace.records.members(of: id)
            return try workspace.records.coupons(of: members, limit: 5).map { (user, $0.code) }
        }.sorted { $0.code < $1.code }
    }

    /// Each webhook that was to go reached its receiver, none that wasn't did, and nothing is left.
    ///
    /// - Returns: How many effects there are.
    private func check(_ simulation: EngineSimulation, _ seed: UInt64) throws -> Int {
        let workspace = try simulation.workspace()
        let items = try workspace.records.outbox(OutboxFilter(limit: 100_000))
        let wanted = items.filter { $0.kind == .webhook && $0.state == .done }
            .map { OutboxMessages.id(of: $0, workspace.hash) }
        #expect(Set(wanted).count == wanted.count, "seed \(seed)")
        #expect(Set(wanted) == Set(simulation.receivers.effects.keys), "seed \(seed)")
        #expect(simulation.receivers.changed == [], "seed \(seed): an id came with another body")
        for item in items where item.kind == .webhook {
            #expect(item.state == .done || item.state == .withheld, "seed \(seed): \(item)")
        }
        return items.count
    }

    /// The same with lives that end at random points, and commits that fail.
    private func storm(_ calm: Calm, _ seed: UInt64) async throws -> EngineSimulation {
        var random = SeededRandom(seed: seed &+ 7)
        let simulation = try EngineSimulation {
            let point = Int(random.next() % 40) + 1
            return switch random.next() % 7 {
            case 0...2: .before(point)
            case 3...5: .after(point)
            default: .failure(point)
            }
        }
        for step in calm.steps {
            try await simulation.carryOut(step)
            // Each step twice: what is told or asked again changes nothing.
            if random.next() % 4 == 0 { try await simulation.carryOut(step) }
        }
        try await simulation.deliverAll(until: calm.end)
        let world = try SimulatedWorld(simulation.workspace())
        #expect(world.difference(from: calm.world) == nil, "seed \(seed)")
        #expect(simulation.receivers.effects == calm.effects as [String: [UInt8]], "seed \(seed)")
        _ = try check(simulation, seed)
        try simulation.close()
        return simulation
    }

    /// One step of a run with a crash at every point of it, before and after each commit and each delivery.
    ///
    /// Compared right after the step, and messages once everything got through: an attempt whose outcome was lost is made again at once, so that a
    /// moody receiver may take a message in earlier than without the crash.
    ///
    /// - Returns: How many crashes there were.
    private func everyPoint(_ seed: UInt64, step chosen: Int) async throws -> Int {
        let calm = try await calm(seed)
        let steps = calm.steps
        let simulation = try EngineSimulation()
        for step in steps[..<chosen] { try await simulation.carryOut(step) }
        try simulation.close()
        let after = try EngineSimulation(from: simulation) { .none }
        try await after.carryOut(steps[chosen])
        let worldAfterStep = try SimulatedWorld(after.workspace()).withoutMessages
        try await after.deliverAll(until: calm.end)
        let world = try SimulatedWorld(after.workspace())
        var crashes = 0
        var point = 1
        while true {
            var isOver = true
            for moment in [Fate.Moment.before(point), .after(point)] {
                var lives = 0
                let other = try EngineSimulation(from: simulation) {
                    lives += 1
                    return lives == 1 ? moment : .none
                }
                try await other.carryOut(steps[chosen])
                if other.deaths > 0 { isOver = false }
                crashes += other.deaths
                let worldThen = try SimulatedWorld(other.workspace()).withoutMessages
                #expect(
                    worldThen.difference(from: worldAfterStep) == nil,
                    "seed \(seed), step \(chosen), \(moment)")
                if try other.close() { isOver = false }
                try await other.deliverAll(until: calm.end)
                let found = try SimulatedWorld(other.workspace())
                #expect(
                    found.difference(from: world) == nil,
                    "seed \(seed), step \(chosen), \(moment)")
                #expect(
                    other.receivers.effects == after.receivers.effects,
                    "seed \(seed), step \(chosen), \(moment)")
                #expect(other.receivers.changed == [], "seed \(seed), step \(chosen), \(moment)")
            }
            if isOver { return crashes }
            point += 1
        }
    }

    @Test func `whenever the machine stops, each effect is there once and the same as without`()
        async throws
    {
        if let text = Self.environment["PERENNIAL_SIMULATION_SEED"], let seed = UInt64(text) {
            _ = try await storm(try await calm(seed), seed)
            return
        }
        var (deaths, failures, effects) = (0, 0, 0)
        for seed in Self.seeds {
            let calm = try await calm(seed)
            let storm = try await storm(calm, seed)
            deaths += storm.deaths
            failures += storm.failures
            effects += calm.effectCount
        }
        print("simulated: \(deaths) crashes, \(failures) failed commits, \(effects) effects")
        // What doesn't happen in it, it says nothing about.
        #expect(deaths > 10 && effects > 20)
    }

    @Test func `a crash at each commit and each delivery of a step changes nothing`() async throws {
        let crashes = try await everyPoint(1, step: 2)
        #expect(crashes > 10)
    }

    @Test(.enabled(if: environment["PERENNIAL_SIMULATION_SECONDS"] != nil))
    func `new seeds come to the same`() async throws {
        let text = try #require(Self.environment["PERENNIAL_SIMULATION_SECONDS"])
        let end = ContinuousClock.now + .seconds(try #require(Int(text)))
        var seed =
            Self.environment["PERENNIAL_SIMULATION_FIRST"].flatMap { UInt64($0) }
            ?? UInt64.random(in: 1 << 32...(1 << 62))
        let first = seed
        var (deaths, crashes) = (0, 0)
        while ContinuousClock.now < end {
            // Printed before: whoever ends the process wants to know it, too.
            print("simulated workspace of seed \(seed)")
            let calm = try await calm(seed)
            deaths += try await storm(calm, seed).deaths
            if seed % 4 == 0 {
                crashes += try await everyPoint(
                    seed, step: Int(seed / 4 % UInt64(calm.steps.count)))
            }
            seed += 1
        }
        print("\(seed - first) workspaces, \(deaths + crashes) crashes")
    }
}
