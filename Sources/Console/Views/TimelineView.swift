import Insights
import Kernel

/// A stretch of a customer's timeline.
struct TimelineView {
    struct Entry {
        let kind: String
        let icon: String
        let title: String
        let at: String
        let machineTime: String
        let amount: String?
        let facts: [Fact]
        let why: String?
    }

    struct Fact {
        let name: String
        let value: String
    }

    let entries: [Entry]
    let morePath: String?

    init(_ page: TimelinePage, customer: ID<Customer>, formats: Formats) {
        entries = page.entries.map { entry in
            var amount = entry.amount
            if entry.kind == .refund, let minor = amount?.minor { amount?.minor = -minor }
            return Entry(
                kind: "event-\(entry.kind.rawValue)", icon: entry.kind.rawValue, title: entry.title,
                at: formats.moment(entry.occurredAt), machineTime: entry.occurredAt.rfc3339,
                amount: amount.map { formats.money($0) },
                facts: entry.facts.map { Fact(name: $0.name, value: $0.value) },
                why: entry.why.isEmpty ? nil : entry.why)
        }
        morePath = page.next.map {
            "/customers/\(customer)/timeline?before=\(FormFields.encode($0))"
        }
    }
}
