package import Documents
import Kernel

extension Condition {
    /// The condition as a person would write it; reading it again gives the same.
    package var document: DocumentNode {
        switch self {
        case .all(let parts): .mapping([("all", .list(parts.map(\.document)))])
        case .any(let parts): .mapping([("any", .list(parts.map(\.document)))])
        case .none(let parts): .mapping([("none", .list(parts.map(\.document)))])
        case .attribute(let path, let comparison):
            .mapping([("attribute", .text(path.description)), comparison.member])
        case .did(let trace, let times, let window): Self.document(trace, times, window)
        case .figure(let figure): figure.document
        case .recency(.atLeast(let span)): Self.nested("recency", "atLeast", .text("\(span)"))
        case .recency(.lessThan(let span)): Self.nested("recency", "lessThan", .text("\(span)"))
        case .frequency(let range, let window):
            .mapping([("frequency", range.document)] + window.members)
        case .monetary(let test, let window):
            .mapping([("monetary", .mapping([test.member]))] + window.members)
        case .quintile(let test):
            .mapping([
                (
                    test.figure.rawValue + "Quintile",
                    CountRange(least: test.fifths.lowerBound, most: test.fifths.upperBound)
                        .document
                )
            ])
        case .lifecycle(let test): test.document
        case .prediction(let test):
            .mapping([("prediction", .text(test.field.rawValue)), test.member])
        case .consent(let test): test.document
        case .engaged(let test):
            .mapping([("engaged", .text(test.channel.rawValue))] + test.window.members)
        case .segment(let name): .mapping([("segment", .text(name))])
        case .notSegment(let name): .mapping([("notSegment", .text(name))])
        }
    }

    private static func nested(
        _ outer: String, _ inner: String, _ value: DocumentNode
    ) -> DocumentNode {
        .mapping([(outer, .mapping([(inner, value)]))])
    }

    private static func document(
        _ trace: EventTrace, _ times: CountRange, _ window: EventWindow
    ) -> DocumentNode {
        let name = DocumentNode.text(trace.selector.event)
        var members = [(times == .never ? "didNot" : "did", name)]
        members += trace.members
        if times != .never, times != .once { members.append(("times", times.document)) }
        return .mapping(members + window.members)
    }
}

extension EventTrace {
    /// What is said beside the event's name.
    fileprivate var members: [(String, DocumentNode)] {
        var members: [(String, DocumentNode)] = []
        if let view = selector.viewName { members.append(("name", .text(view))) }
        if !tests.isEmpty { members.append(("where", .list(tests.map(\.document)))) }
        return members
    }
}

extension EventFigure {
    fileprivate var document: DocumentNode {
        var inner: [(String, DocumentNode)] = [("event", .text(trace.selector.event))]
        if let path { inner.append(("property", .text(path.description))) }
        inner += trace.members
        return .mapping([(kind.rawValue, .mapping(inner))] + window.members + [comparison.member])
    }

    /// The property that the figure is made of.
    package var path: PropertyPath? {
        switch trace.kept {
        case .number(let path), .text(let path): path
        case .nothing: nil
        }
    }
}

extension EventWindow {
    fileprivate var members: [(String, DocumentNode)] {
        switch self {
        case .ever: []
        case .within(let span): [("within", .text(span.description))]
        case .since(let moment): [("since", .text(moment.shortest))]
        }
    }
}

extension CountRange {
    fileprivate var document: DocumentNode {
        if let most, most == least { return .mapping([("exactly", .number(least))]) }
        var members: [(String, DocumentNode)] = []
        if least > 0 || most == nil { members.append(("atLeast", .number(least))) }
        if let most { members.append(("atMost", .number(most))) }
        return .mapping(members)
    }
}

extension MoneyTest {
    fileprivate var member: (String, DocumentNode) {
        (order.rawValue, .text(amount.description))
    }
}

extension LifecycleTest {
    fileprivate var document: DocumentNode {
        var members: [(String, DocumentNode)] = [
            ("lifecycle", .list(states.map { .text($0.rawValue) }))
        ]
        if window != Self.windowDefault {
            members.append(("activeWindow", .text(window.description)))
        }
        return .mapping(members)
    }
}

extension PredictionTest {
    fileprivate var member: (String, DocumentNode) {
        switch test {
        case .number(let order, let number): (order.rawValue, number.document)
        case .money(let test): test.member
        case .oneOf(let bands): ("oneOf", .list(bands.map { .text($0) }))
        }
    }
}

extension ConsentTest {
    fileprivate var document: DocumentNode {
        var members: [(String, DocumentNode)] = [("consent", .text(channel.rawValue))]
        if let topic { members.append(("topic", .text(topic))) }
        if state != .given { members.append(("is", .text(state.rawValue))) }
        return .mapping(members)
    }
}
