import Customers
import Kernel
import Messaging
import Records
import Segments
import Templates

/// Where messages of each channel go.
extension MailPreparation {
    var channel: MessageSource.Channel { carrier?.channel ?? .email }

    var noAddress: String {
        switch channel {
        case .email: "the customer has no e-mail address"
        case .sms: "the customer has no phone number: the trait phone or phoneNumber says it"
        case .push: "the customer has no device: the trait pushToken says its token"
        case .chat, .inbox: "nobody is known that it could go to"
        }
    }

    /// - Throws: Where the template is for another channel.
    func check(_ template: CompiledMail, _ order: MailOrder) throws(MailFailure) {
        let made = template.message.source.channel
        guard made == channel else {
            throw MailFailure(
                "template \(order.template) is for \(made.rawValue), and it was to go by "
                    + channel.rawValue)
        }
    }

    func draft(
        _ item: OutboxRecord, _ order: MailOrder?, _ template: CompiledMail?, customer: Int64,
        address: String
    ) -> MessageDraft {
        var draft = maker.draft(item, order, template, customer: customer, address: address)
        guard let carrier else { return draft }
        draft.channel = carrier.channel.rawValue
        draft.messageID = maker.key(of: item)
        if carrier.channel == .chat { draft.stream = .transactional }
        draft.isRepeatable = carrier.mayRepeat(draft)
        return draft
    }

    /// - Returns: Nil where the customer has none.
    func address(
        _ order: MailOrder, _ template: CompiledMail, _ facts: CustomerFacts,
        _ subject: MailSubject
    ) throws(MailFailure) -> String? {
        switch channel {
        case .email:
            let written = order.testAddress ?? facts.mailAddress ?? subject.address
            guard let written else { return nil }
            return try Self.canonical(written)
        case .sms:
            let written =
                order.testAddress ?? facts.attributes["phone"]?.text
                ?? facts.attributes["phoneNumber"]?.text
            guard let written, !written.isEmpty else { return nil }
            do throws(PhoneNumber.Refusal) {
                return try PhoneNumber(written).description
            } catch {
                throw MailFailure("\(written.prefix(40)) can't be written to: \(error.reason)")
            }
        case .push:
            let token = order.testAddress ?? facts.attributes["pushToken"]?.text ?? ""
            if token.isEmpty { return nil }
            guard token.utf8.count <= 4096, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { throw MailFailure("the trait pushToken isn't a device's token") }
            return token
        case .chat: return template.message.source.room
        case .inbox: return ID<Customer>(rawValue: subject.root).description
        }
    }
}
