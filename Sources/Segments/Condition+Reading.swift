package import Documents
import Kernel

extension Condition {
    /// Reads a condition; a list stands for `all` of its elements.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        var count = 0
        self = try Self.read(reader, depth: 0, count: &count)
    }

    /// What conditions are named by.
    private static let names = [
        "all", "any", "none", "attribute", "did", "didNot", "sum", "average", "smallest",
        "largest", "first", "last", "recency", "frequency", "monetary", "recencyQuintile",
        "frequencyQuintile", "monetaryQuintile", "lifecycle", "prediction", "consent", "engaged",
        "segment", "notSegment",
    ]

    /// What may stand beside those.
    private static let besides = Set(
        Comparison.names + [
            "where", "times", "within", "since", "name", "topic", "activeWindow",
        ])

    private static func read(
        _ reader: DocumentReader, depth: Int, count: inout Int
    ) throws(DocumentProblem) -> Condition {
        count += 1
        guard count <= countMax else { throw reader.problem("more than \(countMax) conditions") }
        if case .list = reader.node.value {
            return .all(try list(reader, depth: depth, count: &count))
        }
        var members = try reader.members()
        let present = names.filter { members.has($0) }
        guard let name = present.first else {
            var reason = "is not a condition; one begins with \(names.joined(separator: ", "))"
            for written in members.names where !besides.contains(written) {
                guard let near = nearest(to: written, among: names) else { continue }
                reason = "is not a condition: \(written) is not known; did you mean \(near)?"
            }
            throw reader.problem(reason)
        }
        guard present.count == 1 else {
            throw reader.problem(
                "is \(present.joined(separator: " and ")) at once: make each an element of a list")
        }
        let value = try members.required(name)
        let condition: Condition
        switch name {
        case "all": condition = .all(try list(value, depth: depth, count: &count))
        case "any": condition = .any(try list(value, depth: depth, count: &count))
        case "none": condition = .none(try list(value, depth: depth, count: &count))
        default: condition = try leaf(name, value, &members)
        }
        try members.end()
        return condition
    }

    private static func list(
        _ reader: DocumentReader, depth: Int, count: inout Int
    ) throws(DocumentProblem) -> [Condition] {
        guard depth < depthMax else { throw reader.problem("more than \(depthMax) levels") }
        var conditions: [Condition] = []
        for element in try reader.elementsOrSelf() {
            conditions.append(try read(element, depth: depth + 1, count: &count))
        }
        guard !conditions.isEmpty else { throw reader.problem("must hold a condition") }
        return conditions
    }

    private static func leaf(
        _ name: String, _ value: DocumentReader, _ members: inout MemberReader
    ) throws(DocumentProblem) -> Condition {
        switch name {
        case "attribute":
            let path = try PropertyPath(reading: value)
            return .attribute(path, try Comparison(reading: &members))
        case "did":
            let trace = try trace(value, &members)
            let times = try members.optional("times")?.countRange() ?? .once
            return .did(trace, times, try EventWindow(reading: &members))
        case "didNot":
            let trace = try trace(value, &members)
            return .did(trace, .never, try EventWindow(reading: &members))
        case "recency": return .recency(try RecencyTest(reading: value))
        case "frequency":
            return .frequency(
                try value.countRange(), try EventWindow(reading: &members))
        case "monetary":
            return .monetary(
                try MoneyTest(reading: value), try EventWindow(reading: &members))
        case "lifecycle":
            return .lifecycle(try LifecycleTest(reading: value, &members))
        case "prediction":
            return .prediction(try PredictionTest(reading: value, &members))
        case "consent":
            let channel = try value.choice(MessageChannel.self)
            let topic = try members.optional("topic")?.segmentName()
            let state = try members.optional("is")?.choice(ConsentTest.State.self) ?? .given
            return .consent(ConsentTest(channel, topic: topic, is: state))
        case "engaged":
            let channel = try value.choice(MessageChannel.self)
            guard !channel.engagementEvents.isEmpty else {
                throw value.problem("nothing tells of messages by \(channel.rawValue)")
            }
            return .engaged(
                EngagementTest(channel, window: try EventWindow(reading: &members)))
        case "segment": return .segment(try value.segmentName())
        case "notSegment": return .notSegment(try value.segmentName())
        default:
            if let kind = EventFigure.Kind(rawValue: name) {
                return .figure(try EventFigure(reading: value, kind, &members))
            }
            guard let figure = QuintileTest.Figure(rawValue: String(name.dropLast(8))) else {
                throw value.problem("is not a condition")
            }
            return .quintile(QuintileTest(figure: figure, fifths: try value.fifths()))
        }
    }

    /// An event's name, with the page's or screen's name and the conditions beside it.
    private static func trace(
        _ value: DocumentReader, _ members: inout MemberReader
    ) throws(DocumentProblem) -> EventTrace {
        let event = try value.eventName()
        let view = try members.viewName(of: event)
        return EventTrace(
            EventSelector(event: event, view: view),
            where: try PropertyTest.list(members.optional("where")))
    }
}

