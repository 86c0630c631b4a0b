import Journeys
import Kernel
import Testing

@Suite struct StepTests {
    @Test func `a run goes through all its steps, each decision with its reason`() throws {
        var stage = try Stage([
            """
            kind: journey
            name: back
            status: live
            topic: offers
            entry: {segment: lapsed}
            steps:
              - id: code
                coupon: {percent: 10, expires: 14 days, prefix: BACK}
              - id: mail
                send: {channel: email, template: back-1, data: {hello: "{{customer.name}}", code: "{{coupon.code}}"}}
              - wait: 7 days
              - id: call
                task: {title: "Call {{name}}, {{customer.phone}}", due: 2 days, owner: sales}
              - set: {tried: true, last: "{{coupon.code}}"}
              - webhook: {to: crm, data: {codes: ["{{coupon.code}}", 7]}}
              - award: {points: 100}
            """
        ])
        stage.traits = ["name": "Ann \"A\""]
        stage.segment("lapsed", at: "2026-03-01T10:00:00Z")
        stage.pass(until: "2026-04-01T00:00:00Z")
        let code = try #require(stage.effects.first?.text.split(separator: "\"")[3])
        #expect(code.hasPrefix("BACK-") && code.utf8.count == 5 + 14)
        #expect(
            stage.told == [
                "2026-03-01T10:00:00.000Z entered back: entered the segment lapsed",
                "2026-03-01T10:00:00.000Z done back/code: coupon \(code)",
                "2026-03-01T10:00:00.000Z sent back/mail: back-1 by email",
                "2026-03-01T10:00:00.000Z waited back/3: for 7 days (until 2026-03-08T10:00:00.000Z)",
                "2026-03-08T10:00:00.000Z done back/call: task: Call Ann \"A\", ; not known: customer.phone",
                "2026-03-08T10:00:00.000Z done back/5: set tried, last",
                "2026-03-08T10:00:00.000Z done back/6: webhook to crm",
                "2026-03-08T10:00:00.000Z done back/7: 100 points",
                "2026-03-08T10:00:00.000Z completed back: came to the end",
            ])
        let run = "back/00000000004k7-1772359200000"
        #expect(
            stage.effects.map { "\($0.key) \($0.kind) \($0.text)" } == [
                #"\#(run)/code/1 coupon {"code":"\#(code)","percent":10,"expires":"2026-03-15T23:59:59.999Z"}"#,
                #"\#(run)/mail/1 send {"channel":"email","template":"back-1","topic":"offers","priority":50,"deadline":"2026-03-08T10:00:00.000Z","data":{"hello":"Ann \"A\"","code":"\#(code)"},"coupon":{"code":"\#(code)","expires":"2026-03-15T23:59:59.999Z"}}"#,
                #"\#(run)/call/1 task {"title":"Call Ann \"A\", ","due":"2026-03-10T10:00:00.000Z","owner":"sales"}"#,
                #"\#(run)/5/1 attribute {"tried":true,"last":"\#(code)"}"#,
                #"\#(run)/6/1 webhook {"data":{"codes":["\#(code)",7]}}"#,
                #"\#(run)/7/1 award {"points":100}"#,
            ])
        #expect(stage.automation.runs.isEmpty && stage.automation.nextWake == nil)
    }

    @Test func `a branch takes the first arm that holds and tells why not the others`() throws {
        let yaml = """
            kind: journey
            name: j
            status: live
            entry: {event: Start}
            steps:
              - branch:
                  - if: {segment: vip}
                    steps: [{award: {points: 3}}, {exit: true}]
                  - if: {segment: regular}
                    steps: [{award: {points: 2}}]
                  - else: [{award: {points: 1}}]
              - award: {points: 100}
            """
        for (segments, points, told) in [
            (["vip", "regular"], ["3"], "arm 1: in vip"),
            (["regular"], ["2", "100"], "arm 2: in regular"),
            ([], ["1", "100"], "else: not in vip; not in regular"),
        ] as [(Set<String>, [String], String)] {
            var stage = try Stage([yaml])
            stage.segments = segments
            stage.event("Start", at: "2026-01-01")
            #expect(stage.effects.map(\.text) == points.map { #"{"points":\#($0)}"# })
            #expect(stage.decisions.first { $0.kind == .branched }?.reason == told)
        }
    }

    @Test func `a split keeps each customer in their part and has each part's share`() throws {
        let yaml = """
            kind: journey
            name: j
            status: live
            entry: {event: Start, reentry: always}
            steps:
              - id: test
                split: [{name: a, share: 1, steps: [{award: {points: 1}}]}, {name: b, share: 3}]
            """
        let plan = try Stage.plan([yaml])
        var count = 0
        for number in 1...2000 {
            var stage = Stage(plan)
            stage.customer = ID(rawValue: Int64(number))
            stage.event("Start", at: "2026-01-01")
            stage.event("Start", at: "2026-01-02")
            let parts = stage.decisions.filter { $0.kind == .branched }.map(\.reason)
            #expect(parts.count == 2 && parts[0] == parts[1])
            #expect(stage.effects.count == (parts[0].hasPrefix("a") ? 2 : 0))
            if parts[0].hasPrefix("a") { count += 1 }
        }
        // Four standard errors about 500.
        #expect(abs(count - 500) < 78)
    }

    @Test func `a wait for an event goes on with the same cart's only, else when the time is up`()
        throws
    {
        let yaml = """
            kind: journey
            name: j
            status: live
            entry: {event: Cart Updated, per: event.cart_id, reentry: always}
            steps:
              - waitFor: {event: Checkout Started, where: [{property: cart_id, is: entry.cart_id}], atMost: 2 hours}
                happened: [{award: {points: 1}}]
                timedOut: [{award: {points: 2}}]
            """
        var stage = try Stage([yaml])
        stage.event("Cart Updated", #"{"cart_id":7}"#, at: "2026-01-01T10:00:00Z")
        stage.event("Cart Updated", #"{"cart_id":8}"#, at: "2026-01-01T10:00:00Z")
        stage.event("Checkout Started", #"{"cart_id":9}"#, at: "2026-01-01T10:30:00Z")
        #expect(stage.effects.isEmpty)
        stage.event("Checkout Started", #"{"cart_id":"8"}"#, at: "2026-01-01T11:59:59.999Z")
        #expect(stage.effects.map(\.text) == [#"{"points":1}"#])
        stage.pass(until: "2026-01-02")
        #expect(stage.effects.map(\.text) == [#"{"points":1}"#, #"{"points":2}"#])
        #expect(stage.effects.last?.dueAt == time("2026-01-01T12:00:00Z"))
    }

    @Test func `a wait for the day of the next order keeps the day that was foretold first`() throws
    {
        var stage = try Stage([
            """
            kind: journey
            name: j
            status: live
            entry: {segment: new, reentry: always}
            steps:
              - id: near
                waitUntil: {prediction: nextOrder, before: 3 days}
              - award: {points: 1}
            """
        ])
        stage.nextOrderAt = Timestamp("2026-04-10T12:00:00Z")
        stage.segment("new", at: "2026-03-01T10:00:00Z")
        // The next run of the models says a later day: who waits, waits for the first.
        stage.nextOrderAt = Timestamp("2026-05-01T12:00:00Z")
        stage.pass(until: "2026-06-01T00:00:00Z")
        // Where the day is past, or none is expected, nobody waits.
        stage.segment("new", at: "2026-06-01T10:00:00Z")
        stage.nextOrderAt = nil
        stage.segment("new", at: "2026-06-02T10:00:00Z")
        #expect(
            stage.told.filter { !$0.contains(" entered ") && !$0.contains(" completed ") } == [
                "2026-03-01T10:00:00.000Z waited j/near: until 3 days before 2026-04-10, when the next order is expected (until 2026-04-07T12:00:00.000Z)",
                "2026-04-07T12:00:00.000Z done j/2: 1 points",
                "2026-06-01T10:00:00.000Z done j/2: 1 points",
                "2026-06-02T10:00:00.000Z waited j/near: no next order is expected; goes on at once",
                "2026-06-02T10:00:00.000Z done j/2: 1 points",
            ])
    }

    @Test func `a step whose receiver is missing tells so, and the run goes on`() throws {
        var stage = Stage(
            try Stage.plan(
                [
                    JourneyPlan.Entry(
                        try Stage.journey(
                            """
                            kind: journey
                            name: j
                            status: live
                            entry: {event: Start}
                            steps: [{webhook: {to: gone}}, {award: {points: 1}}]
                            """), version: 1)
                ], receivers: ["crm"]))
        stage.event("Start", at: "2026-01-01")
        #expect(stage.kinds() == [.entered, .failed, .done, .completed])
        #expect(stage.decisions[1].reason == "there is no receiver gone")
        #expect(stage.effects.map(\.kind) == [.award])
    }

    @Test func `a chain of runs stops at the limit of steps and goes on a millisecond later`()
        throws
    {
        let steps = String(repeating: "  - set: {a: 1}\n", count: 200)
        var stage = try Stage(
            (0..<6).map {
                "kind: journey\nname: j\($0)\nstatus: live\nentry: {event: Start}\nsteps:\n" + steps
            })
        stage.event("Start", at: "2026-01-01")
        #expect(stage.effects.count == 1000)
        #expect(stage.decisions.last?.reason.hasPrefix("came to 1000 steps at once") == true)
        #expect(stage.automation.nextWake == time("2026-01-01T00:00:00.001Z"))
        stage.pass(until: "2026-01-02")
        #expect(stage.effects.count == 1200)
        #expect(stage.automation.runs.isEmpty)
    }

    @Test func `codes are unique, of 60 bits, and the same when decided again`() {
        let hash = SipHash(key: SipHash.Key(low: 5, high: 6))
        let codes = Set((0..<20_000).map { CouponCode.text(key: "\($0)", prefix: "", hash: hash) })
        #expect(codes.count == 20_000)
        #expect(CouponCode.text(key: "3", prefix: "", hash: hash).utf8.count == 14)
        let letters = Set(codes.joined())
        #expect(letters == Set("23456789ABCDEFGHJKLMNPQRSTUVWXYZ-"))
        #expect(
            CouponCode.text(key: "3", prefix: "A", hash: hash)
                == "A-" + CouponCode.text(key: "3", prefix: "", hash: hash))
    }
}
