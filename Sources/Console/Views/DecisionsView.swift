import Kernel

/// A stretch of what was decided.
struct DecisionsView {
    struct Entry {
        let icon: String
        let mark: String
        let kind: String
        let words: String
        let label: String
        let customerPath: String?
        let reason: String?
        let at: String
        let machineTime: String
    }

    let entries: [Entry]
    let hasEntries: Bool
    let nextPath: String?
    let firstPath: String?
    let allPath: String

    /// - Parameter query: What the address says beside the cursor.
    init(
        _ page: DecisionPage, path: String, query: String = "", isFirstPage: Bool,
        formats: Formats
    ) {
        let words = formats.words
        entries = page.decisions.map { decision in
            Entry(
                icon: "decision", mark: "decision-\(decision.kind.rawValue)",
                kind: words("decision.\(decision.kind.rawValue)"), words: decision.words,
                label: decision.label, customerPath: decision.customer.map { "/customers/\($0)" },
                reason: decision.reason.isEmpty ? nil : decision.reason,
                at: formats.moment(decision.at), machineTime: decision.at.rfc3339)
        }
        hasEntries = !entries.isEmpty
        let all = query.isEmpty ? path : "\(path)?\(query)"
        allPath = all
        nextPath = page.next.map {
            "\(all)\(query.isEmpty ? "?" : "&")before=\(FormFields.encode($0))"
        }
        firstPath = isFirstPage ? nil : allPath
    }
}

/// The page of all that a journey decided.
struct DecisionsPageView {
    struct Chip {
        let label: String
        let path: String
        let isOn: Bool
    }

    let journey: String
    let journeyPath: String
    let chips: [Chip]
    let decisions: DecisionsView

    init(_ page: DecisionPage, _ query: DecisionQuery, of journey: JourneyRow, formats: Formats) {
        let row = JourneysView.Row(journey, formats)
        let path = "\(row.path)/decisions"
        self.journey = row.title
        journeyPath = row.path
        func fields(_ kinds: Set<DecisionRow.Kind>) -> String {
            var fields = FormFields()
            if let step = query.step { fields.append("step", step) }
            for kind in DecisionRow.Kind.allCases where kinds.contains(kind) {
                fields.append("kind", kind.rawValue)
            }
            return fields.encoded
        }
        chips = DecisionRow.Kind.allCases.map { kind in
            let isOn = query.kinds.contains(kind)
            let other = fields(query.kinds.symmetricDifference([kind]))
            return Chip(
                label: formats.words("decision.\(kind.rawValue)"),
                path: other.isEmpty ? path : "\(path)?\(other)", isOn: isOn)
        }
        decisions = DecisionsView(
            page, path: path, query: fields(query.kinds), isFirstPage: query.before == nil,
            formats: formats)
    }
}
