import Kernel
import Templates
import Testing

@Suite struct TemplateTests {
    private let values: [(String, TemplateValue)] = [
        ("name", .text("Ada")), ("void", .text("")), ("no", .boolean(false)), ("n", .number(3)),
        (
            "cart",
            .mapping([
                (
                    "items",
                    .list(
                        ["tea", "jam", "rye"].enumerated().map { index, name in
                            .mapping([
                                ("name", .text(name)), ("price", .number(30 - index * 10)),
                                ("gift", .boolean(index == 1)),
                            ])
                        })
                )
            ])
        ),
        ("tags", .list([.text("b"), .text("a"), .text("b")])),
    ]

    @Test(arguments: [
        ("Hello {{ name }}!", "Hello Ada!"),
        ("{{ nobody | default: \"there\" }}", "there"),
        ("{{ void | default: 'there' }}", "there"),
        ("{{ no | default: 'there' }}", "there"),
        (
            "{{ cart.items[1].name }}{{ cart.items.last.name }}{{ cart.items[-1].name }}",
            "jamryerye"
        ),
        ("{{ cart['items'][0].name }}", "tea"),
        ("{% if name %}a{% else %}b{% endif %}", "a"),
        ("{% if nobody %}a{% elsif n > 2 %}b{% else %}c{% endif %}", "b"),
        ("{% if name == 'Ada' and n >= 3 %}a{% endif %}", "a"),
        ("{% if name == 'Eve' or n != 3 %}a{% else %}b{% endif %}", "b"),
        ("{% unless name == 'Ada' or no %}a{% else %}b{% endunless %}", "b"),
        ("{% if not nobody %}a{% endif %}", "a"),
        ("{% if void == blank %}a{% endif %}{% if nobody == nil %}b{% endif %}", "ab"),
        ("{% if tags contains 'a' %}a{% endif %}{% if name contains 'd' %}b{% endif %}", "ab"),
        ("{% if n < 'x' %}a{% else %}b{% endif %}", "b"),
        ("{% case n %}{% when 1, 2 %}a{% when 3 or 4 %}b{% else %}c{% endcase %}", "b"),
        ("{% case n %} {% when 1 %}a{% else %}c{% endcase %}", "c"),
        (
            "{% for i in cart.items %}{{ forloop.index }}{{ i.name }} {% endfor %}",
            "1tea 2jam 3rye "
        ),
        ("{% for i in cart.items limit:1 offset:1 %}{{ i.name }}{% endfor %}", "jam"),
        ("{% for i in cart.items reversed %}{{ i.name }}{% endfor %}", "ryejamtea"),
        ("{% for i in nobody %}a{% else %}none{% endfor %}", "none"),
        (
            "{% for i in cart.items %}{% if i.gift %}{% continue %}{% endif %}{{ i.name }}{% endfor %}",
            "tearye"
        ),
        (
            "{% for i in cart.items %}{% if i.gift %}{% break %}{% endif %}{{ i.name }}{% endfor %}.",
            "tea."
        ),
        (
            """
            {% for i in tags %}{% for j in tags %}{% if j == "a" %}{% break %}{% endif %}{{ j }}\
            {% endfor %}{% endfor %}
            """,
            "bbb"
        ),
        (
            "{% for t in tags %}{% if t != previous %}{{ t }};{% endif %}{% assign previous = t %}{% endfor %}",
            "b;a;b;"
        ),
        ("{% assign x = n | plus: 1 %}{{ x }}", "4"),
        ("{% if no %}{% assign name = 'Eve' %}{% endif %}{{ name }}", "Ada"),
        ("{% capture x %}<{{ name }}>{% endcapture %}{{ x }}{{ x }}", "<Ada><Ada>"),
        ("{% comment %}{{ x | nosuch }}{% endcomment %}a{# note #}b", "ab"),
        ("{% raw %}{{ name }}{% endraw %}", "{{ name }}"),
        ("a  {%- if name -%}  b  {%- endif -%}  c", "abc"),
        ("a {{- name -}} b", "aAdab"),
        ("a\n{% if name %}\nb\n{% endif %}\nc\n", "a\nb\nc\n"),
        ("a\n  {% for t in tags %}\n- {{ t }}\n  {% endfor %}\nz", "a\n- b\n- a\n- b\nz"),
        ("{{ \"a }} b\" }}", "a }} b"),
        ("{{ cart.items | map: 'name' | join: ', ' }}", "tea, jam, rye"),
        ("{{ cart.items | sort: 'price' | map: 'name' | first }}", "rye"),
        ("{{ cart.items | where: 'gift' | size }}{{ cart.items.size }}", "13"),
        ("{{ cart.items | where: 'price', 20 | map: 'name' }}", "jam"),
        ("{{ tags | uniq | sort | join: '' }}{{ tags | reverse | first }}", "abb"),
        ("{{ tags | slice: 1, 2 | join: '' }}{{ tags | limit: 1 }}", "abb"),
        ("{{ 'a-b-c' | split: '-' | last }}{{ 'abc' | slice: -2, 2 }}", "cbc"),
        ("{{ 'ab' | upper }}{{ 'ÄB' | lower }}{{ 'élan vital' | capitalize }}", "ABäbÉlan vital"),
        ("{{ 'a long sentence' | truncate: 7 }}|{{ 'short' | truncate: 7 }}", "a long…|short"),
        ("{{ 'one two three' | truncatewords: 2 }}", "one two…"),
        ("{{ 'a b' | replace: ' ', '+' }}{{ 'abab' | remove: 'b' }}{{ ' x ' | strip }}", "a+baax"),
        ("{{ 'x' | append: '!' | prepend: '¡' }}", "¡x!"),
        ("{{ 'a b&c' | url_encode }}", "a%20b%26c"),
        (
            "{{ 7 | divided_by: 2 }} {{ 7.0 | divided_by: 2.5 }} {{ -7 | divided_by: 2 }}",
            "3 2.8 -4"
        ),
        ("{{ 0.1 | plus: 0.2 }} {{ 3 | minus: 5 }} {{ 1.5 | times: 1.5 }}", "0.3 -2 2.25"),
        (
            "{{ 2.5 | round }} {{ -2.5 | round }} {{ 1.255 | round: 2 }} {{ 1.2 | ceil }}",
            "3 -3 1.26 2"
        ),
        ("{{ 7 | modulo: 3 }} {{ 5 | at_most: 3 }} {{ 5 | at_least: 8 }}", "1 3 8"),
        ("{{ 1 | plural: 'day', 'days' }} {{ 2 | plural: 'day', 'days' }}", "day days"),
    ])
    func `a template renders as Liquid would have it`(template: String, expected: String) throws {
        let rendered = try render(template, values)
        #expect(rendered.text == expected)
        #expect(rendered.warnings.isEmpty)
    }

