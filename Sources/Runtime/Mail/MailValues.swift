package import Customers
package import Documents
import JSONParsing
package import Kernel
import Messaging
import Templates

/// Something that is offered to a customer in a message.
package struct MailOffer: Sendable, Equatable {
    package var id: String
    package var name: String
    package var price: Money?

    package init(id: String, name: String, price: Money? = nil) {
        self.id = id
        self.name = name
        self.price = price
    }
}

/// What a template is filled in with: of the customer only what it asks for. Kept with the message, so that it can be
/// shown again as it was.
package struct MailValues: Sendable, Equatable {
    /// Traits by name, `id` and `email` among them.
    package var customer: [DocumentNode.Member] = []
    /// As the customer's traits say it (BCP 47), empty for English.
    package var language = ""
    /// An IANA name; empty for the workspace's zone.
    package var zone = ""
    package var now: Timestamp
    package var offers: [MailOffer] = []
    /// How the customer stands in each loyalty program, by its name; `page` is a path.
    package var loyalty: [DocumentNode.Member] = []
    /// Traits that the template asks for and that can't be read; not kept.
    package private(set) var unreadable: [String] = []

    package init(now: Timestamp) { self.now = now }

    package init(
        of customer: ID<Customer>, _ attributes: Attributes, address: String,
        traits: Set<String>?, now: Timestamp
    ) {
        self.now = now
        var members = [
            DocumentNode.Member("id", .text(customer.description)),
            DocumentNode.Member("email", .text(address)),
        ]
        for attribute in attributes.all
        where !attribute.isRemoved && attribute.name != "id" && attribute.name != "email" {
            guard traits?.contains(attribute.name) ?? true else { continue }
            guard let node = try? DocumentNode(json: attribute.value.span) else {
                unreadable.append(attribute.name)
                continue
            }
            members.append(DocumentNode.Member(attribute.name, node))
        }
        if traits?.contains("firstName") ?? true, attributes["firstName"]?.text == nil,
            let name = Self.firstName(attributes)
        {
            members.append(DocumentNode.Member("firstName", .text(name)))
        }
        self.customer = members
        language = attributes["language"]?.text ?? attributes["locale"]?.text ?? ""
        zone = attributes["timezone"]?.text ?? ""
    }

    /// Under whichever name it is kept; nil where none says it.
    private static func firstName(_ attributes: Attributes) -> String? {
        if let name = attributes["first_name"]?.text, !name.isEmpty { return name }
        let word = attributes["name"]?.text?.split(separator: " ").first.map(String.init)
        return word.flatMap { $0.contains("@") ? nil : $0 }
    }

    // MARK: Keeping

    package var json: [UInt8] {
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.key("customer")
        DocumentNode(.mapping(customer)).write(to: &json)
        if !language.isEmpty { json.member("language", language) }
        if !zone.isEmpty { json.member("zone", zone) }
        json.member("now", now.rfc3339)
        if !loyalty.isEmpty {
            json.key("loyalty")
            DocumentNode(.mapping(loyalty)).write(to: &json)
        }
        if !offers.isEmpty {
            json.key("offers")
            json.beginArray()
            for offer in offers {
                json.beginObject()
                json.member("id", offer.id)
                json.member("name", offer.name)
                if let price = offer.price {
                    json.key("price")
                    json.decimal(minor: price.minor, digits: price.currency.minorDigits)
                    json.member("currency", price.currency.description)
                }
                json.endObject()
            }
            json.endArray()
        }
        json.endObject()
        return json.bytes
    }

    /// Reads what `json` wrote; what can't be read is left out.
    package init(json bytes: [UInt8], now: Timestamp) {
        let node = (try? DocumentNode(json: bytes.span)) ?? DocumentNode(.null)
        func text(_ node: DocumentNode?) -> String? {
            switch node?.value {
            case .text(let text), .number(let text): text
            default: nil
            }
        }
        self.now = text(node["now"]).flatMap { Timestamp($0) } ?? now
        if case .mapping(let members)? = node["customer"]?.value { customer = members }
        language = text(node["language"]) ?? ""
        zone = text(node["zone"]) ?? ""
        if case .mapping(let members)? = node["loyalty"]?.value { loyalty = members }
        guard case .list(let offers)? = node["offers"]?.value else { return }
        self.offers = offers.compactMap { offer in
            guard let id = text(offer["id"]), let name = text(offer["name"]) else { return nil }
            var price: Money?
            if let currency = text(offer["currency"]).flatMap({ Currency($0) }),
                let amount = text(offer["price"]),
                let minor = try? DecimalText.minor(
                    Array(amount.utf8).span, digits: currency.minorDigits)
            {
                price = Money(minor: minor, currency: currency)
            }
            return MailOffer(id: id, name: name, price: price)
        }
    }

    // MARK: Filling in

    /// Names that a step's `data` can't take the place of.
    static let ownNames: Set<String> = [
        "customer", "coupon", "links", "company", "message", "offers", "loyalty",
    ]

    /// - Parameters:
    ///   - data: What the journey's step gives.
    ///   - coupon: With `code` and `expires`; nil for none.
    ///   - links: `unsubscribe` and `preferences`, where the message has them.
    func inputs(
        data: DocumentNode, coupon: DocumentNode?, links: [(String, String)],
        settings: MailSettings, zone workspaceZone: ZoneRules, currency: Currency
    ) -> RenderInputs {
        var members: [TemplateValue.Member] = [
            .init("customer", TemplateValue(DocumentNode(.mapping(customer)))),
            .init("company", settings.company.value),
        ]
        var linkMembers = links.map { ($0.0, TemplateValue.text($0.1)) }
        if !settings.company.url.isEmpty {
            linkMembers.append(("shop", .text(settings.company.url)))
        }
        members.append(.init("links", .mapping(linkMembers)))
        if let coupon { members.append(.init("coupon", Self.coupon(coupon))) }
        members.append(.init("offers", .list(offers.map { value(of: $0, settings) })))
        members.append(.init("loyalty", loyalty(settings)))
        if case .mapping(let given) = data.value {
            for member in given where !Self.ownNames.contains(member.name) {
                members.append(.init(member.name, TemplateValue(member.value)))
            }
        }
        let zone = self.zone.isEmpty ? nil : ZoneShelf.shared.zone(self.zone)
        return RenderInputs(
            values: .mapping(members), language: Language(language.isEmpty ? "en" : language),
            zone: zone ?? workspaceZone, now: now, currency: currency)
    }

    /// Times as such, and pages as addresses.
    private func loyalty(_ settings: MailSettings) -> TemplateValue {
        .mapping(
            loyalty.map { program in
                guard case .mapping(let members) = program.value.value else {
                    return TemplateValue.Member(program.name, .nothing)
                }
                let values = members.map { member -> TemplateValue.Member in
                    guard case .text(let text) = member.value.value else {
                        return .init(member.name, TemplateValue(member.value))
                    }
                    switch member.name {
                    case "page": return .init("page", .text(settings.publicURL + text))
                    case "ends", "tierUntil":
                        return .init(member.name, Timestamp(text).map { .time($0) } ?? .text(text))
                    default: return .init(member.name, .text(text))
                    }
                }
                return TemplateValue.Member(program.name, .mapping(values))
            })
    }

    private static func coupon(_ node: DocumentNode) -> TemplateValue {
        guard case .mapping(let members) = node.value else { return .nothing }
        return .mapping(
            members.map { member in
                if member.name == "expires", case .text(let text) = member.value.value,
                    let time = Timestamp(text)
                {
                    return TemplateValue.Member(member.name, .time(time))
                }
                return TemplateValue.Member(member.name, TemplateValue(member.value))
            })
    }

    private func value(of offer: MailOffer, _ settings: MailSettings) -> TemplateValue {
        var members: [(String, TemplateValue)] = [
            ("id", .text(offer.id)), ("name", .text(offer.name)),
        ]
        if let price = offer.price { members.append(("price", .money(price))) }
        if !settings.productURL.isEmpty {
            let id = offer.id.utf8.map { byte in
                Self.isUnreserved(byte)
                    ? String(UnicodeScalar(byte)) : "%" + Self.hex(byte >> 4) + Self.hex(byte & 15)
            }.joined()
            members.append(("url", .text(settings.productURL.replacing("{id}", with: id))))
        }
        return .mapping(members)
    }

    /// RFC 3986 §2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
    }

    private static func hex(_ digit: UInt8) -> String { String(digit, radix: 16).uppercased() }
}