extension EventWindow {
    /// Takes `within` or `since`; neither means ever.
    init(reading members: inout MemberReader) throws(DocumentProblem) {
        let within = members.optional("within")
        let since = members.optional("since")
        switch (within, since) {
        case (nil, nil): self = .ever
        case (let span?, nil): self = .within(try span.timeSpan())
        case (nil, let moment?): self = .since(try moment.date())
        case (_?, let moment?): throw moment.problem("can't stand beside within: say one")
        }
    }
}

extension EventFigure {
    init(
        reading value: DocumentReader, _ kind: Kind, _ members: inout MemberReader
    ) throws(DocumentProblem) {
        var inner = try value.members()
        let event = try inner.required("event").eventName()
        let view = try inner.viewName(of: event)
        let path = try PropertyPath(reading: try inner.required("property"))
        let tests = try PropertyTest.list(inner.optional("where"))
        try inner.end()
        self.kind = kind
        trace = EventTrace(
            EventSelector(event: event, view: view), where: tests,
            kept: kind.isOfNumbers ? .number(path) : .text(path))
        window = try EventWindow(reading: &members)
        comparison = try Comparison(reading: &members)
        if kind.isOfNumbers {
            guard case .number(_, let limit) = comparison else {
                throw value.problem(
                    "a \(kind.rawValue) is compared by greaterThan, atLeast, lessThan or atMost")
            }
            guard limit.value.magnitude <= TraceValue.numberMax else {
                throw value.problem("is compared with a number beyond a million millions")
            }
        }
    }
}

extension RecencyTest {
    fileprivate init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        let least = members.optional("atLeast")
        let most = members.optional("lessThan")
        try members.end()
        switch (least, most) {
        case (let span?, nil): self = .atLeast(try span.timeSpan())
        case (nil, let span?): self = .lessThan(try span.timeSpan())
        default: throw reader.problem("needs one of atLeast and lessThan, such as atLeast: 30 days")
        }
    }
}

extension MoneyTest {
    fileprivate init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        self = try MoneyTest(taking: &members)
        try members.end()
    }

    /// Takes the one comparison with an amount such as `100 GBP`.
    init(taking members: inout MemberReader) throws(DocumentProblem) {
        var found: MoneyTest?
        for order in Comparison.Order.allCases {
            guard let value = members.optional(order.rawValue) else { continue }
            guard found == nil else { throw value.problem("can't stand beside another comparison") }
            found = MoneyTest(order: order, amount: try value.money())
        }
        guard let found else {
            try members.end()
            throw members.problem(
                "needs one of greaterThan, atLeast, lessThan and atMost, such as atLeast: 100 GBP")
        }
        self = found
    }
}

extension LifecycleTest {
    fileprivate init(
        reading value: DocumentReader, _ members: inout MemberReader
    ) throws(DocumentProblem) {
        var states: Set<State> = []
        for element in try value.elementsOrSelf() { states.insert(try element.choice(State.self)) }
        guard !states.isEmpty else { throw value.problem("must name a state") }
        let window = members.optional("activeWindow")
        guard let window else {
            self.init(states: states)
            return
        }
        let span = try window.timeSpan()
        guard span <= .days(3650) else { throw window.problem("must be at most 3650 days") }
        self.init(states: states, window: span)
    }
}

