import Documents
import Events
import Journeys
import Kernel
import Segments
import Testing

/// Two customers, some journeys and two months, all from one seed: the machine in an engine that crashes at every
/// commit, against the same without a crash.
struct Simulation {
    /// An outbox that takes each key once, as the engine's does.
    struct Outbox {
        var rows: [String: Effect] = [:]
        var order: [String] = []
        /// Local zone of the customer when it was put in.
        var zones: [String: String?] = [:]
    }

    enum Action {
        case event(String, String)
        case order(String, String, Int64)
        case segment(String, entered: Bool)
        case identify([String: String], zone: String?)
        case edit
        case merge
    }

    struct Turn {
        let at: Timestamp
        let customer: Int
        let action: Action
    }

    let seed: UInt64
    private var maker: RandomJourneys
    private var entries: [JourneyPlan.Entry] = []
    let rules: DocumentNode
    private var turns: [Turn] = []
    /// Plans by the number of edits so far.
    private(set) var plans: [JourneyPlan] = []

    static let start = Timestamp(milliseconds: 1_774_000_000_000)  // A week before Europe changes its clocks.

    init(seed: UInt64) throws {
        self.seed = seed
        maker = RandomJourneys(SeededRandom(seed: seed))
        rules = maker.rules()
        for number in 0..<maker.number(3...6) {
            entries.append(
                JourneyPlan.Entry(
                    try Journey(reading: DocumentReader(maker.journey("j\(number)"))), version: 1))
        }
        plans.append(try plan())
        for _ in 0..<maker.number(60...200) { try addTurn() }
        if maker.chance(60) {
            turns.append(Turn(at: moment(), customer: 0, action: .merge))
        }
        turns.sort { ($0.at.milliseconds, $0.customer) < ($1.at.milliseconds, $1.customer) }
    }

    private mutating func plan() throws -> JourneyPlan {
        JourneyPlan(
            entries, rules: try SendingRules(reading: DocumentReader(rules)),
            revision: UInt64(plans.count + 1), hash: SipHash(key: SipHash.Key(low: seed, high: 9)),
            workspaceZone: Zones.named("Europe/London") ?? .utc, zone: { Zones.named($0) })
    }

    private mutating func moment() -> Timestamp {
        // Often at whole hours, so that things fall together.
        let hours = Int64(maker.number(0...800)) * 3_600_000
        return Self.start.adding(
            milliseconds: hours + (maker.chance(50) ? 0 : Int64(maker.number(0...3_599_999))))
    }

    private mutating func addTurn() throws {
        let customer = maker.number(0...1)
        let cart = #"{"cart_id":\#(maker.number(1...3))}"#
        let action: Action
        switch maker.number(0...23) {
        case 0...9: action = .event(maker.one(of: RandomJourneys.events), cart)
        case 10...12: action = .order("Order Completed", cart, Int64(maker.number(1...9000)))
        case 13...18:
            action = .segment(maker.one(of: RandomJourneys.segments), entered: maker.chance(60))
        case 19...22:
            action = .identify(
                ["birthday": "1990-0\(maker.number(3...5))-\(maker.number(10...28))"],
                zone: maker.one(of: [
                    nil, "Australia/Lord_Howe", "America/New_York", "Pacific/Apia", "nowhere",
                ]))
        default: action = .edit
        }
        let at = moment()
        turns.append(Turn(at: at, customer: customer, action: action))
        // Now and then the same happens to both, for those who turn out to be one.
        if case .edit = action { return }
        if maker.chance(30) { turns.append(Turn(at: at, customer: 1 - customer, action: action)) }
    }

    /// Another version of one of the journeys, or an end or a pause of it.
    private mutating func edit() throws {
        let number = maker.number(0...entries.count - 1)
        let entry = entries[number]
        let name = entry.journey.name
        var older = entry.older
        older[entry.version] = entry.journey
        let status = maker.one(of: ["live", "live", "live", "live", "live", "paused", "draft"])
        // Half of the edits are small: a step less, others as they were.
        var document = maker.journey(name, status: status)
        if maker.chance(50) { document = shortened(entry.journey.document, status) }
        entries[number] = JourneyPlan.Entry(
            try Journey(reading: DocumentReader(document)), version: entry.version + 1,
            older: older, isDeleted: maker.chance(4))
        plans.append(try plan())
    }

    private mutating func shortened(_ document: DocumentNode, _ status: String) -> DocumentNode {
        guard case .mapping(let members) = document.value else { return document }
        return .mapping(
            members.map { member in
                switch (member.name, member.value.value) {
                case ("steps", .list(var steps)):
                    if steps.count > 1 { steps.remove(at: maker.number(0...steps.count - 1)) }
                    return ("steps", .list(steps))
                case ("status", _): return ("status", .text(status))
                default: return (member.name, member.value)
                }
            })
    }

    // MARK: Running it

    struct Result {
        var outbox = Outbox()
        var decisions: [Decision] = []
        var stages: [Stage] = []
        var plan: JourneyPlan
    }

