import Customers
import Events
import Kernel
import TestSupport

/// Makes up a shop's events, batch by batch, and works out what a log of them must come to.
struct RandomHistory {
    private var drafts: [EventDraft] = []
    private var happenings: [String: Happening] = [:]
    private var random: SeededRandom
    private var time: Timestamp
    /// What the workspace knew when the batch at hand was made.
    private var fragments: [Int64] = []
    private var merges: [Int64] = []

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        // A fortnight before London's clocks go forward.
        time = Timestamp(milliseconds: 1_710_000_000_000)
    }

    /// The next events, in the order in which they are sent.
    ///
    /// - Parameters:
    ///   - fragments: Customers who may be merged by hand.
    ///   - merges: What may be undone.
    mutating func batch(
        sizeMax: Int, fragments: [Int64], merges: [Int64]
    ) -> [EventDraft] {
        self.fragments = fragments
        self.merges = merges
        let start = drafts.count
        for _ in 0..<Int.random(in: 1...sizeMax, using: &random) { send() }
        return Array(drafts[start...])
    }

    /// What a log that holds these events comes to.
    func model(of log: [EventDraft]) -> ShopModel {
        var model = ShopModel()
        for draft in log {
            if let happening = happenings[draft.messageID] {
                model.apply(happening, at: draft.occurredAt)
            } else {
                model.passOver()
            }
        }
        return model
    }

    private mutating func chance(_ percent: Int) -> Bool {
        Int.random(in: 0..<100, using: &random) < percent
    }

    private mutating func send() {
        if chance(8), let before = drafts.randomElement(using: &random) {
            // A repeat, whose content doesn't count.
            drafts.append(
                .track("Repeated", id: before.messageID, at: time, user: "somebody else"))
            return
        }
        // Mostly forward, sometimes an event that comes late.
        time = time.adding(milliseconds: Int64.random(in: 0...40_000_000, using: &random))
        let late = chance(20) ? Int64.random(in: 0...200_000_000, using: &random) : 0
        let at = time.adding(milliseconds: -late)
        let what = happening()
        let id = "message \(drafts.count)"
        happenings[id] = what
        drafts.append(draft(of: what, id: id, at: at))
    }

    private mutating func happening() -> Happening {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<35:
            let person = person()
            return .seen(
                user: chance(60) ? name("u", person) : "",
                email: chance(40) ? name("e", person) + "@example.com" : "",
                anonymous: chance(60) ? name("a", person) : "")
        case 35..<40: return .alias(user: name("u", person()), previous: name("a", person()))
        case 40..<42: return .alias(user: name("u", person()), previous: name("x", person()))
        case 42..<46:
            guard let one = fragments.randomElement(using: &random),
                let other = fragments.randomElement(using: &random)
            else { return .undone(8) }
            return .merged(one, other)
        case 46..<52:
            return .undone(merges.randomElement(using: &random) ?? 16)
        default: return order()
        }
    }

    private mutating func order() -> Happening {
        let action: CommerceOrder.Action =
            switch Int.random(in: 0..<100, using: &random) {
            case 0..<60: .completed
            case 60..<75: .updated
            case 75..<90: .refunded
            default: .cancelled
            }
        let isReversal = action == .refunded || action == .cancelled
        let total: Int64? =
            isReversal && chance(50) ? nil : Int64.random(in: 0...50_000, using: &random)
        let person = person()
        return .order(
            action, id: "o\(Int.random(in: 0..<60, using: &random))", total: total,
            Self.currencies.randomElement(using: &random) ?? Self.currencies[0],
            user: chance(70) ? name("u", person) : "",
            anonymous: chance(30) ? name("a", person) : "")
    }

    private static let currencies = ["USD", "USD", "EUR", "JPY"].compactMap { Currency($0) }

    private mutating func person() -> Int { Int.random(in: 0..<25, using: &random) }

    /// A name of one person's; now and then another's.
    private mutating func name(_ kind: String, _ person: Int) -> String {
        "\(kind)\(chance(12) ? Int.random(in: 0..<25, using: &random) : person)"
    }

    private func draft(of what: Happening, id: String, at: Timestamp) -> EventDraft {
        switch what {
        case .seen(let user, let email, let anonymous):
            return .identify(
                id: id, at: at, user: user, anonymous: anonymous,
                traits: email.isEmpty ? "{}" : "{\"email\":\"\(email)\"}")
        case .alias(let user, let previous):
            return .alias(id: id, at: at, user: user, previous: previous)
        case .merged(let one, let other):
            return IdentityEvent.customersMerged(ID(rawValue: one), ID(rawValue: other))
                .draft(by: "", at: at, messageID: id)
        case .undone(let merge):
            return IdentityEvent.mergeUndone(ID(rawValue: merge))
                .draft(by: "", at: at, messageID: id)
        case .order(let action, let orderID, let total, let currency, let user, let anonymous):
            var properties = "{\"order_id\":\"\(orderID)\""
            if let total {
                let text = DecimalText.format(minor: total, digits: currency.minorDigits)
                properties += ",\"total\":\(text)"
            }
            // The workspace's own currency goes without saying.
            if currency.description != "USD" { properties += ",\"currency\":\"\(currency)\"" }
            return .track(
                name(of: action), id: id, at: at, user: user, anonymous: anonymous,
                properties: properties + "}")
        }
    }

    private func name(of action: CommerceOrder.Action) -> String {
        switch action {
        case .completed: "Order Completed"
        case .updated: "Order Updated"
        case .refunded: "Order Refunded"
        case .cancelled: "Order Cancelled"
        }
    }
}
