import Documents
import Kernel
import Testing

@testable import Referrals

/// Facts at random, and what they come to when all are known, worked out the plain way.
private struct Story {
    var program: ReferralProgram
    var facts: [ReferralState.Fact]

    init(_ random: inout SeededRandom) throws {
        let within = Bool.random(using: &random) ? #", "within": "20 days""# : ""
        let first = Bool.random(using: &random)
        let byEvent = Int.random(in: 0..<4, using: &random) == 0
        let qualifies =
            byEvent
            ? #"{"event": "Signed"\#(within)}"#
            : #"{"order": {"minimum": 30, "currency": "EUR", "first": \#(first)}\#(within)}"#
        program = try storyProgram(qualifies, hold: Bool.random(using: &random))
        facts = []
        if Int.random(in: 0..<10, using: &random) > 0 {
            for _ in 0...Int.random(in: 0...1, using: &random) {
                facts.append(.joined(at: day(Int.random(in: 0..<10, using: &random))))
            }
        }
        for id in ["A", "B", "C"].prefix(Int.random(in: 0...3, using: &random)) {
            let placed = Int.random(in: -2..<40, using: &random)
            let amount = Int64.random(in: 2000...6000, using: &random)
            let currency = Int.random(in: 0..<8, using: &random) == 0 ? "USD" : "EUR"
            for version in 1...Int64.random(in: 1...4, using: &random) {
                facts.append(
                    .order(
                        try order(
                            id, on: placed, amount, currency: currency,
                            refunded: Bool.random(using: &random)
                                ? 0 : Int64.random(in: 0...amount, using: &random),
                            isCancelled: Int.random(in: 0..<6, using: &random) == 0,
                            version: version)))
            }
        }
        for _ in 0..<Int.random(in: 0...3, using: &random) {
            let name = Bool.random(using: &random) ? "Signed" : "Other"
            facts.append(.event(name: name, at: day(Int.random(in: -2..<40, using: &random))))
        }
        for version in 0..<Int64.random(in: 0...3, using: &random) {
            let block: ReferralBlock? = Bool.random(using: &random) ? .cycle : nil
            facts.append(.reviewed(block, version: version))
        }
        for version in 0..<Int64.random(in: 0...3, using: &random) {
            let word = ReferralJudgement.Word.allCases.randomElement(using: &random) ?? .counts
            facts.append(
                .judged(ReferralJudgement(word, reason: "why", by: "key", version: version)))
        }
    }

    /// What it comes to.
    enum End: Equatable { case expected, joined, qualified, released(Timestamp), rejected }

    func end(at now: Timestamp) -> End {
        var joined: Timestamp?
        var block: (Int64, ReferralBlock?) = (-1, nil)
        var word: ReferralJudgement?
        var orders: [String: ReferralOrder] = [:]
        var times: [Timestamp] = []
        for fact in facts {
            switch fact {
            case .joined(let at): joined = joined.map { min($0, at) } ?? at
            case .order(let order):
                if order.version > orders[order.id]?.version ?? -1 { orders[order.id] = order }
            case .event("Signed", let at): times.append(at)
            case .event: break
            case .reviewed(let why, let version): if version > block.0 { block = (version, why) }
            case .judged(let one): if one.version > word?.version ?? -1 { word = one }
            }
        }
        guard let joined else { return .expected }
        switch word?.word {
        case .refused: return .rejected
        case .counts: break
        case .withdrawn, nil: if block.1 != nil { return .rejected }
        }
        let last = joined.adding(
            milliseconds: program.within?.milliseconds ?? 1_000_000_000_000)
        func isGood(_ order: ReferralOrder) -> Bool {
            !order.isCancelled && order.amount.currency.description == "EUR"
                && order.amount.minor - order.refunded >= 3000 && order.placedAt >= joined
                && order.placedAt <= last
        }
        var qualified: Timestamp?
        switch program.qualifies {
        case .event: qualified = times.filter { $0 >= joined && $0 <= last }.min()
        case .order(_, let onlyFirst):
            let standing = orders.values.filter { !$0.isCancelled }
                .sorted { ($0.placedAt, $0.id) < ($1.placedAt, $1.id) }
            if onlyFirst, let first = standing.first {
                guard isGood(first) else { return .rejected }
                qualified = first.placedAt
            } else {
                qualified = standing.first(where: isGood)?.placedAt
            }
        }
        guard let qualified else { return now > last ? .rejected : .joined }
        let release = qualified.adding(milliseconds: program.hold?.milliseconds ?? 0)
        return now >= release ? .released(release) : .qualified
    }
}

