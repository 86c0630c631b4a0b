import Documents
import Kernel
import Records

/// What an item of the outbox asks to be sent, as the journey or campaign wrote it.
struct MailOrder: Sendable, Equatable {
    struct Damaged: Error, CustomStringConvertible {
        let description: String
    }

    var template: String
    /// Empty for none.
    var topic: String
    var deadline: Timestamp?
    /// What the step gives to the template.
    var data: DocumentNode
    /// An object with `code` and `expires`; nil without a coupon.
    var coupon: DocumentNode?
    /// Empty where a journey sends it.
    var campaign: String
    /// Of the campaign; empty where it has none.
    var variant: String
    /// Whether chance gave it its variant.
    var isDrawn: Bool
    /// The template itself, where a test tries one out that isn't saved.
    var source: DocumentNode?
    /// Where a test goes to, in place of the customer's own address; nil for the real thing.
    var testAddress: String?

    init(_ item: OutboxRecord) throws(Damaged) {
        let node: DocumentNode
        do {
            node = try DocumentNode(json: item.payload.span)
        } catch {
            throw Damaged(description: "what the outbox holds of it can't be read")
        }
        func text(_ name: String) -> String? {
            if case .text(let text)? = node[name]?.value { text } else { nil }
        }
        guard let template = text("template"), !template.isEmpty else {
            throw Damaged(description: "it names no template")
        }
        self.template = template
        topic = text("topic") ?? ""
        deadline = text("deadline").flatMap { Timestamp($0) }
        data = node["data"] ?? .mapping([])
        coupon = node["coupon"]
        campaign = text("campaign") ?? ""
        variant = text("variant") ?? ""
        isDrawn = node["drawn"]?.value == .boolean(true)
        source = node["source"]
        testAddress = text("testAddress")
    }
}
