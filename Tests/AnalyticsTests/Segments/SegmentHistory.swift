import Customers
import Events
import Insights
import Kernel
import Segments

@testable import Analytics

/// A shop's history event by event: what the archive is told of it, and the state that the engine would keep.
///
/// Events of pages, mail, consent and identity with properties of every shape; orders that are completed
/// again, change hands and are cancelled; merges of customers and their undoing; events that come late.
struct SegmentHistory {
    static let start = Timestamp(milliseconds: 1_704_067_200_000)
    static let names = [
        "Order Completed", "Page Viewed", "Screen Viewed", "Plan Chosen", "Email Opened",
        "Subscribed",
    ]
    static let currencies = ["GBP", "JPY"].compactMap { Currency($0) }

    var random: SeededRandom
    let set: SegmentSet
    let plan: TracePlan
    private(set) var now = start
    private(set) var position: Int64 = 100
    private var profiles: [Int64: Profile] = [:]
    private(set) var behaviours: [Int64: Behaviours] = [:]
    private(set) var links: [Int64: Int64] = [:]
    private var memberships: [Int64: SegmentMemberships] = [:]
    private var orders: [Int64: (owner: Int64, entry: OrderLedger.Entry)] = [:]
    private var cancelled: Set<Int64> = []
    var predictions: [Int64: PredictionFacts] = [:]
    var quintiles: QuintileEdges?
    /// What the archive has not been told yet.
    private var batch = ArchiveBatch(throughPosition: 0)
    /// Timers that fired and changed nothing, or changes that no timer foretold.
    private(set) var faults: [String] = []
    private(set) var timerCount = 0

    static let fragments: ClosedRange<Int64> = 1...14

    init(seed: UInt64, set: SegmentSet) {
        random = SeededRandom(seed: seed)
        self.set = set
        plan = TracePlan(set.traces)
    }

    // MARK: Customers

    func root(_ fragment: Int64) -> Int64 { links[fragment] ?? fragment }

    var customers: [Int64] { Set(profiles.keys.map(root)).sorted() }

    func facts(of customer: Int64) -> CustomerFacts {
        var profile = Profile()
        var behaviours = Behaviours()
        for fragment in profiles.keys.sorted() where root(fragment) == customer {
            profile.merge(profiles[fragment] ?? Profile())
            behaviours.merge(self.behaviours[fragment] ?? Behaviours())
        }
        return CustomerFacts(
            behaviours: behaviours, attributes: profile.attributes,
            prediction: predictions[customer], quintiles: quintiles)
    }

    /// Members by segment, as the state kept event by event has them.
    var members: [String: [Int64]] {
        var found: [String: [Int64]] = [:]
        for customer in customers {
            for name in memberships[customer]?.names ?? [] {
                found[name, default: []].append(customer)
            }
        }
        return found
    }

    private mutating func look(at customer: Int64, after stir: CustomerStir) -> Int {
        var known = memberships[customer] ?? SegmentMemberships()
        let (changes, _) = set.evaluate(
            facts(of: customer), memberships: &known, now: now, after: stir)
        memberships[customer] = known
        return changes.count
    }

    // MARK: Time

    /// Goes to a moment, firing each timer at its own; checks that each is exact.
    mutating func advance(to moment: Timestamp) {
        while true {
            let due = memberships.compactMap { customer, known in
                known.nextChange.map { (at: $0, customer: customer) }
            }.min { ($0.at, $0.customer) < ($1.at, $1.customer) }
            guard let due, due.at <= moment else { break }
            check(due.customer, before: due.at)
            now = max(now, due.at)
            timerCount += 1
            if look(at: due.customer, after: .time) == 0 {
                faults.append("customer \(due.customer): nothing changed at \(due.at)")
            }
        }
        now = max(now, moment)
        for customer in customers { check(customer, before: now.adding(milliseconds: 1)) }
    }

    /// Nothing may be another a millisecond before a moment, by looking at everything.
    private mutating func check(_ customer: Int64, before moment: Timestamp) {
        let then = moment.adding(milliseconds: -1)
        guard then >= now else { return }
        var known = memberships[customer] ?? SegmentMemberships()
        for change in set.evaluate(facts(of: customer), memberships: &known, now: then).changes {
            faults.append(
                "customer \(customer): \(change.segment) wasn't foretold for \(then) "
                    + "(\(change.reason))")
        }
    }

