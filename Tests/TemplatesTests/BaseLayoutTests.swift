import Kernel
import Templates
import Testing

@Suite struct BaseLayoutTests {
    private let source = MessageSource(
        name: "m", subject: "Your cart, {{ customer.firstName | default: 'friend' }}",
        preheader: "Still here <for> you",
        html: """
            {% extends "base" %}
            {% block content %}
            {% include "title", title: "Your cart" %}
            <p>Hello {{ customer.firstName | default: "there" }},</p>
            {% include "lines", items: cart.items, total: cart.total %}
            {% include "coupon", code: coupon.code, label: "For you", expires: coupon.expiresAt %}
            {% include "button", url: links.cart, label: "Back to your cart" %}
            {% include "products", items: products, heading: "Others took" %}
            {% endblock %}
            """,
        text: "Hello\n{% include \"text-footer\" %}")

    private func inputs() throws -> RenderInputs {
        let euro = try #require(Currency("EUR"))
        let item = TemplateValue.mapping([
            ("name", .text("Tea & <Co>")), ("quantity", .number(2)),
            ("price", .money(Money(minor: 990, currency: euro))),
            ("url", .text("https://shop.example.com/tea?a=1&b=2")),
            ("image", .text("https://cdn.example.com/tea.png")),
        ])
        return RenderInputs(
            values: .mapping([
                ("customer", .mapping([("firstName", .text("Ada"))])),
                (
                    "cart",
                    .mapping([
                        ("items", .list([item])),
                        ("total", .money(Money(minor: 1980, currency: euro))),
                    ])
                ),
                ("products", .list([item, item, item, item])),
                (
                    "coupon",
                    .mapping([("code", .text("A1B2")), ("expiresAt", .text("2026-04-01"))])
                ),
                (
                    "links",
                    .mapping([
                        ("cart", .text("https://shop.example.com/cart")),
                        ("unsubscribe", .text("https://mail.example.com/u")),
                        ("preferences", .text("https://mail.example.com/p")),
                    ])
                ),
                (
                    "company",
                    .mapping([
                        ("name", .text("Example Shop")),
                        ("address", .text("1 Example Street\nTown")),
                        ("url", .text("https://shop.example.com")), ("colour", .text("#0b6e4f")),
                    ])
                ),
            ]), language: Language("en-GB"))
    }

    @Test func `the layout and its partials bring all that a marketing mail needs`() throws {
        let message = try TemplateSet.withBuiltIn().compile(source).render(inputs())
        #expect(message.warnings.isEmpty, "\(message.warnings)")
        let html = String(decoding: message.html ?? [], as: UTF8.self)
        for part in [
            "<html lang=\"en-GB\"", "<title>Your cart, Ada</title>", "Still here &lt;for&gt; you",
            "prefers-color-scheme:dark", "max-width:600px", "<!--[if mso]>", "v:roundrect",
            "background-color:#0b6e4f", "Tea &amp; &lt;Co&gt;", "€19.80", "A1B2", "1 April 2026",
            "1 Example Street<br>", "href=\"https://mail.example.com/u\" data-track=\"no\"",
            "href=\"https://shop.example.com/tea?a=1&amp;b=2\"",
        ] {
            #expect(html.contains(part), "\(part)")
        }
        #expect(html.utf8.count < TemplateLint.htmlBytesMax / 4)
        // Three products, each opened and closed.
        #expect(html.components(of: "class=\"col product\"") == 3)
        for tag in ["table", "tr", "td", "div", "a", "p"] {
            #expect(html.components(of: "<\(tag)") >= html.components(of: "</\(tag)>"), "\(tag)")
            #expect(
                html.components(of: "<\(tag) ") + html.components(of: "<\(tag)>")
                    == html.components(of: "</\(tag)>"), "\(tag)")
        }
    }

    @Test func `without a preheader, an address or links nothing of them is left`() throws {
        let bare = MessageSource(
            name: "m", purpose: .transactional, subject: "s",
            html:
                "{% extends 'base' %}{% block content %}x{% include 'products', items: none %}{% endblock %}"
        )
        let message = try TemplateSet.withBuiltIn().compile(bare).render(
            RenderInputs(values: .mapping([("company", .mapping([("name", .text("Shop"))]))])))
        let html = String(decoding: message.html ?? [], as: UTF8.self)
        #expect(!html.contains("nsubscribe") && !html.contains("opacity:0"))
        #expect(String(decoding: message.text, as: UTF8.self) == "Shop\n\nx\n\nShop\n")
    }

    @Test func `its text part reads from top to bottom`() throws {
        var source = source
        source.text = nil
        let message = try TemplateSet.withBuiltIn().compile(source).render(inputs())
        let text = String(decoding: message.text, as: UTF8.self)
        #expect(
            text.hasPrefix(
                """
                Example Shop [1]

                Your cart

                Hello Ada,

                2 × Tea & <Co> | €9.90
                Total | €19.80

                For you

                A1B2

                Valid until 1 April 2026

                Back to your cart [2]

                Others took

                Tea & <Co> [3]
                €9.90
                """), "\(text)")
        #expect(text.contains("[2] https://shop.example.com/cart\n"))
    }

    @Test func `a message's own layout takes the place of the built-in one`() throws {
        let set = try TemplateSet.withBuiltIn([
            TemplateSource(name: "base", text: "<p>{% block content %}{% endblock %}</p>")
        ])
        let message = try set.compile(
            MessageSource(
                name: "m", subject: "s",
                html: "{% extends 'base' %}{% block content %}x{% endblock %}")
        ).render(RenderInputs(values: .nothing))
        #expect(message.html == Array("<p>x</p>".utf8))
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