private func storyProgram(_ qualifies: String, hold: Bool) throws -> ReferralProgram {
    try program(qualifies: qualifies, hold: hold ? "14 days" : nil)
}

extension Story.End {
    fileprivate init(_ status: ReferralStatus) {
        switch status {
        case .expected: self = .expected
        case .joined: self = .joined
        case .qualified: self = .qualified
        case .released(_, let at): self = .released(at)
        case .rejected, .reversed: self = .rejected
        }
    }
}

@Suite struct ReferralStatePropertyTests {
    @Test(arguments: 0..<600 as Range<UInt64>)
    func `Facts in any order, repeated, come to what they come to at once`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let story = try Story(&random)
        var told = story.facts.shuffled(using: &random)
        told += told.filter { _ in Bool.random(using: &random) }
        var state = ReferralState(id: referral)
        var ledger = Ledger()
        var now = -5
        for fact in told {
            now += Int.random(in: 0...6, using: &random)
            let outcome = state.take(fact, now: day(now), under: story.program)
            #expect(outcome.after == state.status(under: story.program))
            ledger.post(outcome.effects)
            if Bool.random(using: &random) {
                ledger.post(state.tick(now: day(now), under: story.program).effects)
            }
            // Exactly what stands is what the status says.
            let isReleased = outcome.after.releasedAt != nil
            #expect(state.friendPoints == (isReleased ? 200 : 0))
        }
        let end = day(max(now, Int.random(in: 0..<90, using: &random)))
        ledger.post(state.tick(now: end, under: story.program).effects)
        let status = state.status(under: story.program)
        #expect(Story.End(status) == story.end(at: end))
        #expect(ledger.points == (status.releasedAt == nil ? 0 : 200))
        #expect(ledger.points == state.friendPoints)
        #expect(ledger.faults.isEmpty)
        if case .reversed = status { #expect(state.wasReleased) }
        if case .rejected = status { #expect(!state.wasReleased) }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Told before it is released, facts in any order leave the same bytes`(seed: UInt64) throws
    {
        var random = SeededRandom(seed: seed)
        let story = try Story(&random)
        func bytes(_ facts: [ReferralState.Fact]) -> [UInt8] {
            var state = ReferralState(id: referral)
            for fact in facts { _ = state.take(fact, now: day(-10), under: story.program) }
            _ = state.tick(now: day(80), under: story.program)
            var writer = ByteWriter()
            state.encode(to: &writer)
            return writer.take()
        }
        let plain = bytes(story.facts)
        for _ in 0..<5 {
            let shuffled = story.facts.shuffled(using: &random)
            #expect(bytes(shuffled + shuffled.prefix(3)) == plain)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `Nothing changes before the next moment of change, and then something does`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let story = try Story(&random)
        var state = ReferralState(id: referral)
        for fact in story.facts { _ = state.take(fact, now: day(-10), under: story.program) }
        var steps = 0
        while let next = state.nextChange(under: story.program) {
            let before = state.tick(now: next.adding(milliseconds: -1), under: story.program)
            #expect(!before.isChange)
            let after = state.tick(now: next, under: story.program)
            #expect(after.isChange)
            steps += 1
            try #require(steps < 4)
        }
        #expect(!state.tick(now: day(10_000), under: story.program).isChange)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `A referral's bytes are read back, and garbled ones never crash`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let story = try Story(&random)
        var state = ReferralState(id: referral, programVersion: 3)
        for fact in story.facts {
            let now = day(Int.random(in: -5..<60, using: &random))
            _ = state.take(fact, now: now, under: story.program)
        }
        var writer = ByteWriter()
        state.encode(to: &writer)
        let bytes = writer.take()
        #expect(try ReferralState(decoding: bytes.span) == state)
        for count in bytes.indices {
            #expect(throws: ByteReader.Damaged.self) {
                try ReferralState(decoding: Array(bytes[..<count]).span)
            }
        }
        #expect(throws: ByteReader.Damaged.self) {
            try ReferralState(decoding: (bytes + [0]).span)
        }
        for _ in 0..<100 {
            var garbled = bytes
            for _ in 0...Int.random(in: 0...2, using: &random) {
                let place = Int.random(in: garbled.indices, using: &random)
                garbled[place] = UInt8.random(in: 0...255, using: &random)
            }
            guard var read = try? ReferralState(decoding: garbled.span) else { continue }
            _ = read.tick(now: day(1000), under: story.program)
            _ = read.take(.joined(at: .latest), now: .latest, under: story.program)
            var again = ByteWriter()
            read.encode(to: &again)
            #expect(try ReferralState(decoding: again.span) == read)
        }
    }
}
