import Documents
import Journeys
import Kernel
import Testing
import YAMLText

@Suite struct ReadingTests {
    /// The problem of a journey, as people are told it.
    private static func problem(_ yaml: String) -> String? {
        do throws(DocumentProblem) {
            _ = try Journey(reading: DocumentReader(try DocumentNode(yaml: yaml)))
            return nil
        } catch {
            return "\(error.path): \(error.reason)"
        }
    }

    private static func step(_ step: String) -> String {
        "{kind: journey, name: j, entry: {event: A}, steps: [\(step)]}"
    }

    @Test(arguments: [
        ("{send: {channel: email}}", "steps[0].send: template is missing"),
        (
            "{send: {channel: E-mail, template: t}}",
            "steps[0].send.channel: must be 1 to 64 of a-z, 0-9 and -, beginning with a letter; not E-mail"
        ),
        (
            "{send: {channel: email, template: t, deadline: 91 days}}",
            "steps[0].send.deadline: must be at most 90 days"
        ),
        (
            "{send: {channel: email, template: t, priority: 101}}",
            "steps[0].send.priority: must be a whole number from 0 to 100"
        ),
        (
            "{send: {channel: email, template: t, at: noon}}",
            "steps[0].send.at: must be one of now, best; not noon"
        ),
        (
            "{send: {channel: email, template: t, data: {a: '{{b'}}}",
            "steps[0].send.data.a: has a {{ without its }}"
        ),
        (
            "{wait: soon}",
            "steps[0].wait: must be a length of time such as 30 days or 12 hours, not soon (months and years have no fixed length: say 30 days, 365 days)"
        ),
        (
            "{waitUntil: {at: '24:00'}}",
            "steps[0].waitUntil.at: must be a time of day such as 09:00, from 00:00 to 23:59"
        ),
        (
            "{waitUntil: {at: '09:00', weekday: tues}}",
            "steps[0].waitUntil.weekday: must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday; not tues"
        ),
        (
            "{waitUntil: {prediction: nextorder}}",
            "steps[0].waitUntil.prediction: must be one of nextOrder; not nextorder"
        ),
        (
            "{waitUntil: {prediction: nextOrder, before: 1 days, at: '09:00'}}",
            "steps[0].waitUntil.at: is not known here; known are before, prediction"
        ),
        ("{waitFor: {event: B}}", "steps[0].waitFor: atMost is missing"),
        (
            "{waitFor: {event: B, atMost: 1 days}, happend: []}",
            "steps[0].happend: is not known here; did you mean happened?"
        ),
        ("{branch: []}", "steps[0].branch: must have 1 to 20 arms"),
        (
            "{branch: [{else: []}, {if: {segment: a}, steps: []}]}",
            "steps[0].branch[0].else: must be the last arm: none after it could be taken"
        ),
        ("{branch: [{if: {segment: a}}]}", "steps[0].branch[0]: steps is missing"),
        ("{split: [{name: a, share: 1}]}", "steps[0].split: must have 2 to 20 parts"),
        (
            "{split: [{name: a, share: 0}, {name: b, share: 0}]}",
            "steps[0].split: must have a share above 0"
        ),
        (
            "{split: [{name: a, share: 1}, {name: a, share: 1}]}",
            "steps[0].split[1].name: is the name of another part too"
        ),
        ("{coupon: {}}", "steps[0].coupon: must have one of percent, amount, promotion"),
        (
            "{coupon: {percent: 5, amount: 5 GBP}}",
            "steps[0].coupon: must have one of percent, amount, promotion"
        ),
        ("{coupon: {amount: 5 pounds}}", "steps[0].coupon.amount: must be an amount such as 5 GBP"),
        ("{coupon: {amount: -5 GBP}}", "steps[0].coupon.amount: must be an amount such as 5 GBP"),
        (
            "{coupon: {percent: 5, prefix: back}}",
            "steps[0].coupon.prefix: must be at most 12 of A-Z and 0-9"
        ),
        ("{task: {title: '{{}}'}}", "steps[0].task.title: has {{}} without a name"),
        (
            "{task: {title: '{{coupon.cod}}'}}",
            "steps[0].task.title: {{coupon.cod}}: of a coupon there is coupon.code and coupon.expires"
        ),
        ("{set: {}}", "steps[0].set: must name the traits to set: {winBackTried: true}"),
        ("{webhook: {data: {}}}", "steps[0].webhook: to is missing"),
        (
            "{award: {points: 0}}",
            "steps[0].award.points: must be a whole number from 1 to 1000000000"
        ),
        ("{exit: false}", "steps[0].exit: must be true"),
        ("{exit: true, wait: 1 days}", "steps[0]: is several steps in one: exit, wait"),
        (
            "{sent: {}}",
            "steps[0]: is no step: needs one of wait, waitUntil, waitFor, branch, split, send, coupon, task, set, webhook, award, exit"
        ),
        (
            "{id: Mail 1, exit: true}",
            "steps[0].id: must be 1 to 64 of a-z, 0-9 and -, beginning with a letter; not Mail 1"
        ),
        ("{id: a, exit: true}, {id: a, exit: true}", "steps[1].id: is the id of another step too"),
    ])
    func `a step that can't be taken says where and why`(step: String, expected: String) {
        #expect(Self.problem(Self.step(step)) == expected)
    }

