import Kernel
import Templates
import Testing

@Suite struct BoundsTests {
    private let list = TemplateValue.list((0..<2000).map { .number($0) })
    private let long = TemplateValue.text(String(repeating: "a", count: 100_000))

    @Test(arguments: [
        "{% for a in l %}{% for b in l %}{% for c in l %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in l %}{% for b in l %}{% endfor %}{% endfor %}",
        "{% for a in l %}{{ t }}{% endfor %}",
        "{% assign x = t %}{% for a in l %}{% assign x = x | append: x %}{% endfor %}",
        "{{ t | replace: 'a', t }}", "{{ l | join: t }}",
        "{% for a in l %}{{ t | upper | lower | upper | size }}{% endfor %}",
        "{% capture x %}{% for a in l %}{{ t }}{% endfor %}{% endcapture %}",
        "{% for a in l %}{% assign b = l | sort %}{% endfor %}",
        "{% for a in l %}{% if t contains u %}{% endif %}{% endfor %}",
        "{{ t | split: 'a' | join: t }}", "{{ t | replace: u, 'b' }}",
    ])
    func `a rendering that would not end is stopped with the reason`(template: String) throws {
        #expect(throws: RenderFailure.self) {
            _ = try render(
                template,
                [
                    ("l", list), ("t", long),
                    ("u", .text(String(repeating: "a", count: 50_000) + "b")),
                ])
        }
    }

    @Test func `each limit holds at limit and one more`() throws {
        var limits = TemplateLimits()
        limits.iterationsMax = 5
        limits.outputBytesMax = 10
        let loop = "{% for a in l limit:5 %}x{% endfor %}"
        #expect(try render(loop, [("l", list)], limits: limits).text == "xxxxx")
        #expect(throws: RenderFailure.tooManyIterations(max: 5, template: "t")) {
            _ = try render(loop.replacing("5", with: "6"), [("l", list)], limits: limits)
        }
        #expect(try render("0123456789", limits: limits).text.count == 10)
        #expect(throws: RenderFailure.tooMuchOutput(bytesMax: 10, template: "t")) {
            _ = try render("0123456789a", limits: limits)
        }
        #expect(throws: RenderFailure.tooMuchOutput(bytesMax: 10, template: "t")) {
            _ = try render("{{ x }}", as: .html, [("x", .text("<<<<<"))], limits: limits)
        }
        limits.nestingMax = 3
        #expect(problem("{% if a %}{% if b %}{% endif %}{% endif %}", limits: limits) == nil)
        #expect(
            problem(
                "{% if a %}{% if b %}{% if c %}{% endif %}{% endif %}{% endif %}", limits: limits)?
                .kind == .tooLarge)
        limits.sourceBytesMax = 4
        #expect(problem("abcd", limits: limits) == nil)
        #expect(problem("abcde", limits: limits)?.kind == .tooLarge)
        limits = TemplateLimits()
        limits.stepsMax = 3
        #expect(try render("{{ 1 }}", limits: limits).text == "1")
        #expect(throws: RenderFailure.tooManySteps(max: 3, template: "t")) {
            _ = try render("{{ 1 }}{{ 2 }}{{ 3 }}{{ 4 }}", limits: limits)
        }
    }

    @Test func `templates that include each other in a circle are refused when compiling`() throws {
        #expect(
            problem("{% include 'a' %}", partials: [("a", "{% include 'a' %}")])?.kind == .tooLarge)
        let circle = [("a", "{% include 'b' %}"), ("b", "{% include 'a' %}")]
        #expect(problem("{% include 'a' %}", partials: circle)?.reason.contains("a, b, a") == true)
        let layouts = [("a", "{% extends 'b' %}"), ("b", "{% extends 'a' %}")]
        #expect(problem("{% extends 'a' %}", partials: layouts)?.kind == .tooLarge)
        #expect(
            problem(
                "{% extends 'a' %}{% block b %}{% block b %}{% endblock %}{% endblock %}",
                partials: [("a", "{% block b %}{% endblock %}")])?.kind == .syntax)
    }

    @Test func `includes that multiply are refused before they fill the memory`() throws {
        let twice = (0..<8).map { level in
            ("p\(level)", String(repeating: "{% include 'p\(level + 1)' %}", count: 40))
        }
        for leaf in ["", "x", "{{ x }}", String(repeating: "y", count: 10_000)] {
            let found = problem("{% include 'p1' %}", partials: twice + [("p8", leaf)])
            #expect(found?.kind == .tooLarge)
        }
    }

    @Test func `nothing that is read or rendered crashes, however templates are broken`() throws {
        let corpus = [
            "{% extends 'base' %}{% block a %}<p title=\"{{ x | default: 'y' | upper }}\">{% endblock %}",
            "{% for i in l limit:2 offset:x reversed %}{{ i.a[0]['b'] }}{% else %}e{% endfor %}",
            "{% if a == 1 and not b contains 'c' %}{% elsif x %}{% else %}{% endif %}",
            "{% case x %}{% when 1, 'a' %}{{ l | sort: 'a' | map: 'b' | join: ',' }}{% endcase %}",
            "<a href=\"https://a.test/{{ x }}?b={{ x }}\" style='color:{{ x }}'>{{ x | raw }}</a><!-- {{ x }} -->",
            "{% capture c %}{{ 1.5 | divided_by: x | round: 2 }}{% endcapture %}{{ c | money: 'EUR', unit: 'major' }}",
            "<!--[if mso]><v:rect href='{{ x }}'><![endif]--><style>a{b:{{ x }}}</style>{# n #}{% raw %}{{{% endraw %}",
            "{{ x | date: '%d.%m.%Y' }}{{ x | plural: one: 'a', other: 'b' }}{%- assign z = x | slice: -3, 2 -%}",
        ]
        var random = SeededRandom(seed: 7)
        let noise = Array("{}%|:,.\"'<>=-#&[]/ ai0é\n!~\u{0}".utf8) + [0xFF, 0xC3, 0xE2]
        let values: [(String, TemplateValue)] = [
            ("x", .text("1\"><&'\u{0}\nä")),
            ("l", .list([.number(2), .mapping([("a", .nothing)])])),
            ("a", .number(1)), ("b", .html("<b>")),
        ]
        var compiled = 0
        for _ in 0..<6000 {
            var bytes = Array(corpus[Int(random.next() % UInt64(corpus.count))].utf8)
            for _ in 0..<Int(random.next() % 6) where !bytes.isEmpty {
                let at = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes.remove(at: at)
                case 1: bytes.insert(noise[Int(random.next() % UInt64(noise.count))], at: at)
                case 2: bytes[at] = noise[Int(random.next() % UInt64(noise.count))]
                default:
                    let end = min(bytes.count, at + Int(random.next() % 20))
                    bytes.insert(
                        contentsOf: bytes[at..<end], at: Int(random.next() % UInt64(at + 1)))
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let format = TemplateFormat.allCases[Int(random.next() % 3)]
            do {
                let rendered = try render(
                    text, as: format, values,
                    partials: [("base", "<div>{% block a %}{% endblock %}</div>")])
                compiled += 1
                #expect(rendered.bytes.count < 10_000)
                if format == .header {
                    #expect(
                        !rendered.bytes.contains { $0 == 0x0D || $0 == 0 } || text.contains("\0"))
                }
            } catch let error as TemplateProblem {
                #expect(error.place.line >= 1 && error.place.column >= 1 && !error.reason.isEmpty)
            } catch {
                #expect(error is RenderFailure)
            }
        }
        // Enough of them must get through to be rendered.
        #expect(compiled > 1000)
    }

    @Test(arguments: [
        "{{", "{%", "{{ a", "{% if a %}", "{% comment %}{%", "{# ", "{{ a }}", "{{ 'a", "{%- a",
        "   {% if a %}   ",
        "<!--[if", "<!--", "<a ", "<a href=\"", "<style>", "<table><td>", "<ul><li>", "&", "&#x",
        "<a href=https://a.test>", "y", "</", "=",
        "{% raw %}", "{{ a | upper", "{% for a in b %}", "{{ a[", "<p style=\"y:", "<a>x",
    ])
    func `a large source of one thing repeated is read to its end`(part: String) throws {
        let text = String(repeating: part, count: 60_000 / part.utf8.count)
        for format in [TemplateFormat.html, .text] {
            do {
                _ = try render(text, as: format, [("a", .number(1))])
            } catch {
                #expect(error is TemplateProblem || error is RenderFailure)
            }
        }
        let source = MessageSource(name: "m", subject: "s", html: text)
        #expect(TemplateLint(set: try TemplateSet()).findings(in: source).count > 0)
        let html = Array(text.utf8)
        #expect(HTMLToText.text(from: html.span).count <= 4 * html.count)
        #expect(LinkRewriter().rewrite(html: html) { _ in nil } == html)
    }

    @Test func `what values say never makes a tag, an attribute or a scheme`() throws {
        let templates = [
            "<p>{{ x }}</p>", "<p title=\"{{ x }}\">a</p>", "<p title='{{ x }}'>a</p>",
            "<a href=\"{{ x }}\">a</a>", "<a href='https://a.test/{{ x }}'>a</a>",
            "<a href=\"https://a.test/?b={{ x }}\">a</a>", "<p style=\"a:{{ x }}\">a</p>",
            "<style>a{b:{{ x }}}</style>", "<title>{{ x }}</title>", "<!--{{ x }}--><p>a</p>",
        ]
        let parts = [
            "<", ">", "\"", "'", "`", "&", "&lt;", "--", "-->", "!", "/", "</style>", "</title>",
            "script",
            "javascript:", ":", "\n", "\t", " ", "=", "on", "x", "é", "\\", "(", ";", "}", "\u{0}",
        ]
        var random = SeededRandom(seed: 11)
        for template in templates {
            // Signs that make HTML, as the template alone has them.
            let plain = try render(template, as: .html, [("x", .text("x"))]).text
            for _ in 0..<300 {
                var value = ""
                for _ in 0..<Int(random.next() % 8) {
                    value += parts[Int(random.next() % UInt64(parts.count))]
                }
                let text = try render(template, as: .html, [("x", .text(value))]).text
                for sign in ["<", ">", "\"", "'"] as [Character] {
                    #expect(
                        text.filter { $0 == sign }.count == plain.filter { $0 == sign }.count,
                        "\(template) \(value) \(text)")
                }
                if template.contains("href=\"{{") {
                    let scheme = text.dropFirst("<a href=\"".count).prefix { !"/?#\"".contains($0) }
                    #expect(!scheme.contains(":"), "\(value) \(text)")
                }
            }
        }
    }
}