    /// After new predictions or edges.
    mutating func lookAtAll() {
        var stir = CustomerStir()
        stir.predictions = true
        stir.quintiles = true
        for customer in customers { _ = look(at: customer, after: stir) }
    }

    // MARK: Events

    mutating func takeBatch() -> ArchiveBatch {
        let taken = batch
        batch = ArchiveBatch(throughPosition: position)
        var all = taken
        all.throughPosition = position
        return all
    }

    private mutating func one(_ range: ClosedRange<Int64>) -> Int64 {
        .random(in: range, using: &random)
    }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[.random(in: 0..<elements.count, using: &random)]
    }

    /// One event more, some time later.
    mutating func step() throws {
        let pause = pick([0, 1, 999, 60_000, 3_600_000, 40_000_000, 200_000_000] as [Int64])
        advance(to: now.adding(milliseconds: pause == 0 ? 0 : one(0...pause)))
        position += 1
        switch one(0...19) {
        case 0: try merge()
        case 1: try undo()
        case 2...6: try order()
        default: try event()
        }
    }

    private mutating func event() throws {
        let fragment = one(Self.fragments)
        let names = Self.names + ["Email Link Clicked", "Unsubscribed", "Unheard Of"]
        let kind =
            pick([.track, .track, .track, .track, .page, .screen, .identify, .identify])
            as EventKind
        var draft = EventDraft(kind: kind, occurredAt: moment(), messageID: "m")
        draft.properties = Array((kind == .identify ? traits() : properties()).utf8)
        switch kind {
        case .track: draft.name = pick(names)
        case .page, .screen: draft.name = pick(["Pricing", "Home", ""])
        default: break
        }
        try fold(draft, fragment, stirOrders: false)
    }

    private mutating func moment() -> Timestamp {
        let ago = pick([0, 0, 0, 1, 1000, 500_000_000] as [Int64])
        return now.adding(milliseconds: -(ago == 0 ? 0 : one(0...ago)))
    }

    private mutating func order() throws {
        let key = one(1...25)
        let fragment = one(Self.fragments)
        var draft = EventDraft(kind: .track, occurredAt: moment(), messageID: "m")
        let total = one(-10...120) * 100
        let currency = pick(Self.currencies)
        let cancels = one(0...5) == 0
        draft.name = cancels ? "Order Cancelled" : "Order Completed"
        draft.properties = Array(
            #"{"total": \#(total / 100), "products": [{"category": "Shoes"}]}"#.utf8)
        if !cancelled.contains(key) {
            var old = orders[key]
            if cancels { cancelled.insert(key) }
            if let old {
                touch(old.owner)
                behaviours[old.owner, default: Behaviours()].removeOrder(
                    key: key, total: old.entry.total)
            }
            if cancels {
                if old != nil { orders[key] = nil }
            } else {
                let entry = OrderLedger.Entry(
                    key: key, orderedAt: draft.occurredAt,
                    total: Money(minor: total, currency: currency))
                orders[key] = (fragment, entry)
                behaviours[fragment, default: Behaviours()].setOrder(entry)
            }
            batch.orders.append(
                archivedOrder(
                    position, key, cancels ? .cancelled : .completed,
                    cancels ? old?.owner ?? fragment : fragment, draft.occurredAt, total, currency))
            var stir = CustomerStir()
            stir.orders = true
            if let owner = old?.owner, root(owner) != root(fragment) {
                _ = look(at: root(owner), after: stir)
            }
            old = nil
        }
        try fold(draft, fragment, stirOrders: true)
    }

    private func archivedOrder(
        _ position: Int64, _ key: Int64, _ kind: ArchivedOrder.Kind, _ customer: Int64,
        _ at: Timestamp, _ total: Int64, _ currency: Currency
    ) -> ArchivedOrder {
        AnalyticsTests.order(
            position, key: key, kind, customer: customer, at: at, total: total, currency)
    }

    private mutating func touch(_ fragment: Int64) {
        guard profiles[fragment] == nil else { return }
        profiles[fragment] = Profile()
        tell(fragment)
    }

    private mutating func tell(_ fragment: Int64) {
        batch.contacts.append(
            ArchivedContact(
                position: position, customer: fragment, label: "person \(fragment)", email: "",
                phone: "", userID: "", firstSeenAt: now, lastSeenAt: now))
    }

    private mutating func fold(
        _ draft: EventDraft, _ fragment: Int64, stirOrders: Bool
    ) throws {
        let isKnown = profiles[fragment] != nil
        touch(fragment)
        tell(fragment)
        var builder = EventBlockBuilder()
        builder.append(draft)
        let block = try EventBlock(decoding: builder.takeBytes().bytes)
        let frame = block.frames[0]
        profiles[fragment, default: Profile()].apply(
            frame, in: block, position: position, localHour: nil)
        var stir = isKnown ? CustomerStir() : .everything
        stir.traces = behaviours[fragment, default: Behaviours()].apply(
            frame, in: block, position: position, plan: plan)
        stir.orders = stirOrders
        stir.attributes = draft.kind == .identify
        var archived = ArchivedBlock(block, firstPosition: position, receivedAt: now)
        archived.customers = [fragment]
        batch.blocks.append(archived)
        // As the store would give it back.
        var writer = ByteWriter()
        behaviours[fragment]?.encode(to: &writer, plan: plan)
        behaviours[fragment] = try Behaviours(decoding: writer.span)
        _ = look(at: root(fragment), after: stir)
    }

    private mutating func merge() throws {
        let one = root(self.one(Self.fragments))
        let other = root(self.one(Self.fragments))
        guard one != other, profiles[one] != nil, profiles[other] != nil else { return }
        for member in links.filter({ $0.value == one }).keys.sorted() + [one] {
            links[member] = other
            batch.links.append(CustomerLink(member: member, customer: other))
        }
        memberships[one] = nil
        _ = look(at: other, after: .everything)
    }

    private mutating func undo() throws {
        guard let member = links.keys.sorted().randomElement(using: &random),
            let customer = links[member]
        else { return }
        links[member] = nil
        batch.links.append(CustomerLink(member: member, customer: member))
        for one in [member, customer] { _ = look(at: one, after: .everything) }
    }

    // MARK: Contents

    private mutating func value() -> String {
        pick([
            "5", "50", "5.0", "50.50", "-1.5", "1e2", "true", "null", #""""#, #""  ""#, #""Shoes""#,
            #""50""#, #""pro""#, #""a\"b""#, #""\u00e9""#, #"{"x": 1}"#, #"["Shoes", 5, null]"#,
            #"[[5]]"#, #""2024-03-05""#, #""2024-01-20T10:00:00Z""#, #""2024-02-01T10:00+02:00""#,
            #""2024-02-01 10:00:00.1239-01:30""#, #""2024-13-01""#, #""12345678901234567890""#,
            "12345678901234567", #""2000-02-29""#, "[]", #""007""#, "0.1", "99.95",
        ])
    }

    private mutating func properties() -> String {
        if one(0...9) == 0 { return "" }
        let products = pick([
            #"[{"category": "Shoes"}, {"category": \#(value())}]"#, #"{"category": \#(value())}"#,
            "[]", value(),
        ])
        var members = [#""total": \#(value())"#, #""products": \#(products)"#]
        for name in ["plan", "at", "o'clock"] { members.append(#""\#(name)": \#(value())"#) }
        if one(0...1) == 0 {
            members.append(#""channel": "\#(pick(["email", "sms"]))""#)
        }
        if one(0...2) == 0 { members.append(#""topic": "\#(pick(["offers", "news"]))""#) }
        return "{" + members.filter { _ in one(0...3) > 0 }.joined(separator: ", ") + "}"
    }

    private mutating func traits() -> String {
        var members: [String] = []
        for name in ["country", "birthday", "points"] where one(0...1) == 0 {
            members.append(#""\#(name)": \#(value())"#)
        }
        if one(0...1) == 0 {
            members.append(
                #""address": "#
                    + pick([#"{"city": \#(value())}"#, #"[{"city": \#(value())}]"#, value()]))
        }
        if one(0...1) == 0 {
            let word = pick([
                #""subscribed""#, #""Unsubscribed""#, "true", "false", #""pending""#, "null",
            ])
            members.append(#""email_subscription_status": \#(word)"#)
        }
        return "{" + members.joined(separator: ", ") + "}"
    }
}
