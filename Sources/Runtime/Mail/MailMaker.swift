import Delivery
package import Documents
package import Kernel
import Messaging
import Records
package import Templates

/// An e-mail ready to be handed over.
struct MadeMail: Sendable {
    var message: MessageDraft
    var mail: SMTPMessage
}

/// Why a message can't be made, however often it is tried.
struct MailFailure: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Makes e-mails: fills templates in, puts links in, composes and signs. Pure: the same in, the same bytes out.
package struct MailMaker: Sendable {
    /// Keeps hashes of keys apart from the workspace's other hashes.
    private static let hashDomain: UInt8 = 40

    let settings: MailSettings
    let zone: ZoneRules
    let currency: Currency
    let hash: SipHash

    package init(settings: MailSettings, zone: ZoneRules, currency: Currency, hash: SipHash) {
        self.settings = settings
        self.zone = zone
        self.currency = currency
        self.hash = hash
    }

    /// What a message says, as it is shown in the console too: its links lead where they lead, unsigned.
    package func rendered(
        _ template: CompiledMail, _ values: MailValues, data: DocumentNode, coupon: DocumentNode?,
        links: [(String, String)] = [("unsubscribe", "#"), ("preferences", "#")]
    ) throws(RenderFailure) -> RenderedMessage {
        var rendered = try template.message.render(
            values.inputs(
                data: data, coupon: coupon, links: links, settings: settings, zone: zone,
                currency: currency))
        if template.message.source.channel != .email { tidy(&rendered, template.message.source) }
        return rendered
    }

    /// - Parameters:
    ///   - item: Whose number the message has.
    ///   - customer: The one that the item's customer is by now.
    func make(
        _ item: OutboxRecord, _ order: MailOrder, _ template: CompiledMail, _ values: MailValues,
        customer: Int64, address: String, now: Timestamp
    ) throws(MailFailure) -> MadeMail {
        let isMarketing = template.message.source.purpose == .marketing
        var message = draft(item, order, template, customer: customer, address: address)
        let recipient: EmailAddress
        do throws(AddressRefusal) {
            recipient = try EmailAddress(address)
        } catch {
            throw MailFailure("\(address.prefix(100)) can't be written to: \(error.reason)")
        }
        let links = try links(of: message, isMarketing: isMarketing)
        var rendered: RenderedMessage
        do throws(RenderFailure) {
            rendered = try self.rendered(
                template, values, data: order.data, coupon: order.coupon, links: links)
        } catch {
            throw MailFailure("\(error)")
        }
        let isTest = order.testAddress != nil
        if isTest { rendered.subject = "[Test] " + rendered.subject }
        message.subject = rendered.subject
        message.filled = values.json
        var html = rendered.html ?? []
        if isMarketing, settings.tracks, !isTest, !html.isEmpty {
            html = tracked(html, &message, links: links)
        }
        let composed = try composed(message, rendered, html, to: recipient, links: links, at: now)
        let sender = settings.returnPath?.address(of: item.id.rawValue) ?? settings.from.address
        do throws(SMTPMessage.Problem) {
            let mail = try SMTPMessage(
                sender: sender.description, recipient: recipient.description,
                content: composed.bytes)
            return MadeMail(message: message, mail: mail)
        } catch {
            throw MailFailure(error.description)
        }
    }

    /// What is known of a message before it is made.
    func draft(
        _ item: OutboxRecord, _ order: MailOrder?, _ template: CompiledMail?, customer: Int64,
        address: String
    ) -> MessageDraft {
        let purpose = template?.message.source.purpose ?? .marketing
        return MessageDraft(
            id: item.id, customer: customer, address: address,
            template: order?.template ?? "", version: template?.version ?? 0,
            topic: order?.topic ?? "",
            stream: purpose == .marketing ? .marketing : .transactional,
            journey: item.origin.journey, step: item.origin.step,
            campaign: order?.campaign ?? "", variant: order?.variant ?? "",
            isDrawn: order?.isDrawn ?? false, messageID: messageID(of: item),
            createdAt: item.createdAt)
    }

    /// The same at each attempt, so that receivers know a second copy.
    private func messageID(of item: OutboxRecord) -> String {
        (try? MessageID(left: key(of: item), domain: settings.from.address.domain))?.description
            ?? ""
    }

    /// By which a provider knows a message that comes again.
    func key(of item: OutboxRecord) -> String {
        let digest = hash.digest(item.key, domain: Self.hashDomain)
        return "p." + String(item.id.rawValue, radix: 36) + "." + String(digest.first, radix: 36)
    }

    private func links(
        of message: MessageDraft, isMarketing: Bool
    ) throws(MailFailure) -> [(String, String)] {
        guard isMarketing else { return [] }
        guard !settings.publicURL.isEmpty else {
            throw MailFailure(
                "marketing mail needs a way out: set server.publicURL, the address that people "
                    + "reach this server by")
        }
        let number = message.id.rawValue
        guard let unsubscribe = SignedLink(.unsubscribe, message: number, target: message.topic),
            let preferences = SignedLink(.preferences, message: number)
        else { throw MailFailure("its topic can't stand in a link: \(message.topic.prefix(100))") }
        return [
            ("unsubscribe", settings.url(unsubscribe)), ("preferences", settings.url(preferences)),
        ]
    }

    /// Puts links that count clicks in the place of those to pages, and the image that counts opens.
    private func tracked(
        _ html: [UInt8], _ message: inout MessageDraft, links: [(String, String)]
    ) -> [UInt8] {
        let number = message.id.rawValue
        let own = Set(links.map(\.1))
        let pixel = SignedLink(.open, message: number).map { settings.url($0) }
        var count = 0
        let rewritten = LinkRewriter(pixelURL: pixel).rewrite(html: html) { link in
            guard !own.contains(link.url),
                let click = SignedLink(
                    .click, message: number, target: link.url, place: min(link.index, 0xFFFF))
            else { return nil }
            count += 1
            return settings.url(click)
        }
        message.links = count
        return rewritten
    }

    private func composed(
        _ message: MessageDraft, _ rendered: RenderedMessage, _ html: [UInt8],
        to recipient: EmailAddress, links: [(String, String)], at now: Timestamp
    ) throws(MailFailure) -> ComposedMessage {
        do {
            var composed = try email(message, rendered, html, to: recipient, links, at: now)
                .composed()
            try composed.sign(with: settings.signers, at: now)
            return composed
        } catch let refusal as MessageRefusal {
            throw MailFailure(refusal.reason)
        } catch let refusal as AddressRefusal {
            throw MailFailure(refusal.reason)
        } catch let refusal as DKIMRefusal {
            throw MailFailure(refusal.reason)
        } catch {
            throw MailFailure("\(error)")
        }
    }

    private func email(
        _ message: MessageDraft, _ rendered: RenderedMessage, _ html: [UInt8],
        to recipient: EmailAddress, _ links: [(String, String)], at now: Timestamp
    ) throws -> EmailMessage {
        guard let id = MessageID(message.messageID) else {
            throw MessageRefusal.identifier(header: "Message-ID")
        }
        var email = EmailMessage(
            from: settings.from, to: try Mailbox(recipient), subject: rendered.subject, date: now,
            messageID: id, stream: message.stream == .marketing ? .marketing : .transactional,
            text: rendered.text, html: html)
        email.replyTo = settings.replyTo
        if let unsubscribe = links.first(where: { $0.0 == "unsubscribe" }) {
            email.unsubscribe = try ListUnsubscribe(
                url: unsubscribe.1,
                mailto: settings.unsubscribePath?.address(of: message.id.rawValue),
                mailtoSubject: MailSettings.unsubscribeMailbox)
            let topic = message.topic.isEmpty ? "news" : message.topic
            // What can't stand there says nothing to receivers; the message goes without.
            email.listID = try? ListID(id: "\(topic).\(settings.from.address.domain)")
            email.feedbackID = try? FeedbackID(
                [message.campaign.isEmpty ? message.journey : message.campaign, message.template]
                    .filter { !$0.isEmpty },
                sender: String(settings.from.address.domain.prefix(15)))
        }
        return email
    }
}
