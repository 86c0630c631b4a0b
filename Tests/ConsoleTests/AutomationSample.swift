import Console
import Documents
import Experiments
import JSONParsing
import Kernel

/// Segments, journeys, tasks and an outbox with hostile names in every place where text from outside is shown.
enum AutomationSample {
    static let segment = "at-risk"
    static let journey = "win-back"
    static let step = "second-mail"
    static let hostile = SampleData.hostile
    static let combining = SampleData.combining

    static func person(_ number: Int) -> PersonRow {
        PersonRow(
            customer: ID(rawValue: SampleData.customer.rawValue + Int64(number)),
            label: number % 2 == 0 ? hostile : combining, email: "c\(number)@example.test",
            since: SampleData.asOf, reason: hostile)
    }

    static func segments() -> [SegmentRow] {
        [
            SegmentRow(
                name: segment, title: hostile, description: combining, size: 412, customers: 4383,
                trend: [400, 405, 412], version: 3, appliedAt: SampleData.asOf),
            SegmentRow(name: "vip", title: "", state: .filling(0.4), size: 0),
            SegmentRow(name: "old", title: combining, state: .retired, size: 1, trend: [2]),
        ]
    }

    static func segmentPage(members: SegmentMembersPage) -> SegmentPageData {
        let today = ZoneRules.utc.day(of: SampleData.asOf).daysSinceEpoch
        return SegmentPageData(
            row: segments()[0],
            words: [DefinitionLine("All of", depth: 0), DefinitionLine(hostile, depth: 9)],
            yaml: yaml,
            sizes: (0..<5).map {
                .init(day: CalendarDay(daysSinceEpoch: today - 4 + $0), size: 400 + $0)
            }, members: members,
            overlaps: [.init(name: "vip", title: combining, size: 100, shared: 50)],
            usedBy: [
                DefinitionLink(.journey, name: journey, title: hostile),
                DefinitionLink(.segment, name: "vip", title: ""),
            ], revision: "7&8")
    }

    /// JSON is YAML too; so tests need no YAML reader.
    static var yaml: String { write(form) }

    static let form = DocumentNode.mapping([
        ("kind", .text("segment")), ("name", .text(segment)), ("title", .text(hostile)),
        (
            "where",
            .list([
                .mapping([("did", .text("Order Completed")), ("within", .text("60 days"))]),
                .mapping([("attribute", .text("country")), ("is", .text(combining))]),
            ])
        ),
    ])

    static func write(_ node: DocumentNode) -> String {
        String(decoding: node.json, as: UTF8.self)
    }

    static func read(_ text: String) throws(DocumentProblem) -> DocumentNode {
        do throws(JSONError) {
            return try DocumentNode(json: Array(text.utf8).span)
        } catch {
            throw DocumentProblem(
                path: "where", place: .init(line: 3, column: 5), reason: "is broken \(hostile)")
        }
    }

    static func lift(_ treated: Int, _ heldOut: Int) -> JourneyLift? {
        Lift(
            treated: TrialArm(
                people: 9000, conversions: treated, revenueMinor: 4_000_000, revenueSquares: 4e10),
            heldOut: TrialArm(
                people: 1000, conversions: heldOut, revenueMinor: 300_000, revenueSquares: 3e9)
        ).map {
            JourneyLift($0, currency: Currency("GBP"), costMinor: 50_000, peoplePerWeek: 300)
        }
    }

    static func journeys(_ state: JourneyRow.State = .live) -> [JourneyRow] {
        [
            JourneyRow(
                name: journey, title: hostile, description: combining, state: state, version: 2,
                inside: 31, entered: 9990, goalRate: 0.31, lift: lift(1800, 100), trend: [1, 5, 3]),
            JourneyRow(
                name: "birthday", title: "", state: .paused, inside: 0, entered: 0,
                lift: lift(412, 31)),
            JourneyRow(name: "draft", title: combining, state: .draft),
        ]
    }

