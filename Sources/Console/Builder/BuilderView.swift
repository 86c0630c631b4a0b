import Documents

/// The page on which a segment is put together.
struct BuilderView {
    struct Option {
        let value: String
        let label: String
        let isChosen: Bool
    }

    struct Condition {
        let number: Int
        let label: String
        let kinds: [Option]
        let hasChoice: Bool
        let choices: [Option]
        let hasText: Bool
        let subject: String
        let subjectLabel: String
        /// The list of hints that the subject is offered from.
        let hints: String
        let hasComparison: Bool
        let comparisons: [Option]
        let hasValue: Bool
        let value: String
        let valueHint: String
        let hasWindow: Bool
        let within: String
        let drop: String
        /// The number of its group; 0 for none.
        let group: Int
    }

    struct Group {
        let place: Int
        let groupLabel: String
        let groupMatches: [Option]
        let conditions: [Condition]
        let addHere: String
    }

    let isText: Bool
    let yaml: String
    let name: String
    let title: String
    let description: String
    let matches: [Option]
    let conditions: [Condition]
    let groups: [Group]
    let mayAdd: Bool
    let mayGroup: Bool
    let problem: String?
    let preview: PreviewView?
    let hints: BuilderHints
    /// The segment's name where it is there already; nil for a new one.
    let edited: String?
    let backPath: String

    /// - Parameter edited: The segment's name where it is there already.
    init(
        form: SegmentForm, yaml: String? = nil, problem: String? = nil,
        preview: PreviewView? = nil, hints: BuilderHints, edited: String? = nil, words: Words
    ) {
        isText = yaml != nil
        self.yaml = yaml ?? ""
        name = form.name
        title = form.title
        description = form.description
        func options(_ chosen: SegmentForm.Match, _ key: String) -> [Option] {
            SegmentForm.Match.allCases.map { match in
                Option(
                    value: match.rawValue, label: words("\(key).\(match.rawValue)"),
                    isChosen: match == chosen)
            }
        }
        matches = options(form.match, "builder.match")
        conditions = form.conditions.enumerated().map { Condition($1, number: $0 + 1, words) }
        var number = form.conditions.count
        groups = form.groups.enumerated().map { index, group in
            Group(
                place: index + 1, groupLabel: words("builder.group", "\(index + 1)"),
                groupMatches: options(group.match, "builder.groupMatch"),
                conditions: group.conditions.map { condition in
                    number += 1
                    return Condition(condition, number: number, group: index + 1, words)
                }, addHere: "add-to-\(index)")
        }
        mayAdd = form.count < SegmentForm.conditionsMax
        mayGroup = mayAdd && form.groups.count < SegmentForm.groupsMax
        self.problem = problem
        self.preview = preview
        self.hints = hints
        self.edited = edited
        backPath = edited.map { "/segments/\(FormFields.encode($0))" } ?? "/segments"
    }
}

extension BuilderView.Condition {
    init(_ form: ConditionForm, number: Int, group: Int = 0, _ words: Words) {
        self.group = group
        let form = form.fitted
        let shape = form.shape
        self.number = number
        label = words("builder.condition", "\(number)")
        kinds = ConditionForm.Kind.allCases.map { kind in
            BuilderView.Option(
                value: kind.rawValue, label: words("builder.kind.\(kind.rawValue)"),
                isChosen: kind == form.kind)
        }
        subject = form.subject
        if case .choice(let values) = shape.subject {
            hasChoice = true
            choices = values.map { value in
                BuilderView.Option(
                    value: value, label: words("builder.subject.\(value)"),
                    isChosen: value == form.subject)
            }
        } else {
            hasChoice = false
            choices = []
        }
        switch shape.subject {
        case .none, .choice: (hints, hasText) = ("", false)
        case .event: (hints, hasText) = ("events", true)
        case .attribute: (hints, hasText) = ("attributes", true)
        case .segment: (hints, hasText) = ("segments", true)
        }
        subjectLabel = words(hints.isEmpty ? "builder.subject" : "builder.subject.\(hints)")
        hasComparison = shape.comparisons.count > 1
        comparisons = shape.comparisons.map { name in
            BuilderView.Option(
                value: name, label: words("builder.comparison.\(name)"),
                isChosen: name == form.comparison)
        }
        hasValue = shape.hasValue
        value = form.value
        valueHint = shape.hasValue ? words("builder.value.\(form.kind.rawValue)") : ""
        hasWindow = shape.hasWindow
        within = form.within
        drop = "remove-\(number - 1)"
    }
}

/// Who the definition would hold.
struct PreviewView {
    let size: String?
    let share: String?
    let time: String
    /// What the size is within while all are being counted; nil once they are.
    let between: String?
    let sample: [PersonView]
    let hasSample: Bool
    let words: [LineView]
    /// Why the definition can't be taken.
    let fault: String?

    /// - Parameter seesPeople: Whether whoever looks may see names.
    init(_ preview: SegmentPreview, seesPeople: Bool, formats: Formats) {
        let words = formats.words
        let counted = preview.size.map { words("segment.size", count: $0, formats.integer($0)) }
        size = preview.range == nil ? counted : counted.map { words("preview.about", $0) }
        between = preview.range.map {
            words(
                "preview.between", formats.integer($0.lowerBound), formats.integer($0.upperBound))
        }
        share = preview.size.flatMap { size in
            preview.customers > 0
                ? words(
                    "segment.share",
                    formats.percent(Double(size) / Double(preview.customers))) : nil
        }
        let milliseconds = formats.integer(preview.milliseconds)
        time =
            preview.range == nil
            ? words("preview.time", milliseconds) : words("preview.estimateTime", milliseconds)
        sample = seesPeople ? preview.sample.map { PersonView($0, formats) } : []
        hasSample = !sample.isEmpty
        self.words = preview.words.map { LineView($0) }
        fault = preview.problem?.description
    }
}

/// A line of a definition in plain words.
struct LineView {
    let text: String
    let depth: String

    init(_ line: DefinitionLine) {
        text = line.text
        depth = "depth-\(min(max(line.depth, 0), 4))"
    }
}

/// Somebody in a list of people.
struct PersonView {
    let label: String
    let email: String?
    let path: String
    let since: String
    let reason: String

    init(_ person: PersonRow, _ formats: Formats) {
        label = person.label
        email = person.email == person.label || person.email.isEmpty ? nil : person.email
        path = "/customers/\(person.customer)"
        since = person.since.map { formats.moment($0) } ?? "–"
        reason = person.reason
    }
}
