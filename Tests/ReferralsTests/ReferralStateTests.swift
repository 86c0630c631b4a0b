import Kernel
import Testing

@testable import Referrals

@Suite struct ReferralStateTests {
    /// Takes facts, each on its day.
    private func run(
        _ program: ReferralProgram, _ facts: [(Int, ReferralState.Fact)], until end: Int? = nil
    ) -> (state: ReferralState, status: ReferralStatus, effects: [ReferralEffect]) {
        var state = ReferralState(id: referral)
        var effects: [ReferralEffect] = []
        for (now, fact) in facts {
            effects += state.take(fact, now: day(now), under: program).effects
        }
        if let end { effects += state.tick(now: day(end), under: program).effects }
        return (state, state.status(under: program), effects)
    }

    @Test func `A friend joins, orders, and both wait for the return window`() throws {
        let program = try program()
        var state = ReferralState(id: referral)
        #expect(state.status(under: program) == .expected)
        let joined = state.take(.joined(at: day(0)), now: day(0), under: program)
        #expect(joined.after == .joined(until: day(60)) && joined.isChange)
        #expect(joined.reason.contains("2026-03-02"))
        #expect(state.nextChange(under: program) == day(60).adding(milliseconds: 1))
        let ordered = state.take(.order(try order(on: 3)), now: day(3), under: program)
        let qualifier = ReferralStatus.Qualifier.order(
            id: "A", amount: try order(on: 3).amount)
        #expect(ordered.after == .qualified(by: qualifier, at: day(3), releaseAt: day(17)))
        #expect(ordered.effects.isEmpty)
        #expect(state.nextChange(under: program) == day(17))
        let early = state.tick(
            now: day(17).adding(milliseconds: -1), under: program)
        #expect(!early.isChange && early.effects.isEmpty)
        let released = state.tick(now: day(17), under: program)
        #expect(released.after == .released(by: qualifier, at: day(17)))
        #expect(
            released.effects == [
                ReferralEffect(
                    kind: .award, role: .friend, customer: customer(2), points: 200,
                    operation: "\(referral):friend:1",
                    reason: "order A of 50.00 EUR qualified and nothing was returned")
            ])
        #expect(state.friendPoints == 200 && state.nextChange(under: program) == nil)
        #expect(state.tick(now: day(20), under: program).effects.isEmpty)
    }

    @Test func `Each reason for rejection is told`() throws {
        let first = try program()
        let any = try program(
            qualifies: """
                {"order": {"minimum": 30, "currency": "EUR", "first": false}, "within": "60 days"}
                """)
        let join = (0, ReferralState.Fact.joined(at: day(0)))
        let table: [(ReferralProgram, [ReferralState.Fact], Rejection)] = [
            (first, [.order(try order(on: -1))], .notNew(order: "A")),
            (first, [], .late),
            (first, [.order(try order(on: 61))], .late),
            (first, [.order(try order(on: 1, 2999))], .belowMinimum(order: "A")),
            (first, [.order(try order(on: 1, currency: "USD"))], .otherCurrency(order: "A")),
            (first, [.order(try order(on: 1, refunded: 2001))], .refunded(order: "A")),
            (first, [.order(try order(on: 1, isCancelled: true))], .cancelled(order: "A")),
            (
                first, [.order(try order("B", on: 2)), .order(try order(on: 1, 100))],
                .belowMinimum(order: "A")
            ),
            (any, [.order(try order(on: 1, 2999)), .order(try order("B", on: 61))], .late),
            (any, [.order(try order(on: 1, refunded: 5000))], .refunded(order: "A")),
            (any, [.order(try order(on: 1, isCancelled: true))], .cancelled(order: "A")),
            (
                any, [.order(try order(on: -1)), .order(try order("B", on: 1, currency: "USD"))],
                .late
            ),
            (first, [.order(try order(on: 1)), .reviewed(.cycle, version: 1)], .blocked(.cycle)),
        ]
        for (program, facts, rejection) in table {
            let (state, status, effects) = run(program, [join] + facts.map { (1, $0) }, until: 90)
            #expect(status == .rejected(rejection))
            #expect(effects.isEmpty && !state.wasReleased)
            #expect(!status.words.isEmpty)
        }
    }

    @Test func `What just qualifies does`() throws {
        let first = try program()
        let free = try program(
            qualifies: #"{"order": {"minimum": 0, "currency": "EUR"}}"#)
        let table: [(ReferralProgram, ReferralOrder, Bool)] = [
            (first, try order(on: 0), true),
            (first, try order(on: 60), true),
            (first, try order(on: 1, 3000), true),
            (first, try order(on: 1, refunded: 2000), true),
            (free, try order(on: 500, 0), true),
            (free, try order(on: 1, refunded: 5000), false),
        ]
        for (program, order, qualifies) in table {
            let (_, status, _) = run(
                program, [(0, .joined(at: day(0))), (1, .order(order))], until: 600)
            #expect((status.releasedAt != nil) == qualifies)
        }
    }

    @Test func `A cancelled order isn't the first one`() throws {
        let (_, status, _) = run(
            try program(),
            [
                (0, .joined(at: day(0))), (1, .order(try order(on: 1, isCancelled: true))),
                (2, .order(try order("B", on: 2))),
            ], until: 20)
        #expect(status.releasedAt == day(16))
    }

    @Test func `Where any order counts, the next one stands in for one that was returned`() throws {
        let any = try program(
            qualifies: #"{"order": {"minimum": 30, "currency": "EUR", "first": false}}"#)
        let (_, status, effects) = run(
            any,
            [
                (0, .joined(at: day(0))), (1, .order(try order(on: 1))),
                (5, .order(try order("B", on: 5))),
                (30, .order(try order(on: 1, refunded: 5000, version: 2))),
            ])
        #expect(status.releasedAt == day(19))
        #expect(effects.map(\.kind) == [.award])
    }

    @Test func `An event qualifies in its window, and others don't matter`() throws {
        let program = try program(
            qualifies: #"{"event": "Signed", "within": "10 days"}"#, hold: nil)
        let (_, before, _) = run(
            program,
            [
                (0, .event(name: "Signed", at: day(-1))), (0, .joined(at: day(0))),
                (1, .event(name: "Other", at: day(1))), (1, .order(try order(on: 1))),
            ])
        #expect(before == .joined(until: day(10)))
        let (_, after, effects) = run(
            program,
            [
                (2, .event(name: "Signed", at: day(2))), (0, .event(name: "Signed", at: day(-1))),
                (3, .joined(at: day(0))),
            ])
        #expect(after == .released(by: .event(name: "Signed"), at: day(2)))
        #expect(effects.count == 1)
        let (_, late, _) = run(
            program, [(0, .joined(at: day(0))), (11, .event(name: "Signed", at: day(11)))])
        #expect(late == .rejected(.late))
    }

    @Test func `A refund after release takes the points back, once, and its undoing gives anew`()
        throws
    {
        let program = try program()
        var state = ReferralState(id: referral)
        _ = state.take(.joined(at: day(0)), now: day(0), under: program)
        _ = state.take(.order(try order(on: 1)), now: day(20), under: program)
        let refund = ReferralState.Fact.order(try order(on: 1, refunded: 3000, version: 2))
        let back = state.take(refund, now: day(30), under: program)
        #expect(back.after == .reversed(.refunded(order: "A")))
        #expect(back.effects.map(\.kind) == [.takeBack(of: "\(referral):friend:1")])
        #expect(back.effects.map(\.operation) == ["\(referral):friend:1:back"])
        #expect(back.effects.first?.reason == "order A was returned below the minimum")
        #expect(state.take(refund, now: day(31), under: program).effects.isEmpty)
        let old = state.take(.order(try order(on: 1)), now: day(31), under: program)
        #expect(old.effects.isEmpty && old.reason.contains("newer"))
        let again = state.take(
            .order(try order(on: 1, refunded: 0, version: 3)), now: day(32), under: program)
        #expect(again.effects.map(\.operation) == ["\(referral):friend:2"])
        #expect(state.friendPoints == 200)
    }

    @Test func `What is taken back is what was given, whatever the program says by then`() throws {
        let (state, _, _) = run(
            try program(),
            [(0, .joined(at: day(0))), (1, .order(try order(on: 1)))], until: 20)
        var later = state
        let outcome = later.take(
            .order(try order(on: 1, isCancelled: true, version: 2)), now: day(30),
            under: try program(rewards: #"{"friend": 999}"#))
        #expect(outcome.effects.map(\.points) == [200])
    }

    @Test func `Without points for the friend it is released all the same`() throws {
        let (state, status, effects) = run(
            try program(rewards: #"{"advocate": 5}"#),
            [(0, .joined(at: day(0))), (1, .order(try order(on: 1)))], until: 20)
        #expect(status.releasedAt == day(15) && state.wasReleased && effects.isEmpty)
    }

    @Test func `The highest word on it holds`() throws {
        let facts: [(Int, ReferralState.Fact)] = [
            (0, .joined(at: day(0))), (1, .order(try order(on: 1))),
            (2, .reviewed(nil, version: 5)), (3, .reviewed(.samePerson, version: 4)),
        ]
        #expect(run(try program(), facts, until: 20).status.releasedAt == day(15))
        let blocked = facts + [(21, .reviewed(.cycle, version: 6))]
        #expect(run(try program(), blocked).status == .rejected(.blocked(.cycle)))
        // Anything told in between lets it be released first.
        let released = facts + [(20, .joined(at: day(0)))] + blocked.suffix(1)
        #expect(run(try program(), released).status == .reversed(.blocked(.cycle)))
    }

    @Test func `A person's word holds over what checks suspect, whenever they say it again`() throws
    {
        let counts = ReferralJudgement(.counts, reason: "a family", by: "key", version: 1)
        let facts: [(Int, ReferralState.Fact)] = [
            (0, .joined(at: day(0))), (0, .reviewed(.samePerson, version: 1)),
            (1, .order(try order(on: 1))), (2, .judged(counts)),
            (3, .reviewed(.samePerson, version: 3)),
        ]
        let (state, status, effects) = run(try program(), facts, until: 20)
        #expect(status.releasedAt == day(15) && effects.map(\.points) == [200])
        #expect(state.suspicion == .samePerson && state.judgement == counts)
        // Taken back by a later word, also after it was released, and given again by another.
        let refused = ReferralJudgement(.refused, reason: "the same flat", by: "key", version: 2)
        let withdrawn = ReferralJudgement(.withdrawn, reason: "", by: "key", version: 3)
        let no = run(
            try program(), facts + [(20, .joined(at: day(0))), (21, .judged(refused))], until: 22)
        #expect(no.status == .reversed(.byHand(reason: "the same flat")))
        #expect(no.effects.map(\.points) == [200, 200])
        let asChecked = run(
            try program(), facts + [(20, .judged(refused)), (21, .judged(withdrawn))], until: 22)
        #expect(asChecked.status == .rejected(.blocked(.samePerson)))
        let older = run(
            try program(), facts + [(20, .judged(refused)), (21, .judged(counts))], until: 22)
        #expect(older.status == .rejected(.byHand(reason: "the same flat")))
    }

    @Test(arguments: [ReferralBlock.oneCustomer, .alreadyReferred])
    func `Nobody lets count what is certain`(block: ReferralBlock) throws {
        let facts: [(Int, ReferralState.Fact)] = [
            (0, .joined(at: day(0))), (1, .order(try order(on: 1))),
            (2, .judged(ReferralJudgement(.counts, reason: "", by: "key", version: 1))),
            (3, .reviewed(block, version: 3)),
        ]
        #expect(run(try program(), facts, until: 20).status == .rejected(.blocked(block)))
    }

    @Test func `A long reason is cut between characters`() {
        let word = ReferralJudgement(
            .refused, reason: String(repeating: "é", count: 150), by: "key", version: 1)
        #expect(word.reason == String(repeating: "é", count: 100))
    }

    @Test func `Orders are kept up to the limit, the first ones`() throws {
        let program = try program()
        var state = ReferralState(id: referral)
        for number in 0...ReferralState.ordersMax {
            _ = state.take(
                .order(try order("\(number)", on: 200 - number)), now: day(0), under: program)
            #expect(state.orders.count == min(number + 1, ReferralState.ordersMax))
        }
        #expect(state.orders.last?.placedAt == day(199))
        let id = String(repeating: "x", count: ReferralState.orderIDBytesMax)
        _ = state.take(.order(try order(id, on: 0)), now: day(0), under: program)
        #expect(state.orders.contains { $0.id == id })
        let outcome = state.take(.order(try order(id + "x", on: 0)), now: day(0), under: program)
        #expect(outcome.reason.contains("256 bytes"))
        #expect(!state.orders.contains { $0.id == id + "x" })
    }

    @Test func `Events are kept up to the limit, the first ones`() throws {
        let program = try program(qualifies: #"{"event": "e"}"#)
        var state = ReferralState(id: referral)
        for number in 0...ReferralState.eventsMax {
            _ = state.take(.event(name: "e", at: day(100 - number)), now: day(0), under: program)
        }
        #expect(state.events.count == ReferralState.eventsMax)
        #expect(state.events.last == day(99))
    }
}
