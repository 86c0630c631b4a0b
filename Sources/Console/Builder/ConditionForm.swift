import Documents

/// One condition of a segment as the builder's fields hold it.
struct ConditionForm: Equatable, Sendable {
    /// The raw value is what the definition says; `quintile` stands for three.
    enum Kind: String, CaseIterable, Sendable {
        case attribute
        case did
        case didNot
        case recency
        case frequency
        case monetary
        case quintile
        case lifecycle
        case prediction
        case consent
        case engaged
        case segment
        case notSegment
    }

    /// What a condition is about.
    enum Subject: Equatable, Sendable {
        case none
        /// Any text; the lists of hints offer some.
        case event
        case attribute
        case segment
        case choice([String])
    }

    /// Which fields a kind of condition has.
    struct Shape: Sendable {
        var subject = Subject.none
        var comparisons: [String] = []
        var hasValue = false
        var hasWindow = false
    }

    var kind = Kind.attribute
    var subject = ""
    var comparison = ""
    var value = ""
    var within = ""

    private static let orders = ["greaterThan", "atLeast", "lessThan", "atMost"]
    private static let counts = ["atLeast", "atMost", "exactly"]
    private static let quintiles = ["recencyQuintile", "frequencyQuintile", "monetaryQuintile"]
    private static let predictions = [
        "churnProbability", "probabilityAlive", "expectedOrders90", "expectedOrders365",
        "expectedSpend90", "expectedSpend365", "daysToNextOrder", "churnBand",
    ]
    private static let channels = ["email", "sms", "push"]

    static func shape(_ kind: Kind) -> Shape {
        switch kind {
        case .attribute:
            Shape(
                subject: .attribute,
                comparisons: [
                    "is", "isNot", "oneOf", "noneOf", "contains", "startsWith",
                ] + orders + [
                    "before", "after", "withinLast", "withinNext", "anniversaryWithinNext",
                    "exists",
                ], hasValue: true)
        case .did: Shape(subject: .event, comparisons: counts, hasValue: true, hasWindow: true)
        case .didNot: Shape(subject: .event, hasWindow: true)
        case .recency: Shape(comparisons: ["atLeast", "lessThan"], hasValue: true)
        case .frequency: Shape(comparisons: counts, hasValue: true, hasWindow: true)
        case .monetary: Shape(comparisons: orders, hasValue: true, hasWindow: true)
        case .quintile:
            Shape(subject: .choice(quintiles), comparisons: counts, hasValue: true)
        case .lifecycle: Shape(hasValue: true)
        case .prediction:
            Shape(subject: .choice(predictions), comparisons: orders + ["is"], hasValue: true)
        case .consent:
            Shape(subject: .choice(channels), comparisons: ["is"], hasValue: true)
        case .engaged: Shape(subject: .choice(channels), hasWindow: true)
        case .segment, .notSegment: Shape(subject: .segment)
        }
    }

    var shape: Shape { Self.shape(kind) }

    /// With what the kind doesn't have taken out, and the first of a choice where none of it is chosen.
    var fitted: ConditionForm {
        var form = self
        let shape = shape
        if case .choice(let choices) = shape.subject, !choices.contains(subject) {
            form.subject = choices.first ?? ""
        }
        if shape.subject == .none { form.subject = "" }
        if !shape.comparisons.contains(comparison) {
            form.comparison = shape.comparisons.first ?? ""
        }
        if !shape.hasValue { form.value = "" }
        if !shape.hasWindow { form.within = "" }
        return form
    }
}

extension ConditionForm {
    /// The condition as the definition has it.
    var document: DocumentNode {
        let form = fitted
        let comparison = (form.comparison, Self.literal(form.value))
        let window = form.within.isEmpty ? [] : [("within", DocumentNode.text(form.within))]
        switch kind {
        case .attribute: return .mapping([("attribute", .text(form.subject)), form.attributeTest])
        case .did:
            let isOnce = form.comparison == "atLeast" && ["", "1"].contains(form.value)
            let times = isOnce ? [] : [("times", DocumentNode.mapping([comparison]))]
            return .mapping([("did", .text(form.subject))] + times + window)
        case .didNot, .engaged:
            return .mapping([(kind.rawValue, .text(form.subject))] + window)
        case .recency, .frequency, .monetary:
            return .mapping([(kind.rawValue, .mapping([comparison]))] + window)
        case .quintile: return .mapping([(form.subject, .mapping([comparison]))])
        case .lifecycle: return .mapping([(kind.rawValue, Self.list(form.value))])
        case .prediction: return .mapping([(kind.rawValue, .text(form.subject)), comparison])
        case .consent:
            let state = ["", "given"].contains(form.value) ? [] : [comparison]
            return .mapping([(kind.rawValue, .text(form.subject))] + state)
        case .segment, .notSegment: return .mapping([(kind.rawValue, .text(form.subject))])
        }
    }

