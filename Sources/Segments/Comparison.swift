package import Documents
package import Kernel

/// What a value must be like: of several values at a path, any of them must.
package enum Comparison: Hashable, Sendable {
    case `is`(Literal)
    /// The opposite of `is`; so it also holds where there is no value.
    case isNot(Literal)
    case oneOf([Literal])
    /// The opposite of `oneOf`.
    case noneOf([Literal])
    /// Is the literal, or there is no value.
    case missingOr(Literal)
    /// Of texts only; case matters.
    case contains(String)
    case startsWith(String)
    case number(Order, NumberLiteral)
    case exists(Bool)
    /// Of dates: RFC 3339, or a day alone, which is its midnight in UTC.
    case before(Timestamp)
    case after(Timestamp)
    /// Now − span < value ≤ now.
    case withinLast(TimeSpan)
    /// Now < value ≤ now + span.
    case withinNext(TimeSpan)
    /// A day of the year: from the span before it begins until it is over, each year, in UTC. The 29th of
    /// February is kept on the 28th where there is none.
    case anniversaryWithinNext(TimeSpan)

    /// How two numbers lie to one another.
    package enum Order: String, Hashable, Sendable, CaseIterable {
        case greaterThan
        case atLeast
        case lessThan
        case atMost

        func holds<Value: Comparable>(_ value: Value, _ limit: Value) -> Bool {
            switch self {
            case .greaterThan: value > limit
            case .atLeast: value >= limit
            case .lessThan: value < limit
            case .atMost: value <= limit
            }
        }

        /// `more than`, for people.
        package var words: String {
            switch self {
            case .greaterThan: "more than"
            case .atLeast: "at least"
            case .lessThan: "less than"
            case .atMost: "at most"
            }
        }
    }

    /// Whether time alone can change the answer.
    package var dependsOnTime: Bool {
        switch self {
        case .withinLast, .withinNext, .anniversaryWithinNext: true
        default: false
        }
    }

    package static let literalsMax = 1000
}

/// A number with its exact text.
package struct NumberLiteral: Hashable, Sendable {
    package let text: String
    package let value: Double

    package init?(_ text: String) {
        guard let value = NumberText.double(text.utf8.span) else { return nil }
        self.text = text
        self.value = value
    }

    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        guard let number = NumberLiteral(try reader.number()) else {
            throw reader.problem("is beyond the numbers that can be compared")
        }
        self = number
    }

    package var document: DocumentNode { DocumentNode(.number(text)) }
}

extension Comparison {
    /// The names that a comparison is written with.
    package static let names =
        [
            "is", "isNot", "oneOf", "noneOf", "missingOr", "contains", "startsWith", "exists",
            "before", "after", "withinLast", "withinNext", "anniversaryWithinNext",
        ] + Order.allCases.map(\.rawValue)

    /// Takes the one comparison among a condition's members.
    ///
    /// - Throws: Where there is none or several, or its value can't be compared with.
    package init(reading members: inout MemberReader) throws(DocumentProblem) {
        let present = Self.names.filter { members.has($0) }
        // Asked for, so that a misspelt name is told which were meant.
        for name in Self.names where !present.contains(name) { _ = members.optional(name) }
        guard let name = present.first else {
            try members.end()
            throw members.problem(
                "needs a comparison: one of \(Self.names.joined(separator: ", "))")
        }
        guard present.count == 1 else {
            throw members.problem(
                "has \(present.joined(separator: " and ")): say one, and the other in a condition "
                    + "of its own")
        }
        self = try Self.read(name, try members.required(name))
    }

    private static func read(
        _ name: String, _ reader: DocumentReader
    ) throws(DocumentProblem) -> Comparison {
        switch name {
        case "is": return .is(try Literal(reading: reader))
        case "isNot": return .isNot(try Literal(reading: reader))
        case "missingOr": return .missingOr(try Literal(reading: reader))
        case "oneOf": return .oneOf(try literals(reader))
        case "noneOf": return .noneOf(try literals(reader))
        case "contains": return .contains(try part(reader))
        case "startsWith": return .startsWith(try part(reader))
        case "exists": return .exists(try reader.boolean())
        case "before": return .before(try reader.date())
        case "after": return .after(try reader.date())
        case "withinLast": return .withinLast(try reader.timeSpan())
        case "withinNext": return .withinNext(try reader.timeSpan())
        case "anniversaryWithinNext":
            let span = try reader.timeSpan()
            guard span <= .days(365) else { throw reader.problem("must be at most 365 days") }
            return .anniversaryWithinNext(span)
        default:
            guard let order = Order(rawValue: name) else {
                throw reader.problem("is not a comparison")
            }
            return .number(order, try NumberLiteral(reading: reader))
        }
    }

    private static func literals(
        _ reader: DocumentReader
    ) throws(DocumentProblem) -> [Literal] {
        var literals: [Literal] = []
        for element in try reader.elements() { literals.append(try Literal(reading: element)) }
        guard !literals.isEmpty else { throw reader.problem("must name at least one value") }
        guard literals.count <= literalsMax else {
            throw reader.problem("must name at most \(literalsMax) values")
        }
        return literals
    }

    private static func part(_ reader: DocumentReader) throws(DocumentProblem) -> String {
        let text = try reader.text()
        guard !text.isEmpty else { throw reader.problem("must not be empty") }
        return text
    }

    /// The member that `init(reading:)` reads.
    package var member: (String, DocumentNode) {
        switch self {
        case .is(let literal): ("is", literal.document)
        case .isNot(let literal): ("isNot", literal.document)
        case .missingOr(let literal): ("missingOr", literal.document)
        case .oneOf(let literals): ("oneOf", .list(literals.map(\.document)))
        case .noneOf(let literals): ("noneOf", .list(literals.map(\.document)))
        case .contains(let text): ("contains", .text(text))
        case .startsWith(let text): ("startsWith", .text(text))
        case .number(let order, let number): (order.rawValue, number.document)
        case .exists(let exists): ("exists", .boolean(exists))
        case .before(let time): ("before", .text(time.shortest))
        case .after(let time): ("after", .text(time.shortest))
        case .withinLast(let span): ("withinLast", .text(span.description))
        case .withinNext(let span): ("withinNext", .text(span.description))
        case .anniversaryWithinNext(let span): ("anniversaryWithinNext", .text(span.description))
        }
    }
}

extension Timestamp {
    /// The day alone where it is a midnight in UTC, else RFC 3339.
    var shortest: String {
        milliseconds % 86_400_000 == 0 ? String(rfc3339.prefix(10)) : rfc3339
    }
}

extension DocumentReader {
    /// A day, which is its midnight in UTC, or an instant.
    func date() throws(DocumentProblem) -> Timestamp {
        let text = try text()
        guard let date = DateText.timestamp(text.utf8.span) else {
            throw problem(
                "must be a day such as 2026-01-31 or an instant such as 2026-01-31T09:00:00Z; "
                    + "not \(text)")
        }
        return date
    }
}
