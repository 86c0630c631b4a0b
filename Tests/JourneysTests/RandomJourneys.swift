import Documents
import Kernel

/// Makes definitions that are correct and otherwise arbitrary.
struct RandomJourneys {
    var random: SeededRandom
    private var stepCount = 0

    init(_ random: SeededRandom) { self.random = random }

    static let segments = ["s0", "s1", "s2"]
    static let events = ["Cart Updated", "Order Completed", "Page Seen", "Signed Up"]

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(random.next() % UInt64(range.count))
    }

    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    mutating func one<Value>(of values: [Value]) -> Value { values[number(0...values.count - 1)] }

    private mutating func span(_ hours: ClosedRange<Int>) -> DocumentNode {
        chance(20) ? .text("\(number(1...5000)) ms") : .text("\(number(hours)) hours")
    }

    private mutating func time() -> DocumentNode {
        let hour = number(0...23)
        return .text("\(hour < 10 ? "0" : "")\(hour):\(one(of: ["00", "30", "59"]))")
    }

    private mutating func match(_ correlates: Bool) -> [(String, DocumentNode)] {
        var members: [(String, DocumentNode)] = [("event", .text(one(of: Self.events)))]
        if correlates, chance(50) {
            members.append(
                (
                    "where",
                    .list([
                        .mapping([
                            ("property", .text("cart_id")), ("is", .text("entry.cart_id")),
                        ])
                    ])
                ))
        }
        return members
    }

    mutating func rules() -> DocumentNode {
        var members: [(String, DocumentNode)] = [("kind", .text("sending"))]
        let caps = (0..<number(0...4)).map { _ in
            var cap: [(String, DocumentNode)] = [
                ("atMost", .number(number(1...2))), ("within", span(10...300)),
            ]
            if chance(60) { cap.append(("channel", .text(one(of: ["email", "sms"])))) }
            if chance(40) { cap.append(("topic", .text(one(of: ["offers", "news"])))) }
            return DocumentNode.mapping(cap)
        }
        members.append(("caps", .list(caps)))
        if chance(60) {
            let from = time()
            var to = time()
            while to == from { to = time() }
            members.append(
                (
                    "quietHours",
                    .mapping([
                        ("from", from), ("to", to),
                        ("zone", .text(one(of: ["customer", "workspace", "America/New_York"]))),
                    ])
                ))
        }
        if chance(40) { members.append(("holdout", .text("30%"))) }
        members.append(("exemptTags", .list([.text("receipt")])))
        return .mapping(members)
    }

    mutating func journey(_ name: String, status: String = "live") -> DocumentNode {
        stepCount = 0
        var entry: [(String, DocumentNode)]
        switch number(0...4) {
        case 0: entry = [("segment", .text(one(of: Self.segments)))]
        case 1: entry = [("left", .text(one(of: Self.segments)))]
        case 2:
            entry = [
                (
                    "date",
                    .mapping([
                        ("attribute", .text("birthday")), ("yearly", .boolean(true)),
                        ("at", time()),
                    ])
                )
            ]
        default:
            entry = match(false)
            if chance(80) { entry.append(("per", .text("event.cart_id"))) }
        }
        if chance(85) {
            entry.append(
                (
                    "reentry",
                    chance(75) ? .text("always") : .mapping([("after", span(1...100))])
                ))
        }
        if chance(30) {
            entry.append(("if", .mapping([("notSegment", .text(one(of: Self.segments)))])))
        }
        var members: [(String, DocumentNode)] = [
            ("kind", .text("journey")), ("name", .text(name)), ("status", .text(status)),
            ("topic", .text(one(of: ["offers", "news"]))), ("priority", .number(number(0...100))),
            ("entry", .mapping(entry)),
        ]
        if chance(20) { members.append(("holdout", .text("50%"))) }
        if chance(50) {
            members.append(
                ("goal", .mapping(match(true) + [("within", span(1...400))])))
        }
        if chance(60) {
            members.append(
                (
                    "exit",
                    .list(
                        (0..<number(1...2)).map { _ in
                            chance(60)
                                ? .mapping(match(true))
                                : .mapping([("segment", .text(one(of: Self.segments)))])
                        })
                ))
        }
        if chance(50) { members.append(("edits", .text("move"))) }
        members.append(("steps", steps(depth: 0, atLeast: 1)))
        return .mapping(members)
    }

    private mutating func steps(depth: Int, atLeast: Int = 0) -> DocumentNode {
        .list((0..<number(atLeast...(depth == 0 ? 6 : 3))).map { _ in step(depth: depth) })
    }

    private mutating func step(depth: Int) -> DocumentNode {
        stepCount += 1
        var members: [(String, DocumentNode)] = [("id", .text("s\(stepCount)"))]
        switch number(0...(depth < 2 ? 13 : 10)) {
        case 0...4: members.append(("send", send()))
        case 5: members.append(("wait", span(1...60)))
        case 6:
            var until: [(String, DocumentNode)] = [("at", time())]
            if chance(50) { until.append(("weekday", .text(one(of: ["monday", "friday"])))) }
            if chance(30) { until.append(("zone", .text("workspace"))) }
            if chance(20) { until = [("prediction", .text("nextOrder")), ("before", span(1...9))] }
            members.append(("waitUntil", .mapping(until)))
        case 7: members.append(("coupon", .mapping([("percent", .number(5))])))
        case 8:
            members.append(
                (
                    "webhook",
                    .mapping([
                        ("to", .text("crm")),
                        ("data", .mapping([("a", .text("{{entry.cart_id}}{{coupon.code}}"))])),
                    ])
                ))
        case 9: members.append(("set", .mapping([("a", .number(stepCount))])))
        case 10:
            members.append(
                chance(30)
                    ? ("exit", .boolean(true)) : ("task", .mapping([("title", .text("{{name}}"))])))
        case 11:
            members.append(
                ("waitFor", .mapping(match(true) + [("atMost", span(1...100))])))
            if chance(70) { members.append(("happened", steps(depth: depth + 1))) }
            if chance(70) { members.append(("timedOut", steps(depth: depth + 1))) }
        case 12:
            members.append(
                (
                    "branch",
                    .list([
                        .mapping([
                            ("if", .mapping([("segment", .text(one(of: Self.segments)))])),
                            ("steps", steps(depth: depth + 1)),
                        ]), .mapping([("else", steps(depth: depth + 1))]),
                    ])
                ))
        default:
            members.append(
                (
                    "split",
                    .list([
                        .mapping([
                            ("name", .text("a")), ("share", .number(1)),
                            ("steps", steps(depth: depth + 1)),
                        ]), .mapping([("name", .text("b")), ("share", .number(1))]),
                    ])
                ))
        }
        return .mapping(members)
    }

    private mutating func send() -> DocumentNode {
        var members: [(String, DocumentNode)] = [
            ("channel", .text(one(of: ["email", "sms"]))), ("template", .text("t")),
        ]
        if chance(50) { members.append(("deadline", span(1...200))) }
        if chance(40) { members.append(("priority", .number(number(0...100)))) }
        if chance(30) { members.append(("at", .text("best"))) }
        if chance(10) { members.append(("tags", .list([.text("receipt")]))) }
        return .mapping(members)
    }
}