    private var attributeTest: (String, DocumentNode) {
        switch comparison {
        case "oneOf", "noneOf": (comparison, Self.list(value))
        case "exists": (comparison, .boolean(value != "false"))
        default: (comparison, Self.literal(value))
        }
    }

    /// A number, a truth value, or else a text, as one who doesn't write YAML means it.
    static func literal(_ text: String) -> DocumentNode {
        switch text {
        case "true": .boolean(true)
        case "false": .boolean(false)
        default: isNumber(text) ? DocumentNode(.number(text)) : .text(text)
        }
    }

    private static func list(_ text: String) -> DocumentNode {
        .list(text.split(separator: ",").map { literal(trimmed($0)) })
    }

    private static func isNumber(_ text: String) -> Bool {
        text.utf8.count <= 20 && text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?/) != nil
    }
}

extension ConditionForm {
    /// Nil where the condition says more than the fields can hold.
    init?(_ node: DocumentNode) {
        guard case .mapping(let members) = node.value,
            let first = members.first(where: {
                Kind(rawValue: $0.name) != nil || Self.quintiles.contains($0.name)
            })
        else { return nil }
        var rest: [String: DocumentNode] = [:]
        for member in members where member.name != first.name {
            guard rest.updateValue(member.value, forKey: member.name) == nil else { return nil }
        }
        if Self.quintiles.contains(first.name) {
            kind = .quintile
            subject = first.name
            guard take(test: first.value) else { return nil }
        } else {
            guard let kind = Kind(rawValue: first.name), kind != .quintile else { return nil }
            self.kind = kind
            guard take(first.value, &rest) else { return nil }
        }
        if let window = rest.removeValue(forKey: "within") {
            guard shape.hasWindow, case .text(let text) = window.value else { return nil }
            within = text
        }
        // What the fields can't say exactly is left to the text.
        guard rest.isEmpty, document.ordered == node.ordered else { return nil }
    }

    private mutating func take(
        _ value: DocumentNode, _ rest: inout [String: DocumentNode]
    ) -> Bool {
        switch kind {
        case .recency, .frequency, .monetary: return take(test: value)
        case .lifecycle:
            guard let text = Self.text(value) else { return false }
            self.value = text
            return true
        case .did:
            comparison = "atLeast"
            self.value = "1"
            if let times = rest.removeValue(forKey: "times"), !take(test: times) { return false }
        case .attribute, .prediction, .consent:
            for name in shape.comparisons {
                guard let operand = rest.removeValue(forKey: name) else { continue }
                guard let text = Self.text(operand) else { return false }
                comparison = name
                self.value = text
            }
            if kind == .consent, comparison.isEmpty { (comparison, self.value) = ("is", "given") }
        case .didNot, .engaged, .segment, .notSegment, .quintile: break
        }
        guard case .text(let subject) = value.value else { return false }
        self.subject = subject
        return true
    }

    /// Takes `{atLeast: 2}`.
    private mutating func take(test node: DocumentNode) -> Bool {
        guard case .mapping(let members) = node.value, members.count == 1,
            let member = members.first, let text = Self.text(member.value)
        else { return false }
        comparison = member.name
        value = text
        return true
    }

    private static func text(_ node: DocumentNode) -> String? {
        switch node.value {
        case .text(let text), .number(let text): return text
        case .boolean(let value): return value ? "true" : "false"
        case .list(let nodes):
            let texts = nodes.compactMap { text($0) }
            return texts.count == nodes.count ? texts.joined(separator: ", ") : nil
        case .null, .mapping: return nil
        }
    }
}

extension DocumentNode {
    /// The same with each mapping's members in the order of their names.
    fileprivate var ordered: DocumentNode {
        switch value {
        case .mapping(let members):
            DocumentNode(
                .mapping(
                    members.map { Member($0.name, $0.value.ordered) }.sorted { $0.name < $1.name }))
        case .list(let nodes): .list(nodes.map(\.ordered))
        default: self
        }
    }
}
