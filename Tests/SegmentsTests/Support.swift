import Customers
import Documents
import Events
import Kernel
import Segments
import Testing
import YAMLText

/// Day 0 of the tests, 2026-01-01; `day(1)` is the day after.
func day(_ count: Int, plus milliseconds: Int64 = 0) -> Timestamp {
    Timestamp(milliseconds: 1_767_225_600_000 + Int64(count) * 86_400_000 + milliseconds)
}

func condition(_ yaml: String) throws -> Condition {
    try Condition(reading: DocumentReader(DocumentNode(yaml: yaml)))
}

/// What the reader says of a definition; nil where it takes it.
func problem(_ yaml: String) -> DocumentProblem? {
    do {
        _ = try condition(yaml)
        return nil
    } catch { return error as? DocumentProblem }
}

/// One customer's facts, event by event, remembered for certain conditions.
struct Person {
    let plan: TracePlan
    var facts = CustomerFacts()
    private var profile = Profile()
    private var position: Int64 = 0

    init(_ conditions: Condition...) {
        plan = TracePlan(for: conditions)
    }

    @discardableResult
    mutating func did(
        _ name: String, _ kind: EventKind = .track, at time: Timestamp, _ properties: String = ""
    ) throws -> [UInt64] {
        position += 1
        var draft = EventDraft(kind: kind, occurredAt: time, messageID: "m\(position)")
        draft.name = name
        draft.properties = Array(properties.utf8)
        var builder = EventBlockBuilder()
        builder.append(draft)
        let block = try EventBlock(decoding: builder.takeBytes().bytes)
        profile.apply(block.frames[0], in: block, position: position, localHour: nil)
        facts.attributes = profile.attributes
        return facts.behaviours.apply(
            block.frames[0], in: block, position: position, plan: plan)
    }

    mutating func traits(_ traits: String, at time: Timestamp = day(0)) throws {
        try did("", .identify, at: time, traits)
    }

    mutating func ordered(_ key: Int64 = 1, at time: Timestamp, _ amount: String = "10 GBP") throws
    {
        let parts = amount.split(separator: " ")
        let currency = try #require(Currency(parts[1]))
        let minor = try DecimalText.minor(
            Array(parts[0].utf8).span, digits: currency.minorDigits)
        facts.behaviours.setOrder(
            OrderLedger.Entry(
                key: key, orderedAt: time, total: Money(minor: minor, currency: currency)))
    }

    func holds(_ condition: Condition, at now: Timestamp) -> Bool {
        condition.evaluate(facts, now: now).holds
    }

    func next(_ condition: Condition, at now: Timestamp) -> Timestamp? {
        condition.evaluate(facts, now: now).nextChange
    }
}

extension QuintileEdges {
    /// Fifths that end after the days, orders and hundreds of pounds 1, 2, 3 and 4.
    static let steps = QuintileEdges(
        asOf: day(0), version: 1, lastOrderAt: (1...4).map { day($0) }, orders: [1, 2, 3, 4],
        revenueMinor: Currency("GBP").map { [$0: [10_000, 20_000, 30_000, 40_000]] } ?? [:])
}
