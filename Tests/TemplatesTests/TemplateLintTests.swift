import Documents
import JSONParsing
import Kernel
import Templates
import Testing

@Suite struct TemplateLintTests {
    private let schema = TemplateSchema([
        "customer.firstName", "customer.attributes.*", "cart.items[].name", "links.unsubscribe",
        "links.preferences", "links.shop", "company.name", "company.address", "company.url",
        "company.logo",
        "company.colour", "company.buttonText", "company.footer", "company.labels.unsubscribe",
        "company.labels.preferences",
    ])

    private func findings(_ source: MessageSource) throws -> [LintFinding] {
        TemplateLint(set: try .withBuiltIn(), schema: schema).findings(in: source)
    }

    private func source(html: String) -> MessageSource {
        MessageSource(
            name: "m", purpose: .transactional, subject: "Subject", preheader: "Words", html: html,
            text: "x")
    }

    @Test func `a message that is in order has no findings`() throws {
        let found = try findings(
            MessageSource(
                name: "m", subject: "Hello {{ customer.firstName | default: 'there' }}",
                preheader: "News",
                html: """
                    {% extends "base" %}{% block content %}
                    {% for item in cart.items %}{{ item.name }}{% endfor %}{{ cart.items[0].name }}{{ cart.items.first.name }}
                    {{ cart.items.size }}{{ customer.attributes.anything | default: "" }}
                    {% include "button", url: links.shop, label: "Shop" %}
                    {% if customer.firstName %}{{ customer.firstName }}{% endif %}
                    {% endblock %}
                    """,
                text: "Hello\n{% include \"text-footer\" %}"))
        #expect(found.isEmpty, "\(found)")
    }

    @Test(arguments: [
        ("{{ customer.firstname }}", "unknownVariable", "Did you mean customer.firstName?"),
        (
            "{{ profile.firstName | default: 'x' }}", "unknownVariable",
            "Did you mean customer.firstName?"
        ),
        ("{% for i in cart.items %}{{ i.title }}{% endfor %}", "unknownVariable", "Take a name"),
        ("{% if cart.item %}{% endif %}", "unknownVariable", "Did you mean cart.items?"),
        ("Hello {{ customer.firstName }}", "noDefault", "default"),
        ("{{ x | uper }}", "unknownFilter", ""), ("{% fro %}", "unknownTag", ""),
        ("{% if x %}", "unclosed", ""), ("{% include 'x' %}", "unknownTemplate", ""),
        ("<a href={{ links.shop }}>", "unsafePlace", ""),
        ("<a href=\"http://a.test/{{ x }}\">a</a>", "insecureLink", "https"),
        ("<a href=\"/sale\">a</a>", "relativeLink", ""),
        ("<a href=\"sale.html\">a</a>", "relativeLink", ""),
        ("<a href=\"#\">a</a>", "emptyLink", ""),
        ("<a href=\"javascript:x\">a</a>", "unsafeLink", ""),
        ("<img src=\"https://a.test/i.png\">", "imageWithoutAlt", "alt"),
        ("<form action=\"https://a.test\"></form>", "strippedElement", ""),
        ("<script>x</script>", "strippedElement", ""),
        (String(repeating: "<p>words</p>\n", count: 9000), "clipped", "Gmail"),
    ])
    func `each thing that is wrong is found, with advice`(
        html: String, rule: String, advice: String
    ) throws {
        let found = try findings(source(html: html))
        let finding = try #require(found.first { $0.rule.rawValue == rule }, "\(found)")
        #expect(finding.advice.contains(advice), "\(finding)")
        #expect(finding.part == .html)
    }

    @Test func `findings say where they are, the gravest first`() throws {
        let found = try findings(
            source(
                html:
                    "<p>é\n<img src=\"https://a.test/i.png\">{{ customer.nme }}\n {{ '}}' }}<a href=\"/x\">"
            ))
        #expect(found.map(\.rule) == [.relativeLink, .unknownVariable, .imageWithoutAlt])
        #expect(found[0].place == TemplatePlace(template: "m html", line: 3, column: 12))
        #expect(found[1].place == TemplatePlace(template: "m html", line: 2, column: 36))
        #expect(found[2].place == TemplatePlace(template: "m html", line: 2, column: 1))
    }

    @Test func `marketing needs a way out, an address, a subject, a preheader and a text`() throws {
        let found = try findings(
            MessageSource(name: "m", subject: "  ", html: "<p>Buy</p>"))
        #expect(
            Set(found.map(\.rule)) == [
                .noUnsubscribe, .noPostalAddress, .noSubject, .noPreheader, .noText,
            ])
        let receipt = try findings(
            MessageSource(
                name: "m", purpose: .transactional,
                subject: String(repeating: "long ", count: 15) + "{{ cart.items[0].name }}",
                preheader: "p", html: "<p>Paid</p>", text: "Paid"))
        #expect(receipt.map(\.rule) == [.longSubject])
    }

    @Test func `a rendering's own faults are found with the customer's values`() throws {
        let message = MessageSource(
            name: "m", subject: "{{ customer.firstName }}", html: "{{ x }}{{ gone }}")
        let rendered = try TemplateSet().compile(message).render(
            RenderInputs(values: .mapping([("x", .text(String(repeating: "x", count: 105_000)))])))
        let found = TemplateLint.findings(in: rendered, source: message)
        #expect(Set(found.map(\.rule)) == [.noSubject, .clipped, .rendering])
    }

    @Test func `a sample of values makes a schema`() {
        let schema = TemplateSchema(
            sample: .mapping([
                ("a", .mapping([("b", .list([.mapping([("c", .number(1))])]))]))
            ]))
        #expect(schema.knows("a.b[].c") && schema.knows("a.b[3].c") && schema.knows("a.b.size"))
        #expect(schema.knows("message.subject"))
        #expect(!schema.knows("a.c") && !schema.knows("a.b[].d") && !schema.knows("b"))
    }

    @Test func `a message's definition reads back as it was written`() throws {
        let source = MessageSource(
            name: "win-back", purpose: .transactional, subject: "s", preheader: "p", html: "<p>",
            text: "t", required: ["coupon.code"])
        #expect(try MessageSource(DocumentReader(source.document)) == source)
        for (json, reason) in [
            (#"{"kind":"template","name":"a","subject":"s"}"#, "must have html, text or both"),
            (#"{"kind":"template","name":"A","subject":"s","text":"t"}"#, "small letters"),
            (#"{"kind":"journey","name":"a","subject":"s","text":"t"}"#, "must be template"),
            (
                #"{"kind":"template","name":"a","subject":"s","txt":"t","html":"h"}"#,
                "did you mean text?"
            ),
        ] {
            let node = try DocumentNode(json: Array(json.utf8).span)
            #expect {
                _ = try MessageSource(DocumentReader(node))
            } throws: {
                ($0 as? DocumentProblem)?.reason.contains(reason) == true
            }
        }
    }
}