extension PredictionTest {
    fileprivate init(
        reading value: DocumentReader, _ members: inout MemberReader
    ) throws(DocumentProblem) {
        field = try value.choice(Field.self)
        if field.isMoney {
            test = .money(try MoneyTest(taking: &members))
            return
        }
        let comparison = try Comparison(reading: &members)
        switch (field, comparison) {
        case (.churnBand, .is(let literal)): test = .oneOf(try Self.bands([literal], value))
        case (.churnBand, .oneOf(let literals)): test = .oneOf(try Self.bands(literals, value))
        case (.churnBand, _):
            throw value.problem("a churn band is compared by is or oneOf: low, middle, high")
        case (_, .number(let order, let number)): test = .number(order, number)
        default:
            throw value.problem(
                "\(field.rawValue) is compared by greaterThan, atLeast, lessThan or atMost")
        }
    }

    private static func bands(
        _ literals: [Literal], _ reader: DocumentReader
    ) throws(DocumentProblem) -> [String] {
        let known = ["low", "middle", "high"]
        for literal in literals where !known.contains(literal.text) {
            throw reader.problem("a churn band is low, middle or high; not \(literal.text)")
        }
        return known.filter { band in literals.contains { $0.text == band } }
    }
}

extension MemberReader {
    /// Takes the name of a page or screen, which only those events have.
    fileprivate mutating func viewName(of event: String) throws(DocumentProblem) -> String? {
        guard event == EventSelector.pageEvent || event == EventSelector.screenEvent else {
            return nil
        }
        return try optional("name")?.eventName()
    }
}

extension DocumentReader {
    /// What an event is called by.
    package func eventName() throws(DocumentProblem) -> String {
        let name = try text(bytesMax: 1024)
        guard !name.isEmpty else { throw problem("must not be empty") }
        return name
    }

    /// `{atLeast: 2}`, `{atMost: 3}`, `{atLeast: 2, atMost: 3}` or `{exactly: 1}`.
    func countRange() throws(DocumentProblem) -> CountRange {
        var members = try members()
        let counts = 0...CountRange.countMax
        let least = try members.optional("atLeast")?.integer(counts)
        let most = try members.optional("atMost")?.integer(counts)
        let exactly = try members.optional("exactly")?.integer(counts)
        try members.end()
        if let exactly {
            guard least == nil, most == nil else {
                throw problem("exactly stands alone: leave atLeast and atMost out")
            }
            return CountRange(least: exactly, most: exactly)
        }
        guard least != nil || most != nil else {
            throw problem("needs atLeast, atMost or exactly, such as atLeast: 2")
        }
        guard least ?? 0 <= most ?? .max else { throw problem("atLeast is more than atMost") }
        return CountRange(least: least ?? 0, most: most)
    }

    /// `100 GBP`.
    fileprivate func money() throws(DocumentProblem) -> Money {
        let reason = "must be an amount with its currency such as 100 GBP"
        guard case .text(let text) = node.value else {
            throw problem("\(reason), not \(node.phrase)")
        }
        let parts = text.split(separator: " ")
        guard parts.count == 2, let currency = Currency(parts[1]) else {
            throw problem("\(reason), not \(text)")
        }
        do throws(DecimalText.Failure) {
            let digits = currency.minorDigits
            return Money(
                minor: try DecimalText.minor(Array(parts[0].utf8).span, digits: digits),
                currency: currency)
        } catch {
            throw problem("\(reason), not \(text)")
        }
    }

    /// `{atLeast: 4}`, `{atMost: 2}`, both, or `{exactly: 5}`.
    fileprivate func fifths() throws(DocumentProblem) -> ClosedRange<Int> {
        let range = try countRange()
        let low = max(range.least, 1)
        let high = min(range.most ?? 5, 5)
        guard range.least <= 5, (1...5).contains(range.most ?? 5), low <= high else {
            throw problem("fifths are 1 to 5, and 5 is the best")
        }
        return low...high
    }
}
