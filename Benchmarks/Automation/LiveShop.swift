import Events
import Kernel

/// Events of a made-up shop as its pages and its servers send them: the same for the same numbers, but for the
/// moments, which are now.
struct LiveShop {
    /// In force beside the playbooks: segments on what people did lately.
    static let segments = """
        kind: segment
        name: browsing
        where:
          - {did: Page Viewed, times: {atLeast: 5}, within: 1 day}
        ---
        kind: segment
        name: full-carts
        where:
          - {did: Cart Updated, where: [{property: total, atLeast: 100}], times: {atLeast: 2}, within: 7 days}
          - {didNot: Order Completed, within: 7 days}
        ---
        kind: segment
        name: spent-lately
        where:
          - sum: {event: Order Completed, property: total}
            within: 90 days
            greaterThan: 200
        ---
        kind: segment
        name: on-trial
        where:
          - {did: Trial Started, within: 14 days}
        """

    let customerCount: Int
    private var random: SeededRandom
    private var count = 0

    init(customerCount: Int, seed: UInt64) {
        self.customerCount = customerCount
        random = SeededRandom(seed: seed)
    }

    private mutating func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

    static func user(_ number: Int) -> String { "user-\(number)" }

    /// A customer's first events, as an import brings them: who they are, and what they ordered before.
    mutating func past(of customer: Int, before now: Timestamp) -> [EventDraft] {
        let user = Self.user(customer)
        var identify = EventDraft(
            kind: .identify, occurredAt: now.adding(milliseconds: -700 * 86_400_000),
            messageID: "i-\(customer)")
        identify.userID = user
        let year = 1950 + below(50)
        let month = 1 + below(9)
        identify.properties = Array(
            #"{"email":"\#(user)@example.test","country":"GB","birthday":"\#(year)-0\#(month)-1\#(below(9))"}"#
                .utf8)
        var drafts = [identify]
        for number in 0..<below(4) {
            let at = now.adding(milliseconds: -Int64(below(600 * 86_400)) * 1000)
            var order = EventDraft(
                kind: .track, occurredAt: at, messageID: "p-\(customer)-\(number)")
            order.userID = user
            order.name = "Order Completed"
            order.properties = Array(
                #"{"order_id":"p\#(customer)-\#(number)","total":\#(10 + below(150)),"currency":"GBP"}"#
                    .utf8)
            drafts.append(order)
        }
        for index in drafts.indices { drafts[index].flags = .imported }
        return drafts
    }

    /// The next live event.
    mutating func event(at now: Timestamp, tag: String) -> EventDraft {
        count += 1
        let customer = below(customerCount)
        let choice = below(100)
        let kind: EventKind = choice < 40 ? .page : choice < 45 ? .identify : .track
        var draft = EventDraft(kind: kind, occurredAt: now, messageID: "\(tag)-\(count)")
        draft.userID = Self.user(customer)
        let cart = "c\(customer)-\(now.milliseconds / 3_600_000)"
        let product = below(2000)
        switch choice {
        case ..<40:
            draft.name = "Product"
            draft.properties = Array(
                #"{"path":"/product/\#(product)","title":"Product \#(product)","referrer":"https://shop.example.test/"}"#
                    .utf8)
        case ..<45:
            draft.properties = Array(#"{"plan":"p\#(below(5))","visits":\#(below(1000))}"#.utf8)
        case ..<65:
            draft.name = "Product Viewed"
            draft.properties = Array(
                #"{"product_id":"\#(product)","category":"c\#(product % 20)","price":\#(5 + product % 90)}"#
                    .utf8)
        case ..<78:
            draft.name = "Cart Updated"
            draft.properties = Array(#"{"cart_id":"\#(cart)","total":\#(10 + below(150))}"#.utf8)
        case ..<83:
            draft.name = "Checkout Started"
            draft.properties = Array(#"{"cart_id":"\#(cart)","total":\#(10 + below(150))}"#.utf8)
        case ..<89:
            draft.name = "Order Completed"
            let price = 5 + product % 90
            draft.properties = Array(
                #"{"order_id":"\#(tag)\#(count)","cart_id":"\#(cart)","total":\#(2 * price),"currency":"GBP","products":[{"product_id":"\#(product)","price":\#(price),"quantity":2}]}"#
                    .utf8)
        case ..<94: draft.name = "Email Opened"
        default:
            draft.name = "Feature Used"
            draft.properties = Array(#"{"feature":"f\#(below(12))"}"#.utf8)
        }
        return draft
    }

    /// So many live events, as the log takes them.
    mutating func block(_ size: Int, at now: Timestamp, tag: String) -> [UInt8] {
        var builder = EventBlockBuilder()
        for _ in 0..<size { builder.append(event(at: now, tag: tag)) }
        return builder.takeBytes().bytes
    }
}