    @Test(arguments: [
        ("{name: j, steps: []}", ": entry is missing"),
        ("{entry: {event: A}, steps: []}", ": name is missing"),
        (
            "{name: j, kind: segment, entry: {event: A}, steps: []}",
            "kind: must be journey, not segment"
        ),
        ("{name: j, entry: {event: A}}", ": steps is missing"),
        (
            "{name: j, entry: {}, steps: []}",
            "entry: needs one of event, segment, left, date, manual, api, any"
        ),
        (
            "{name: j, entry: {event: A, segment: b}, steps: []}",
            "entry: has several triggers: write them as a list under any"
        ),
        ("{name: j, entry: [], steps: []}", "entry: must have 1 to 20 triggers"),
        (
            "{name: j, entry: {event: A, per: cart}, steps: []}",
            "entry.per: must be a property of the event such as event.cart_id"
        ),
        (
            "{name: j, entry: {event: A, reentry: sometimes}, steps: []}",
            "entry.reentry: must be never, always or {after: 90 days}"
        ),
        (
            "{name: j, entry: {event: A, where: [{property: a, is: entry.b}]}, steps: []}",
            "entry.where[0].is: there is no entry to compare with here"
        ),
        (
            "{name: j, entry: {date: {attribute: a, before: 36 hours}}, steps: []}",
            "entry.date.before: must be whole days, at most 365"
        ),
        (
            "{name: j, entry: {date: {attribute: a, before: 1 days, after: 1 days}}, steps: []}",
            "entry.date: must not have both before and after"
        ),
        (
            "{name: j, entry: {event: A}, holdout: 101%, steps: []}",
            "holdout: must be a share such as 10%, from 0% to 100%; not 101%"
        ),
        (
            "{name: j, entry: {event: A}, holdout: 0.1, steps: []}",
            "holdout: must be a share such as 10%, from 0% to 100%; not 0.1"
        ),
        ("{name: j, entry: {event: A}, goal: {event: B}, steps: []}", "goal: within is missing"),
        (
            "{name: j, entry: {event: A}, status: on, steps: []}",
            "status: must be one of draft, live, paused; not on"
        ),
        (
            "{name: j, entry: {event: A}, edits: move, steps: [{exit: true}]}",
            "steps[0]: needs an id, since edits: move goes by the steps' ids"
        ),
        (
            "{name: j, entry: {event: A}, prioritty: 5, steps: []}",
            "prioritty: is not known here; did you mean priority?"
        ),
    ])
    func `a journey that can't be taken says where and why`(yaml: String, expected: String) {
        #expect(Self.problem(yaml) == expected)
    }

