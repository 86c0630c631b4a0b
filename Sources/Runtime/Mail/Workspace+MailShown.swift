import Customers
package import Documents
import JSONParsing
package import Kernel
import Messaging
package import Records
import Segments
package import Templates

/// What a template is filled in with beside a customer's values.
package struct MailSample: Sendable, Equatable {
    /// As a journey's step gives it.
    package var data: DocumentNode
    /// With `code` and `expires`; nil for none.
    package var coupon: DocumentNode?

    package init(data: DocumentNode = .mapping([]), coupon: DocumentNode? = nil) {
        self.data = data
        self.coupon = coupon
    }
}

extension Workspace {
    /// What a message said, as it was made: by the template's version of then, with the values of then. Its links lead
    /// where they led, and count nothing.
    ///
    /// - Returns: Nil where it was never made, or nothing is left to make it of.
    package func shown(
        _ message: MessageRecord, maker: MailMaker, templates: MailTemplates
    ) throws -> RenderedMessage? {
        let draft = message.draft
        guard draft.filled != Array("{}".utf8) else { return nil }
        let order = try records.outboxItem(draft.id).flatMap { try? MailOrder($0) }
        let template: CompiledMail
        do {
            template =
                try order?.source.map { try MailTemplates.compiled($0) }
                ?? templates.template(draft.template, version: draft.version)
        } catch is MailTemplates.Failure {
            return nil
        }
        let values = MailValues(json: draft.filled, now: message.sendingAt ?? draft.createdAt)
        // What can't be filled in any more was made by another release.
        return try? maker.rendered(
            template, values, data: order?.data ?? .mapping([]), coupon: order?.coupon)
    }

    /// What a template is filled in with for a customer as they are now, but for offers.
    package func mailValues(
        of customer: ID<Customer>, for template: CompiledMail
    ) throws -> MailValues {
        let root = try records.root(of: customer) ?? customer
        let facts = try facts(of: root)
        var values = MailValues(
            of: root, facts.attributes, address: try mailAddress(of: root, facts) ?? "",
            traits: template.traits, now: clock.now)
        if template.wantsLoyalty { values.loyalty = try loyaltyValues(of: root) }
        return values
    }

    /// What a message's step gave its template; nil where the outbox holds nothing of it.
    package func mailData(of message: ID<OutboxItem>) throws -> DocumentNode? {
        try records.outboxItem(message).flatMap { try? MailOrder($0) }?.data
    }
}
