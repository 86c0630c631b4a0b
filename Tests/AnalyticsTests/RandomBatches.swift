import Events
import Kernel

@testable import Analytics

/// Batches as a shop's log might give them: orders sent again and updated, refunds, cancellations
/// that come early or late, several currencies, orders of nobody, merges and undone merges.
struct RandomBatches {
    private var random: SeededRandom
    /// Beyond every customer, whose ids are positions of earlier events.
    private var position: Int64 = 40
    private var links: [Int64: Int64] = [:]
    /// Whether contacts are of customers whom events made a moment ago, too.
    private var isMakingCustomers = false
    private let currencies: [Currency]
    private let start = Timestamp(milliseconds: 1_262_304_000_000)
    static let labels = ["", "Ada", "ada", "Zoë", "100%", "a_b", "O'Neil", "😀", "Ω"]

    init(seed: UInt64, currencies: [Currency]) {
        random = SeededRandom(seed: seed)
        self.currencies = currencies
    }

    mutating func makesCustomers() { isMakingCustomers = true }

    mutating func next(events count: Int) throws -> ArchiveBatch {
        var batch = ArchiveBatch(throughPosition: 0)
        for _ in 0..<count { try addEvent(&batch) }
        batch.throughPosition = position
        return batch
    }

    private mutating func addEvent(_ batch: inout ArchiveBatch) throws {
        position += 1
        let customer = Int64.random(in: 0...40, using: &random)
        let time = start.adding(milliseconds: .random(in: 0...50_000_000_000, using: &random))
        let currency = currencies.randomElement(using: &random) ?? currencies[0]
        let key = Int64.random(in: 1...150, using: &random)
        try batch.append(
            ArchivedEvent(
                position: position, customer: customer, kind: .track, flags: [],
                name: "event \(position % 7)", occurredAt: time,
                receivedAt: time.adding(milliseconds: 5), properties: #"{"n":\#(position)}"#,
                context: ""))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<60: batch.orders.append(made(.completed, key, customer, time, currency))
        case 60..<68: batch.orders.append(made(.refunded, key, customer, time, currency))
        case 68..<72: batch.orders.append(made(.cancelled, key, customer, time, currency))
        case 72..<92 where isMakingCustomers:
            let newest = position - .random(in: 0...20, using: &random)
            batch.contacts.append(contact(newest, time))
        case 72..<92 where customer != 0: batch.contacts.append(contact(customer, time))
        case 92..<97: merge(&batch)
        default: undo(&batch)
        }
    }

    private mutating func made(
        _ kind: ArchivedOrder.Kind, _ key: Int64, _ customer: Int64, _ time: Timestamp,
        _ currency: Currency
    ) -> ArchivedOrder {
        order(
            position, key: key, kind, customer: customer, at: time,
            total: .random(in: -100...1_000_000, using: &random), currency)
    }

    private mutating func contact(_ customer: Int64, _ time: Timestamp) -> ArchivedContact {
        ArchivedContact(
            position: position, customer: customer,
            label: Self.labels.randomElement(using: &random) ?? "",
            email: "c\(customer)@example.test", phone: "", userID: "u\(customer)",
            firstSeenAt: time, lastSeenAt: time.adding(days: 3))
    }

    /// Everybody who counted for the one customer counts for the other afterwards.
    private mutating func merge(_ batch: inout ArchiveBatch) {
        let one = root(.random(in: 1...40, using: &random))
        let other = root(.random(in: 1...40, using: &random))
        guard one != other else { return }
        for member in links.filter({ $0.value == one }).keys.sorted() + [one] {
            links[member] = other
            batch.links.append(CustomerLink(member: member, customer: other))
        }
    }

    private mutating func undo(_ batch: inout ArchiveBatch) {
        guard let member = links.keys.sorted().randomElement(using: &random) else { return }
        links[member] = nil
        batch.links.append(CustomerLink(member: member, customer: member))
    }

    private func root(_ customer: Int64) -> Int64 { links[customer] ?? customer }
}