    /// - Parameter crashes: Whether each stimulus is first judged in vain, its effects kept and its state lost.
    mutating func run(crashes: Bool) throws -> Result {
        var result = Result(plan: plans[0])
        result.stages = [Stage(plans[0]), Stage(plans[0])]
        result.stages[1].customer = ID(rawValue: 4712)
        for number in 0...1 {
            result.stages[number].bestHour = Int(seed % 24)
            if seed % 5 == 0 { result.stages[number].suppressed = ["sms": "unsubscribed"] }
        }
        var edits = 0
        var isMerged = false
        for turn in turns {
            let number = isMerged ? 0 : turn.customer
            for other in result.stages.indices { pass(&result, other, turn.at, crashes) }
            switch turn.action {
            case .event(let name, let cart):
                give(&result, number, crashes) { $0.event(name, cart) }
            case .order(let name, let cart, let minor):
                give(&result, number, crashes) {
                    $0.event(
                        name, cart, order: Currency("GBP").map { Money(minor: minor, currency: $0) }
                    )
                }
            case .segment(let name, let entered):
                if result.stages[number].segments.contains(name) == entered { continue }
                give(&result, number, crashes) { $0.segment(name, entered: entered) }
            case .identify(let traits, let zone):
                give(&result, number, crashes) {
                    $0.timeZone = zone
                    $0.traits.merge(traits) { $1 }
                    return $0.event("", kind: .identify)
                }
            case .edit:
                edits += 1
                if plans.count <= edits { try edit() }
                result.plan = plans[edits]
                for other in result.stages.indices where other == 0 || !isMerged {
                    result.stages[other].plan = result.plan
                    give(&result, other, crashes) { $0.give(.planChanged) }
                }
            case .merge:
                isMerged = true
                let lost = result.stages.remove(at: 1)
                result.stages[0].segments.formUnion(lost.segments)
                let now = turn.at
                give(&result, 0, crashes) { stage in
                    let outcome = stage.automation.merge(lost.automation, at: now)
                    stage.automation = Stage.throughBytes(stage.automation)
                    return outcome
                }
            }
        }
        // All that was held goes on, to its end.
        let last = JourneyPlan(
            Self.open(plans[edits].entries), rules: plans[0].rules, revision: 1_000_000,
            hash: SipHash(key: SipHash.Key(low: seed, high: 9)),
            workspaceZone: plans[0].workspaceZone, zone: { Zones.named($0) })
        result.plan = last
        for other in result.stages.indices {
            result.stages[other].plan = last
            give(&result, other, crashes) { $0.give(.planChanged) }
            pass(&result, other, Self.start.adding(days: 250), crashes)
        }
        return result
    }

    private static func open(_ entries: [JourneyPlan.Entry]) -> [JourneyPlan.Entry] {
        entries.map { entry in
            guard entry.journey.status != .live,
                case .mapping(let members) = entry.journey.document.value,
                let journey = try? Journey(
                    reading: DocumentReader(
                        .mapping(
                            members.map {
                                ($0.name, $0.name == "status" ? .text("live") : $0.value)
                            })))
            else { return entry }
            return JourneyPlan.Entry(
                journey, version: entry.version, older: entry.older, isDeleted: entry.isDeleted)
        }
    }

    private func pass(_ result: inout Result, _ number: Int, _ moment: Timestamp, _ crashes: Bool) {
        var count = 0
        while let wake = result.stages[number].automation.nextWake, wake <= moment {
            let before = result.stages[number].now
            result.stages[number].now = max(before, wake)
            give(&result, number, crashes) { $0.give(.timer) }
            count += 1
            if count > 20_000 {
                Issue.record("seed \(seed): timers without end")
                return
            }
        }
        result.stages[number].now = max(result.stages[number].now, moment)
    }

    private func give(
        _ result: inout Result, _ number: Int, _ crashes: Bool,
        _ stimulus: (inout Stage) -> JourneyOutcome
    ) {
        if crashes {
            // Judged, the effects written, and then the state is lost.
            var lost = result.stages[number]
            let outcome = stimulus(&lost)
            commit(outcome, &result, zone: lost.timeZone)
        }
        let outcome = stimulus(&result.stages[number])
        commit(outcome, &result, zone: result.stages[number].timeZone)
        result.decisions += outcome.decisions
        if let wake = result.stages[number].automation.nextWake {
            if !outcome.decisions.contains(where: { $0.kind == .merged }),
                wake < result.stages[number].now
            {
                Issue.record("seed \(seed): wakes at \(wake), before it")
            }
        }
    }

    private func commit(_ outcome: JourneyOutcome, _ result: inout Result, zone: String?) {
        for effect in outcome.effects {
            if let known = result.outbox.rows[effect.key] {
                #expect(known == effect, "seed \(seed): another effect for \(effect.key)")
                continue
            }
            result.outbox.rows[effect.key] = effect
            result.outbox.order.append(effect.key)
            result.outbox.zones[effect.key] = zone
        }
    }
}