    @Test func `includes see values handed to them, and theirs are gone behind them`() throws {
        let text = try render(
            "{% include 'p', a: name, b: 'x' %}{{ a | default: '-' }}{% render 'p' with a: 'y' %}",
            values,
            partials: [
                ("p", "[{{ a }}{{ b | default: '?' }}{{ c | default: '' }}]{% assign c = 1 %}")
            ]
        ).text
        #expect(text == "[Adax]-[y?]")
    }

    @Test func `a template fills its layout's blocks, through two layouts`() throws {
        let text = try render(
            "{% extends 'inner' %}{% block b %}B{% endblock %}",
            partials: [
                ("outer", "<{% block a %}a{% endblock %}|{% block b %}b{% endblock %}>"),
                ("inner", "{% extends 'outer' %}{% block a %}A{% endblock %}"),
            ]
        ).text
        #expect(text == "<A|B>")
    }

    @Test func `what is missing is empty and reported once, with its place`() throws {
        let rendered = try render(
            "a\nb {{ who.is }}{% for t in tags %}{{ gone }}{% endfor %}", values)
        #expect(rendered.text == "a\nb ")
        #expect(
            rendered.warnings.map(\.kind) == [.missing("who.is"), .missing("gone")])
        #expect(rendered.warnings[0].place == TemplatePlace(template: "t", line: 2, column: 6))
    }

    @Test func `what is required and missing stops the message`() throws {
        #expect {
            _ = try render("{{ coupon.code | required }}", values)
        } throws: {
            ($0 as? RenderFailure)
                == .missing(
                    name: "coupon.code", TemplatePlace(template: "t", line: 1, column: 4))
        }
        let message = try TemplateSet().compile(
            MessageSource(name: "m", subject: "s", text: "t", required: ["cart.id"]))
        #expect(throws: RenderFailure.self) {
            _ = try message.render(RenderInputs(values: .mapping(values)))
        }
    }

    @Test(arguments: [
        ("a\n {{ x", "line 2, column 2", "}} is missing"),
        ("{% if x %}a", "line 1, column 1", "endif"),
        ("{% for x in y %}{% if x %}{% endfor %}", "column 17", "if is never closed"),
        ("é{{ x | uper }}", "column 9", "did you mean upper?"),
        ("{% fro x in y %}", "column 1", "did you mean for?"),
        ("{{ x | truncate: 1, 2, 3 }}", "column 8", "is used so"),
        ("{{ x | money: unitt: 'major' }}", "column 15", "has no unitt"),
        ("{% if a = 1 %}{% endif %}", "column 9", "write =="),
        ("{% if a and b or c %}{% endif %}", "column 15", "isn't clear"),
        ("{% include 'no' %}", "column 12", "there is no template no"),
        ("{% endif %}", "column 1", "closes nothing"),
        ("{{ }}", "column 1", "a variable is missing"),
        ("{{ 'x }}", "column 1", "}} is missing"),
        ("{{ a..b }}", "column 4", "isn't a variable"),
        ("{% break %}", "column 1", "inside a loop"),
        (
            "{% case x %}text{% when 1 %}{% endcase %}", "column 13",
            "between case and its first when"
        ),
        ("{{ x | required: 1 }}", "column 8", "takes nothing"),
        ("{{ x | raw | upper }}", "column 8", "must be the last filter"),
        ("{% raw %}", "column 1", "endraw"),
    ])
    func `a problem says where it is and what to do`(
        template: String, place: String, reason: String
    ) throws {
        let found = try #require(problem(template))
        #expect(found.description.contains(place), "\(found)")
        #expect(found.reason.contains(reason), "\(found)")
    }
}
