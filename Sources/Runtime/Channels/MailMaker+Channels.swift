import Delivery
import Documents
import Kernel
import Messaging
import Records
import Templates

/// Makes messages of the channels that aren't e-mail.
extension MailMaker {
    /// What Slack shows of a text, in characters; Teams takes 28 KB of a card.
    private static let chatBytesMax = 20_000
    private static let inboxBytesMax = 16_000
    private static let titleCharactersMax = 80

    /// Fills a template in.
    ///
    /// - Parameter message: Gets its title, what the template was filled in with, and links.
    func channelMessage(
        _ item: OutboxRecord, _ order: MailOrder, _ template: CompiledMail, _ values: MailValues,
        _ message: inout MessageDraft, now: Timestamp
    ) throws(MailFailure) -> ChannelMessage {
        let source = template.message.source
        var rendered: RenderedMessage
        do throws(RenderFailure) {
            rendered = try self.rendered(
                template, values, data: order.data, coupon: order.coupon,
                links: links(of: message))
        } catch {
            throw MailFailure("\(error)")
        }
        var text = String(decoding: rendered.text, as: UTF8.self)
        guard !text.isEmpty else { throw MailFailure("its text is empty for this customer") }
        if order.testAddress != nil {
            if rendered.subject.isEmpty {
                text = "[Test] " + text
            } else {
                rendered.subject = "[Test] " + rendered.subject
            }
        }
        message.subject = rendered.subject.isEmpty ? Self.title(text) : rendered.subject
        message.filled = values.json
        if source.channel == .push || source.channel == .inbox, rendered.subject.isEmpty {
            throw MailFailure("its title is empty for this customer")
        }
        let url = try Self.checked(rendered.url, webOnly: source.channel == .chat)
        switch source.channel {
        case .email: throw MailFailure("it is an e-mail")
        case .sms:
            let length = SMSLength(text)
            guard length.segments <= settings.smsSegmentsMax else {
                throw MailFailure(
                    "it takes \(length.segments) segments of SMS, and the setting sms.segmentsMax "
                        + "allows \(settings.smsSegmentsMax)")
            }
            return .sms(
                SMSDraft(
                    to: message.address, text: text, key: message.messageID,
                    message: item.id.description))
        case .push:
            let draft = PushDraft(
                token: message.address, title: rendered.subject, text: text, url: url,
                image: try Self.checked(rendered.image, webOnly: true),
                message: item.id.description)
            let count = FCMProvider(url: "", project: "").request(draft).body.count
            guard count <= FCMProvider.bytesMax else {
                throw MailFailure(
                    "it has \(count) bytes, and devices take \(FCMProvider.bytesMax)")
            }
            return .push(draft)
        case .chat:
            guard text.utf8.count <= Self.chatBytesMax else {
                throw MailFailure("its text has more than \(Self.chatBytesMax) bytes")
            }
            return .chat(room: source.room, ChatDraft(text: text, url: url))
        case .inbox:
            guard text.utf8.count <= Self.inboxBytesMax else {
                throw MailFailure("its text has more than \(Self.inboxBytesMax) bytes")
            }
            return .inbox(
                InboxMessage(
                    id: item.id, customer: message.customer, title: rendered.subject, text: text,
                    url: url, createdAt: now,
                    expiresAt: source.expiresDays.map {
                        now.adding(milliseconds: Int64($0) * 86_400_000)
                    }))
        }
    }

    /// Takes control characters out, and puts the way out at the end of a marketing SMS that tells none.
    func tidy(_ rendered: inout RenderedMessage, _ source: MessageSource) {
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: rendered.text, as: UTF8.self).unicodeScalars {
            switch scalar.value {
            case 0x0A, 0x20...0x7E: text.append(scalar)
            case 0x0D, 0...0x1F, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: break
            default: text.append(scalar)
            }
        }
        var words = String(text)
        while let last = words.last, last.isWhitespace { words.removeLast() }
        while let first = words.first, first.isWhitespace { words.removeFirst() }
        if source.channel == .sms, source.purpose == .marketing, !words.isEmpty,
            !settings.smsOptOut.isEmpty, !tellsWayOut(words, source)
        {
            words += "\n" + settings.smsOptOut
        }
        rendered.text = Array(words.utf8)
    }

    /// Whether a text tells one: the author's own word STOP, as what customers are called doesn't count; or the link,
    /// where it came out.
    private func tellsWayOut(_ words: String, _ source: MessageSource) -> Bool {
        if !settings.publicURL.isEmpty,
            words.contains(settings.publicURL + "/m/u/")
        {
            return true
        }
        func tells(_ text: String) -> Bool {
            text.split { !$0.isLetter && $0 != "-" }.contains("STOP")
        }
        return tells(source.text ?? "") && tells(words)
    }

    /// The first line, as lists show it.
    private static func title(_ text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        return line.count > titleCharactersMax
            ? line.prefix(titleCharactersMax - 1) + "…" : String(line)
    }

    private func links(of message: MessageDraft) -> [(String, String)] {
        guard message.stream == .marketing, !settings.publicURL.isEmpty,
            let link = SignedLink(
                .unsubscribe, message: message.id.rawValue, target: message.topic)
        else { return [] }
        return [("unsubscribe", settings.url(link))]
    }

    /// Schemes that run or read something on whoever follows them.
    private static let unsafeSchemes: Set<String> = [
        "javascript", "data", "vbscript", "file", "blob", "about", "filesystem", "intent",
    ]

    /// Where a tap leads: a page, or a place in the shop's app (`shop://cart`).
    private static func checked(_ url: String, webOnly: Bool) throws(MailFailure) -> String {
        if url.isEmpty { return "" }
        let scheme = url.prefix { $0 != ":" }.lowercased()
        let isPlain = url.unicodeScalars.allSatisfy {
            $0.value > 0x20 && $0.value != 0x7F && $0 != "<" && $0 != ">" && $0 != "\""
        }
        let isScheme =
            scheme.utf8.count < url.utf8.count && scheme.first?.isLetter == true
            && scheme.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0)
                    || [0x2B, 0x2D, 0x2E].contains($0)
            }
        let isKnown =
            webOnly ? scheme == "https" || scheme == "http" : !unsafeSchemes.contains(scheme)
        guard isPlain, isScheme, isKnown else {
            throw MailFailure("its address leads nowhere safe: \(url.prefix(100))")
        }
        return url
    }
}