    static func journeyPage(_ state: JourneyRow.State = .live) -> JourneyPageData {
        let last = JourneyStepRow(
            id: step, kind: .send, words: hostile, there: 3, passed: 20,
            leavings: [.init(combining, people: 4), .init(hostile, people: 2)])
        let kinds = JourneyStepRow.Kind.allCases.map { kind in
            JourneyStepRow(
                id: "step-\(kind.rawValue)", kind: kind, words: combining, there: 0, passed: 1)
        }
        return JourneyPageData(
            row: journeys(state)[0], entries: [hostile], rules: [combining],
            steps: kinds + [
                JourneyStepRow(
                    id: "worth", kind: .branch, words: "Worth a call?", passed: 29,
                    lanes: [
                        .init(label: hostile, taken: 20, steps: [last]),
                        .init(label: combining, taken: 9, steps: []),
                    ])
            ], refused: [.init(hostile, people: 17)], yaml: hostile, appliedAt: SampleData.asOf,
            decisions: decisions(), revision: "7&8",
            past: CalendarDay(daysSinceEpoch: 19_990)...CalendarDay(daysSinceEpoch: 20_000))
    }

    static func decisions(next: String? = "older&1") -> DecisionPage {
        DecisionPage(
            decisions: DecisionRow.Kind.allCases.map { kind in
                DecisionRow(
                    kind: kind, customer: kind == .exited ? nil : SampleData.customer,
                    label: "Label of \(hostile)", journey: journey, step: step, words: combining,
                    reason: hostile, at: SampleData.asOf)
            }, next: next)
    }

    static func past(_ query: PastQuery) -> JourneyPast {
        let last = CalendarDay(daysSinceEpoch: 20_000)
        return JourneyPast(
            row: journeys()[0], from: query.from ?? CalendarDay(daysSinceEpoch: 19_990),
            to: query.to ?? last, customers: 4000, entered: 6469, heldOut: 872, inside: 306,
            messages: 10_532,
            steps: [
                .init(
                    kind: .send, words: hostile, depth: 9, done: 5573, heldOut: 870, there: 3,
                    others: [.init(hostile, people: 12)], delays: [.init(combining, people: 7)],
                    ways: [.init(hostile, people: 4)])
            ], refused: [.init(hostile, people: 2256)],
            weeks: [
                .init(first: CalendarDay(daysSinceEpoch: 19_988), messages: 40, others: 2),
                .init(first: CalendarDay(daysSinceEpoch: 19_995), messages: 0, others: 0),
            ], decisions: decisions().decisions, decisionCount: 56_315, notes: [hostile],
            milliseconds: 812)
    }

    static func tasks() -> [TaskRow] {
        [
            TaskRow(
                task: "task-1", title: hostile, owner: combining, customer: SampleData.customer,
                customerLabel: hostile, journey: journey, journeyTitle: combining,
                reason: hostile, dueAt: SampleData.asOf, isOverdue: true),
            TaskRow(
                task: "a/b", title: combining, customer: nil, customerLabel: hostile, dueAt: nil),
            TaskRow(
                task: "task-3", title: combining, customer: nil, customerLabel: hostile,
                dueAt: nil, doneAt: SampleData.asOf, doneBy: hostile),
        ]
    }

    static func outbox(next: String? = nil) -> OutboxPage {
        OutboxPage(
            letters: LetterRow.State.allCases.map { state in
                LetterRow(
                    letter: "letter-\(state.rawValue)", kind: .webhook, state: state,
                    customer: state == .done ? nil : SampleData.customer, customerLabel: hostile,
                    journey: state == .done ? "" : journey, journeyTitle: combining, step: step,
                    words: hostile, payload: "{\"a\": \"\(combining)\"}", receiver: "crm",
                    createdAt: SampleData.asOf, dueAt: state == .dead ? nil : SampleData.asOf,
                    attempts: 3, lastError: state == .dead ? hostile : "")
            }, counts: [.dead: 1, .done: 12],
            receivers: [
                ReceiverRow(name: "crm", url: hostile, waiting: 3, dead: 1, lastError: combining),
                ReceiverRow(
                    name: "gone", url: combining, isDisabled: true,
                    lastDeliveredAt: SampleData.asOf),
            ], next: next)
    }

    static func memberships() -> [MembershipRow] {
        [
            MembershipRow(
                name: segment, title: hostile, since: SampleData.asOf, reason: combining),
            MembershipRow(name: "vip", title: "", reason: hostile),
        ]
    }

    static func runs() -> [RunRow] {
        [
            RunRow(
                journey: journey, title: hostile, key: combining, standing: hostile,
                enteredAt: SampleData.asOf, reason: combining),
            RunRow(
                journey: journey, title: "", standing: combining, isHeldOut: true,
                enteredAt: SampleData.asOf, endedAt: SampleData.asOf, reason: hostile),
        ]
    }
}
