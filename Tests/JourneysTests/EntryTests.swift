import Events
import Journeys
import Kernel
import Testing

@Suite struct EntryTests {
    private static func journey(_ entry: String, more: String = "") -> String {
        """
        kind: journey
        name: j
        status: live
        entry: \(entry)
        \(more)
        steps: [{wait: 10 days}]
        """
    }

    private static func outcomes(_ stage: Stage) -> [String] {
        stage.decisions.filter { $0.kind == .entered || $0.kind == .notEntered }
            .map { "\($0.kind.rawValue): \($0.reason)" }
    }

    @Test func `a journey is entered by an event that its conditions fit`() throws {
        var stage = try Stage([
            Self.journey("{event: Paid, where: [{property: total, atLeast: 50}]}")
        ])
        stage.event("Paid", #"{"total":49.99}"#, at: "2026-01-01")
        stage.event("Page", #"{"total":50}"#)
        #expect(stage.decisions.isEmpty && stage.automation.isEmpty)
        stage.event("Paid", #"{"total":50}"#)
        #expect(Self.outcomes(stage) == ["entered: Paid happened"])
    }

    @Test func `entering and leaving a segment are two triggers`() throws {
        var stage = try Stage([Self.journey("{left: vip, reentry: always}")])
        stage.segment("vip", at: "2026-01-01")
        #expect(stage.decisions.isEmpty)
        stage.segment("vip", entered: false)
        #expect(Self.outcomes(stage) == ["entered: left the segment vip"])
    }

    @Test(arguments: ["manual", "api"])
    func `a start is taken only by a journey that says so`(way: String) throws {
        var stage = try Stage([Self.journey("{\(way): true, reentry: always}")])
        stage.now = time("2026-01-01")
        stage.give(.start(JourneyStart(journey: "j", isByAPI: way != "api")))
        stage.give(.start(JourneyStart(journey: "j", isByAPI: way == "api")))
        stage.give(.start(JourneyStart(journey: "gone", isByAPI: true)))
        #expect(
            stage.kinds() == [.notEntered, .entered, .waited, .notEntered])
        #expect(stage.decisions[3].reason == "there is no journey gone")
    }

    @Test func `a start hands its properties to the steps and its key to the run`() throws {
        var stage = try Stage([
            """
            kind: journey
            name: j
            status: live
            entry: {api: true, per: event.order}
            steps: [{task: {title: "{{entry.order}} of {{entry.who.name}}"}}]
            """
        ])
        let properties = Array(#"{"order":7,"who":{"name":"x"},"more":1}"#.utf8)
        stage.now = time("2026-01-01")
        stage.give(.start(JourneyStart(journey: "j", properties: properties, isByAPI: true)))
        #expect(stage.effects.first?.text == #"{"title":"7 of x"}"#)
        #expect(stage.runs.values.first?.key == "7")
        stage.give(
            .start(JourneyStart(journey: "j", key: "own", properties: properties, isByAPI: true)))
        #expect(stage.runs.values.contains { $0.key == "own" })
    }

    @Test func `a condition that doesn't hold keeps out, with its reason`() throws {
        var stage = try Stage([Self.journey("{event: A, if: {notSegment: vip}}")])
        stage.segments = ["vip"]
        stage.event("A", at: "2026-01-01")
        #expect(Self.outcomes(stage) == ["notEntered: in vip"])
    }

    @Test func `who would leave at once doesn't enter`() throws {
        var stage = try Stage([Self.journey("{event: A}", more: "exit: [{segment: out}]")])
        stage.segments = ["out"]
        stage.event("A", at: "2026-01-01")
        #expect(Self.outcomes(stage) == ["notEntered: is in the segment out, which would end it"])
    }

    @Test func `re-entry is never, always or after a time since the last entry`() throws {
        let moments = ["2026-01-01", "2026-01-05", "2026-01-31T00:00:00Z"]
        for (rule, expected) in [
            ("", [true, false, false]), (", reentry: never", [true, false, false]),
            (", reentry: always", [true, false, true]),
            (", reentry: {after: 30 days}", [true, false, true]),
            (", reentry: {after: 2592000001 ms}", [true, false, false]),
        ] {
            var stage = try Stage([Self.journey("{event: A\(rule)}")])
            for moment in moments { stage.event("A", at: moment) }
            #expect(
                stage.decisions.filter { [.entered, .notEntered].contains($0.kind) }
                    .map { $0.kind == .entered } == expected, "\(rule)")
        }
    }

    @Test func `runs are apart by their key, and re-entry is by the key`() throws {
        var stage = try Stage([
            Self.journey(
                "{event: A, per: event.cart}",
                more: "exit: [{event: B, where: [{property: cart, is: entry.cart}]}]")
        ])
        stage.event("A", #"{"cart":"x"}"#, at: "2026-01-01")
        stage.event("A", #"{"cart":"y"}"#)
        stage.event("A", #"{"cart":"x"}"#)
        stage.event("A", #"{}"#)
        stage.event("B", #"{"cart":"x"}"#)
        stage.event("A", #"{"cart":"x"}"#)
        #expect(
            Self.outcomes(stage) == [
                "entered: A happened", "entered: A happened",
                "notEntered: is inside since 2026-01-01T00:00:00.000Z",
                "notEntered: A happened, without cart",
                "notEntered: has been inside, entered at 2026-01-01T00:00:00.000Z",
            ])
    }

    @Test func `of an event that arrives days late, and of history, nothing begins`() throws {
        var stage = try Stage([Self.journey("{event: A, reentry: always}")])
        stage.event("A", at: "2026-01-10", occurred: "2026-01-06T23:59:59.999Z")
        stage.event("A", flags: .history)
        #expect(Self.outcomes(stage) == ["notEntered: A happened, but 3 days ago"])
        stage.event("A", occurred: "2026-01-07")
        #expect(stage.kinds().last == .waited)
    }

    @Test func `nobody enters a draft or a paused journey`() throws {
        for status in ["draft", "paused"] {
            var stage = try Stage([
                Self.journey("{event: A, reentry: always}")
                    .replacing("status: live", with: "status: \(status)")
            ])
            stage.event("A", at: "2026-01-01")
            #expect(stage.decisions.isEmpty)
        }
    }

    @Test func `a loop between journeys ends by the limit of entries an hour`() throws {
        var stage = try Stage([
            "{kind: journey, name: j, status: live, entry: {event: A, reentry: always}, steps: [{set: {a: 1}}]}"
        ])
        for _ in 0...CustomerAutomation.entriesPerHourMax { stage.event("A", at: "2026-01-01") }
        #expect(
            stage.kinds().filter { $0 == .entered }.count == CustomerAutomation.entriesPerHourMax)
        #expect(stage.decisions.last?.reason.hasPrefix("entered 100 times within an hour") == true)
        stage.event("A", at: "2026-01-01T01:00:00Z")
        #expect(stage.decisions.last?.kind == .completed)
    }

    @Test func `one customer is in at most so many runs`() throws {
        var stage = try Stage([Self.journey("{event: A, per: event.k}")])
        for number in 0...CustomerAutomation.runsMax {
            stage.event("A", #"{"k":\#(number)}"#, at: "2026-01-01")
        }
        #expect(stage.automation.runs.count == CustomerAutomation.runsMax)
        #expect(stage.decisions.last?.reason == "is inside of 50 runs already")
    }

    @Test func `exits end a run at any moment, those of the same cart only where that is asked`()
        throws
    {
        let more = """
            exit:
              - event: Bought
                where: [{property: cart, is: entry.cart}]
              - segment: out
              - notSegment: fan
            """
        for (stimulus, reason) in [
            ("Bought 8", nil), ("Bought 7", "Bought happened"), ("+out", "entered the segment out"),
            ("-fan", "left the segment fan"), ("+other", nil),
        ] as [(String, String?)] {
            var stage = try Stage([Self.journey("{event: A}", more: more)])
            stage.segments = ["fan"]
            stage.event("A", #"{"cart":"7"}"#, at: "2026-01-01")
            switch stimulus.first {
            case "+": stage.segment(String(stimulus.dropFirst()), at: "2026-01-02")
            case "-": stage.segment(String(stimulus.dropFirst()), entered: false, at: "2026-01-02")
            default: stage.event("Bought", #"{"cart":\#(stimulus.suffix(1))}"#, at: "2026-01-02")
            }
            #expect(stage.decisions.first { $0.kind == .exited }?.reason == reason)
            #expect(stage.automation.nextWake == (reason == nil ? time("2026-01-11") : nil))
        }
    }

    @Test func `an event of long before the entry ends no run, one that is a little late does`()
        throws
    {
        for (occurred, isExit) in [("2026-01-02T23:59:59.999Z", false), ("2026-01-03", true)] {
            var stage = try Stage([Self.journey("{event: A}", more: "exit: [{event: Bought}]")])
            stage.event("A", at: "2026-01-04")
            stage.event("Bought", at: "2026-01-05", occurred: occurred)
            #expect(stage.kinds().contains(.exited) == isExit)
        }
    }
}
