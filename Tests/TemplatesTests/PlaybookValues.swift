import Kernel
import Templates

/// What mails are filled with when they are sent.
enum PlaybookValues {
    enum Reader: String, CaseIterable, Sendable {
        /// An address and nothing else; the shop has set up no more than it must.
        case addressOnly
        case full
    }

    static let schema = TemplateSchema([
        "customer.*", "cart.items[].name", "cart.items[].quantity", "cart.items[].price",
        "cart.items[].url", "cart.items[].image_url", "cart.total", "cart.currency", "coupon.code",
        "coupon.expires", "links.unsubscribe", "links.preferences", "links.shop", "company.name",
        "company.address", "company.url", "company.logo", "company.colour", "company.buttonText",
        "company.footer", "company.labels.unsubscribe", "company.labels.preferences",
        "message.language", "offers[].id", "offers[].name", "offers[].price", "offers[].url",
    ])

    static func values(for reader: Reader, isMarketing: Bool) -> TemplateValue {
        var members: [(String, TemplateValue)] = [
            ("message", .mapping([("language", .text("en-GB"))])),
            (
                "coupon",
                .mapping([
                    ("code", .text("BACK-7Q2K")),
                    ("expires", Timestamp("2026-05-18T09:30:00Z").map { .time($0) } ?? .nothing),
                ])
            ),
            ("customer", customer(reader)), ("company", company(reader)),
            ("offers", .list(reader == .full ? offers : [])),
        ]
        var links: [(String, TemplateValue)] = []
        if reader == .full { links.append(("shop", .text("https://shop.example.com"))) }
        if isMarketing {
            links.append(("unsubscribe", .text("https://mail.example.com/u")))
            links.append(("preferences", .text("https://mail.example.com/p")))
        }
        members.append(("links", .mapping(links)))
        if reader == .full { members.append(("cart", cart)) }
        return .mapping(members)
    }

    private static func customer(_ reader: Reader) -> TemplateValue {
        var members: [(String, TemplateValue)] = [
            ("id", .text("customer-1")), ("email", .text("customer-1@example.com")),
        ]
        guard reader == .full else { return .mapping(members) }
        members += [
            ("firstName", .text("Ada")), ("language", .text("en-GB")),
            ("arrivesOn", .text("2026-06-01")), ("roomType", .text("double")),
            ("renewsOn", .text("2026-06-03")), ("earlyAccess", .boolean(true)),
        ]
        return .mapping(members)
    }

    private static func company(_ reader: Reader) -> TemplateValue {
        var members: [(String, TemplateValue)] = [("name", .text("Example Shop"))]
        guard reader == .full else { return .mapping(members) }
        members += [
            ("address", .text("1 Example Street\nTown")),
            ("url", .text("https://shop.example.com")),
            ("colour", .text("#0b6e4f")),
        ]
        return .mapping(members)
    }

    private static let cart = TemplateValue.mapping([
        (
            "items",
            .list([
                .mapping([
                    ("name", .text("Tea & <Co>")), ("quantity", .number(2)),
                    ("price", number("9.9")), ("image_url", .text("https://cdn.example.com/1.png")),
                ]), .mapping([("name", .text("Pot")), ("price", number("28.70"))]),
            ])
        ), ("total", number("48.5")), ("currency", .text("GBP")),
    ])

    private static func number(_ text: String) -> TemplateValue {
        TemplateNumber(text).map { .number($0) } ?? .nothing
    }

    private static let offers: [TemplateValue] = [
        ("Red candle", 1_250), ("Tea & <Co>", 990),
        ("A bag that holds all you need for a day", 4_900),
    ].map { name, minor in
        .mapping([
            ("id", .text(name)), ("name", .text(name)),
            (
                "price",
                Currency("GBP").map { .money(Money(minor: minor, currency: $0)) } ?? .nothing
            ),
            ("url", .text("https://shop.example.com/p/1")),
        ])
    }
}
