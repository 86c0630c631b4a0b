import Journeys
import Kernel
import Testing

/// A reminder of a cart against the order of that cart, at each millisecond around the deadline.
@Suite struct CartTests {
    private static let byWaiting = """
        kind: journey
        name: cart
        status: live
        entry: {event: Cart Updated, per: event.cart_id}
        exit: [{event: Order Completed, where: [{property: cart_id, is: entry.cart_id}]}]
        steps: [{wait: 2 hours}, {send: {channel: email, template: reminder}}]
        """
    private static let byEvent = """
        kind: journey
        name: cart
        status: live
        entry: {event: Cart Updated, per: event.cart_id}
        steps:
          - waitFor: {event: Order Completed, where: [{property: cart_id, is: entry.cart_id}], atMost: 2 hours}
            happened: [{exit: true}]
          - send: {channel: email, template: reminder}
        """

    @Test(arguments: [byWaiting, byEvent])
    func `who bought before the deadline isn't reminded, who bought at it is`(yaml: String) throws {
        let plan = try Stage.plan([yaml])
        let begin = time("2026-01-01T10:00:00Z")
        for offset in -250...250 as ClosedRange<Int64> {
            // The timer is given before the event, or it is the event that finds it due.
            for isTimerGiven in [true, false] {
                var stage = Stage(plan)
                stage.now = begin
                stage.event("Cart Updated", #"{"cart_id":"c1"}"#)
                let bought = begin.adding(milliseconds: 7_200_000 + offset)
                if isTimerGiven { stage.pass(until: bought) } else { stage.now = bought }
                stage.event("Order Completed", #"{"cart_id":"c1"}"#)
                stage.pass(until: "2026-02-01")
                #expect(stage.sends.count == (offset < 0 ? 0 : 1), "\(offset) ms")
            }
        }
    }

    @Test(arguments: [byWaiting, byEvent])
    func `the order of another cart keeps nobody from being reminded`(yaml: String) throws {
        var stage = try Stage([yaml])
        stage.event("Cart Updated", #"{"cart_id":"c1"}"#, at: "2026-01-01T10:00:00Z")
        stage.event("Order Completed", #"{"cart_id":"c2"}"#, at: "2026-01-01T11:00:00Z")
        stage.pass(until: "2026-02-01")
        #expect(stage.sends.map(\.dueAt) == [time("2026-01-01T12:00:00Z")])
    }

    @Test func `a step that is carried out twice has its effect once`() throws {
        let plan = try Stage.plan([Self.byWaiting])
        var stage = Stage(plan)
        stage.event("Cart Updated", #"{"cart_id":"c1"}"#, at: "2026-01-01T10:00:00Z")
        stage.now = time("2026-01-01T12:00:00Z")
        var lost = stage
        let first = lost.give(.timer)
        let second = stage.give(.timer)
        #expect(first == second && first.effects.count == 1)
        // Once it is kept, the same timer brings nothing more.
        #expect(stage.give(.timer).isEmpty)
    }

    @Test func `a timer that came due while nobody ran goes off at the start, in order, once`()
        throws
    {
        var stage = try Stage([Self.byWaiting])
        stage.event("Cart Updated", #"{"cart_id":"c1"}"#, at: "2026-01-01T10:00:00Z")
        stage.event("Cart Updated", #"{"cart_id":"c2"}"#, at: "2026-01-01T11:00:00Z")
        stage.now = time("2026-01-05T00:00:00Z")
        stage.give(.timer)
        #expect(stage.sends.map(\.run).map(\.number) == stage.sends.map(\.run.number).sorted())
        #expect(stage.sends.count == 2 && stage.automation.nextWake == nil)
        // Given at its own moment, as the engine does, it is as if nobody had been away.
        var exact = try Stage([Self.byWaiting])
        exact.event("Cart Updated", #"{"cart_id":"c1"}"#, at: "2026-01-01T10:00:00Z")
        exact.event("Cart Updated", #"{"cart_id":"c2"}"#, at: "2026-01-01T11:00:00Z")
        exact.pass(until: "2026-01-05T00:00:00Z")
        #expect(exact.sends.map(\.key) == stage.sends.map(\.key))
    }
}