    @Test func `steps, levels and sizes have limits`() {
        func steps(_ count: Int) -> String {
            Self.step(Array(repeating: "{wait: 1 days}", count: count).joined(separator: ","))
        }
        #expect(Self.problem(steps(200)) == nil)
        #expect(Self.problem(steps(201)) == "steps[200]: must be at most 200 steps in all")
        func nested(_ levels: Int) -> String {
            var step = "{exit: true}"
            for _ in 0..<levels { step = "{branch: [{else: [\(step)]}]}" }
            return Self.step(step)
        }
        #expect(Self.problem(nested(8)) == nil)
        #expect(
            Self.problem(nested(9))?.hasSuffix("must have at most 8 levels of steps in steps")
                == true)
        func titled(_ count: Int) -> String {
            "{name: j, title: \(String(repeating: "x", count: count)), entry: {event: A}, steps: []}"
        }
        #expect(Self.problem(titled(200)) == nil)
        #expect(Self.problem(titled(201)) == "title: must have 1 to 200 bytes")
        func text(_ count: Int) -> String {
            Self.step("{task: {title: \(String(repeating: "x", count: count))}}")
        }
        #expect(Self.problem(text(Template.bytesMax)) == nil)
        #expect(
            Self.problem(text(Template.bytesMax + 1))
                == "steps[0].task.title: must have at most 4096 bytes")
    }

    @Test func `each step goes on to a higher number, arms to what follows them`() throws {
        let journey = try Stage.journey(
            """
            name: j
            entry: {event: A}
            steps:
              - branch:
                  - if: {segment: a}
                    steps: [{wait: 1 days}, {split: [{name: x, share: 1, steps: [{wait: 1 days}]}, {name: y, share: 1}]}]
                  - else: [{wait: 2 days}]
              - waitFor: {event: B, atMost: 1 days}
                timedOut: [{id: late, award: {points: 1}}]
            """)
        #expect(
            journey.steps.map { "\($0.id) \($0.kind) > \($0.next)" } == [
                "1 branch > 5", "1.1.1 wait > 2", "1.1.2 split > 5", "1.1.2.x.1 wait > 5",
                "1.else.1 wait > 5", "2 waitFor > 7", "late award > 7",
            ])
        #expect(journey.steps.map(\.parent) == [nil, 0, 0, 2, 0, nil, 5])
        guard case .waitFor(_, _, let happened, let timedOut) = journey.steps[5].action,
            case .branch(let arms, let otherwise) = journey.steps[0].action,
            case .split(let parts) = journey.steps[2].action
        else {
            Issue.record("other steps than written")
            return
        }
        #expect([happened, timedOut, arms[0].first, otherwise] == [7, 6, 1, 4])
        #expect(parts.map(\.first) == [3, 5])
    }

    @Test func `random journeys only go forward, and read again are the same`() throws {
        for seed in 1...300 as ClosedRange<UInt64> {
            var maker = RandomJourneys(SeededRandom(seed: seed))
            let journey = try Journey(reading: DocumentReader(maker.journey("j")))
            for (number, step) in journey.steps.enumerated() {
                var targets = [step.next]
                switch step.action {
                case .waitFor(_, _, let happened, let timedOut): targets += [happened, timedOut]
                case .branch(let arms, let otherwise): targets += arms.map(\.first) + [otherwise]
                case .split(let parts): targets += parts.map(\.first)
                default: break
                }
                #expect(targets.allSatisfy { $0 > number && $0 <= journey.steps.count })
            }
            let text = try journey.document.yaml()
            #expect(try Journey(reading: DocumentReader(DocumentNode(yaml: text))) == journey)
        }
    }

    @Test(arguments: [
        (
            "{caps: [{atMost: 0, within: 1 days}]}",
            "caps[0].atMost: must be a whole number from 1 to 100"
        ),
        ("{caps: [{atMost: 1, within: 401 days}]}", "caps[0].within: must be at most 400 days"),
        ("{caps: [{atMost: 1}]}", "caps[0]: within is missing"),
        (
            #"{quietHours: {from: "08:00", to: "08:00"}}"#,
            "quietHours: must not begin and end at the same time: nothing would be sent"
        ),
        ("{kind: journey}", "kind: must be sending, not journey"),
        ("{cap: []}", "cap: is not known here; did you mean caps?"),
    ])
    func `sending rules that can't be taken say where and why`(yaml: String, expected: String)
        throws
    {
        let node = try DocumentNode(yaml: yaml)
        do throws(DocumentProblem) {
            _ = try SendingRules(reading: DocumentReader(node))
            Issue.record("it was taken")
        } catch {
            #expect("\(error.path): \(error.reason)" == expected)
        }
    }
}
