import Documents
import HTTPTypes
import Kernel
import Testing

@testable import Console

struct SegmentBuilderTests {
    /// Each condition as the fields hold it, and as the definition says it.
    static let conditions: [(ConditionForm, String)] = [
        (
            ConditionForm(kind: .attribute, subject: "country", comparison: "is", value: "GB"),
            #"{"attribute":"country","is":"GB"}"#
        ),
        (
            ConditionForm(
                kind: .attribute, subject: "address.city", comparison: "oneOf", value: "Cork, 5"),
            #"{"attribute":"address.city","oneOf":["Cork",5]}"#
        ),
        (
            ConditionForm(kind: .attribute, subject: "age", comparison: "atLeast", value: "18.5"),
            #"{"attribute":"age","atLeast":18.5}"#
        ),
        (
            ConditionForm(kind: .attribute, subject: "zip", comparison: "is", value: "007"),
            #"{"attribute":"zip","is":"007"}"#
        ),
        (
            ConditionForm(kind: .attribute, subject: "vat", comparison: "exists", value: "false"),
            #"{"attribute":"vat","exists":false}"#
        ),
        (
            ConditionForm(
                kind: .attribute, subject: "renewsOn", comparison: "withinNext", value: "14 days"),
            #"{"attribute":"renewsOn","withinNext":"14 days"}"#
        ),
        (
            ConditionForm(
                kind: .did, subject: "Order Completed", comparison: "atLeast", value: "1"),
            #"{"did":"Order Completed"}"#
        ),
        (
            ConditionForm(
                kind: .did, subject: "Order Completed", comparison: "exactly", value: "2",
                within: "90 days"),
            #"{"did":"Order Completed","times":{"exactly":2},"within":"90 days"}"#
        ),
        (
            ConditionForm(kind: .didNot, subject: "Order Completed", within: "60 days"),
            #"{"didNot":"Order Completed","within":"60 days"}"#
        ),
        (
            ConditionForm(kind: .recency, comparison: "atLeast", value: "30 days"),
            #"{"recency":{"atLeast":"30 days"}}"#
        ),
        (
            ConditionForm(kind: .frequency, comparison: "atMost", value: "3", within: "365 days"),
            #"{"frequency":{"atMost":3},"within":"365 days"}"#
        ),
        (
            ConditionForm(kind: .monetary, comparison: "greaterThan", value: "100 GBP"),
            #"{"monetary":{"greaterThan":"100 GBP"}}"#
        ),
        (
            ConditionForm(
                kind: .quintile, subject: "monetaryQuintile", comparison: "atLeast", value: "4"),
            #"{"monetaryQuintile":{"atLeast":4}}"#
        ),
        (
            ConditionForm(kind: .lifecycle, value: "active, atRisk"),
            #"{"lifecycle":["active","atRisk"]}"#
        ),
        (
            ConditionForm(
                kind: .prediction, subject: "churnProbability", comparison: "greaterThan",
                value: "0.6"), #"{"prediction":"churnProbability","greaterThan":0.6}"#
        ),
        (
            ConditionForm(kind: .consent, subject: "email", comparison: "is", value: "given"),
            #"{"consent":"email"}"#
        ),
        (
            ConditionForm(kind: .consent, subject: "email", comparison: "is", value: "withdrawn"),
            #"{"consent":"email","is":"withdrawn"}"#
        ),
        (
            ConditionForm(kind: .engaged, subject: "email", within: "90 days"),
            #"{"engaged":"email","within":"90 days"}"#
        ),
        (ConditionForm(kind: .segment, subject: "vip"), #"{"segment":"vip"}"#),
        (ConditionForm(kind: .notSegment, subject: "vip"), #"{"notSegment":"vip"}"#),
    ]

    @Test(arguments: conditions)
    func `a condition's fields say what the definition says, both ways`(
        form: ConditionForm, json: String
    ) throws {
        #expect(String(decoding: form.document.json, as: UTF8.self) == json)
        let node = try DocumentNode(json: Array(json.utf8).span)
        #expect(ConditionForm(node) == form)
    }

    @Test func `every kind of condition has its fields tried`() {
        #expect(Set(Self.conditions.map(\.0.kind)) == Set(ConditionForm.Kind.allCases))
    }

    @Test(arguments: [
        #"{"any":[{"segment":"a"},{"segment":"b"}]}"#,
        #"{"did":"Order Completed","where":[{"property":"total","atLeast":5}]}"#,
        #"{"did":"Order Completed","times":{"atLeast":1,"atMost":3}}"#,
        #"{"did":"Order Completed","since":"2026-01-01"}"#,
        #"{"attribute":"zip","is":"5"}"#, #"{"attribute":"names","oneOf":["a, b"]}"#,
        #"{"attribute":"a","is":"b","isNot":"c"}"#, #"{"consent":"email","topic":"offers"}"#,
        #"{"sum":{"event":"Order Completed","property":"total"},"greaterThan":5}"#,
        #"{"segment":{"a":1}}"#, #"["segment"]"#, #"{}"#, #"{"unknown":1}"#,
    ])
    func `what says more than the fields can hold isn't squeezed into them`(json: String) throws {
        #expect(ConditionForm(try DocumentNode(json: Array(json.utf8).span)) == nil)
    }

    @Test(arguments: SegmentForm.Match.allCases)
    func `a segment's fields say what the definition says, both ways`(match: SegmentForm.Match) {
        let form = SegmentForm(
            name: "some-name", title: "A title", description: SampleData.hostile, match: match,
            conditions: Self.conditions.prefix(12).map(\.0))
        #expect(SegmentForm(form.document) == form)
        var more = form
        more.conditions.append(ConditionForm(kind: .segment, subject: "vip"))
        #expect(SegmentForm(more.document) == nil)
    }

    @Test func `groups within the others are fields, both ways`() throws {
        let conditions = Self.conditions.map(\.0)
        var form = SegmentForm(
            name: "some-name", title: "A title", match: .any,
            conditions: Array(conditions.prefix(2)),
            groups: [
                .init(match: .all, conditions: Array(conditions[2..<4])),
                .init(match: .none, conditions: [conditions[4]]),
            ])
        #expect(SegmentForm(form.document) == form)
        #expect(
            String(decoding: form.document.json, as: UTF8.self).contains(
                #""where":{"any":[{"attribute":"country","is":"GB"},"#))
        form.remove(at: 4)
        #expect(form.groups.map(\.match) == [.all])
        form.remove(at: 2)
        form.remove(at: 2)
        #expect(form.groups.isEmpty && form.conditions.count == 2)
        form.remove(at: 2)
        #expect(form.count == 2)
        for _ in 0..<9 { form.addGroup() }
        #expect(form.groups.count == SegmentForm.groupsMax)
        #expect(form.groups.allSatisfy { $0.match == .all })
        for _ in 0..<20 { form.add(toGroup: 1) }
        #expect(form.count == SegmentForm.conditionsMax)
        // Deeper ones, and empty ones, are edited as YAML.
        for json in [
            #"{"where":[{"any":[{"all":[{"segment":"a"}]}]}]}"#, #"{"where":[{"any":[]}]}"#,
        ] {
            #expect(SegmentForm(try DocumentNode(json: Array(json.utf8).span)) == nil)
        }
    }

    @Test func `buttons add groups and conditions to them, and take both out`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/segments/new")
            let start = [("token", token), ("mode", "form"), ("title", "Quiet")]
            let outer = Self.row + [("group", "0")]
            let inner = Self.row + [("group", "1")]
            let grouped = try await browser.post(
                "/segments/builder", encode(start + outer + [("act", "add-group")]))
            #expect(grouped.count("class=\"group\"") == 1)
            #expect(grouped.count("class=\"card condition\"") == 2)
            #expect(grouped.count("name=\"group\" value=\"1\"") == 1)
            let group = [("group-match", "none")] + inner
            let more = try await browser.post(
                "/segments/builder", encode(start + outer + group + [("act", "add-to-0")]))
            #expect(more.count("name=\"group\" value=\"1\"") == 2)
            #expect(more.html.contains("<option value=\"none\" selected>"))
            let gone = try await browser.post(
                "/segments/builder", encode(start + outer + group + [("act", "remove-1")]))
            #expect(gone.count("class=\"group\"") == 0)
            #expect(gone.count("class=\"card condition\"") == 1)
            let text = try await browser.post(
                "/segments/builder", encode(start + outer + group + [("act", "yaml")]))
            #expect(text.html.contains("{&quot;none&quot;:[{&quot;didNot&quot;"))
        }
    }

    @Test(arguments: [
        ("Big spenders, 2026", "big-spenders-2026"), ("  2 weeks ", "weeks"), ("Ärger", "rger"),
        ("–", ""), ("a--b", "a-b"),
        (String(repeating: "x", count: 80), String(repeating: "x", count: 64)),
    ])
    func `a name is made from the title`(title: String, name: String) {
        #expect(SegmentForm.name(from: title) == name)
        #expect(name.isEmpty || DefinitionName.isValid(name))
    }

    private func encode(_ pairs: [(String, String)]) -> String {
        FormFields(pairs.map { (name: $0.0, value: $0.1) }).encoded
    }

    private static let row: [(String, String)] = [
        ("kind", "didNot"), ("subject", "Order Completed"), ("comparison", ""), ("value", ""),
        ("within", "60 days"),
    ]

    @Test func `buttons add and remove conditions, and a kind brings its fields`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/segments/new")
            let start = [("token", token), ("mode", "form"), ("title", "Quiet")] + Self.row
            let same = try await browser.post("/segments/builder", encode(start))
            #expect(same.count("<fieldset") == 1)
            #expect(same.html.contains("value=\"60 days\""))
            let more = try await browser.post(
                "/segments/builder", encode(start + [("act", "add")]))
            #expect(more.count("<fieldset") == 2)
            let fewer = try await browser.post(
                "/segments/builder", encode(start + Self.row + [("act", "remove-0")]))
            #expect(fewer.count("<fieldset") == 1)
            let odd = try await browser.post(
                "/segments/builder", encode(start + [("act", "remove-7")]))
            #expect(odd.count("<fieldset") == 1)
            let full = (0..<20).reduce(start) { fields, _ in fields + Self.row }
            let most = try await browser.post(
                "/segments/builder", encode(full + [("act", "add")]))
            #expect(most.count("<fieldset") == SegmentForm.conditionsMax)
            #expect(!most.html.contains("value=\"add\""))
        }
    }

    @Test func `the form becomes YAML and the YAML the form again`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/segments/new")
            let fields = [("token", token), ("mode", "form"), ("title", "Quiet")] + Self.row
            let text = try await browser.post(
                "/segments/builder", encode(fields + [("act", "yaml")]))
            #expect(text.html.contains("<textarea"))
            #expect(text.html.contains("&quot;didNot&quot;:&quot;Order Completed&quot;"))
            let yaml = #"{"kind":"segment","name":"quiet","where":[{"didNot":"Order Completed"}]}"#
            func turn(_ yaml: String) async throws -> Browser.Page {
                try await browser.post(
                    "/segments/builder",
                    encode([
                        ("token", token), ("mode", "yaml"), ("yaml", yaml), ("act", "form"),
                    ]))
            }
            let form = try await turn(yaml)
            #expect(form.count("<fieldset") == 1)
            #expect(form.html.contains("value=\"quiet\""))
            let tooMuch = try await turn(#"{"where":[{"any":[]}]}"#)
            #expect(tooMuch.html.contains("more than the form can show"))
            #expect(tooMuch.html.contains("<textarea"))
            let broken = try await turn("{")
            #expect(broken.html.contains("line 3, column 5: where: is broken"))
            #expect(broken.html.contains("<textarea"))
        }
    }

    @Test func `while one types, about how many and some of the people come, then the count`()
        async throws
    {
        let fixture = ConsoleFixture()
        let definition =
            #"{"kind":"segment","name":"quiet","title":"Quiet","where":[{"didNot":"Order Completed","within":"60 days"}]}"#
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/segments/new")
            let fields = [("token", token), ("mode", "form"), ("title", "Quiet")] + Self.row
            let part = try await browser.post("/segments/preview", encode(fields))
            #expect(part.html.contains("about 1,230 customers"))
            #expect(part.html.contains("1,200 to 1,260, counting…"))
            #expect(part.html.contains("28.1% of all"))
            #expect(part.html.contains("href=\"/customers/"))
            #expect(!part.html.contains("<html"))
            #expect(fixture.log.previews == [definition] && fixture.log.counts.isEmpty)
            // The page asks for the count by itself, with what it is told to add.
            #expect(part.html.contains(#"hx-trigger="load""#))
            #expect(part.html.contains(#"hx-vals='{"exact":"yes"}'"#))
            let count = try await browser.post(
                "/segments/preview", encode(fields + [("exact", "yes")]))
            #expect(count.html.contains("1,234 customers") && !count.html.contains("about"))
            #expect(count.html.contains("28.2% of all"))
            #expect(!count.html.contains("hx-trigger"))
            #expect(fixture.log.previews.count == 1 && fixture.log.counts == [definition])
            let broken = try await browser.post(
                "/segments/preview", encode([("token", token), ("mode", "yaml"), ("yaml", "{")]))
            #expect(broken.html.contains("line 3, column 5"))
        }
    }

    @Test func `a count that something newer was asked for leaves the page as it is`() async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/segments/new")
            let fields = [("token", token), ("mode", "form"), ("title", "superseded")] + Self.row
            let count = try await browser.post(
                "/segments/preview", encode(fields + [("exact", "yes")]))
            #expect(count.status == .noContent)
        }
        #expect(fixture.log.counts.count == 1)
    }

    @Test func `who opens the builder isn't told of mistakes, and a count needs no name`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/segments/new")
            let blank = ConditionForm().fitted
            let untouched = [
                ("token", token), ("mode", "form"), ("kind", blank.kind.rawValue),
                ("subject", blank.subject), ("comparison", blank.comparison),
                ("value", blank.value), ("within", blank.within),
            ]
            let part = try await browser.post("/segments/preview", encode(untouched))
            #expect(part.html.contains("Counted while you type"))
            let fields = [("token", token), ("mode", "form")] + Self.row
            let counted = try await browser.post("/segments/preview", encode(fields))
            #expect(counted.html.contains("about 1,230 customers"))
        }
        #expect(fixture.log.previews.count == 1)
    }

    @Test func `a segment is saved, or the reason why not stands above what was typed`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/segments/new")
            func save(_ fields: [(String, String)]) async throws -> Browser.Page {
                try await browser.post(
                    "/segments/builder", encode([("token", token), ("act", "save")] + fields))
            }
            let refused = try await save([("mode", "yaml"), ("yaml", "{ typed")])
            #expect(refused.status == .unprocessableContent)
            #expect(refused.html.contains("{ typed</textarea>"))
            #expect(refused.html.contains("is broken"))
            #expect(fixture.log.saved.isEmpty)
            let saved = try await save([("mode", "form"), ("title", "Quiet")] + Self.row)
            #expect(saved.status == .seeOther)
            #expect(saved.headers[.location] == "/segments/quiet")
        }
        #expect(fixture.log.saved.count == 1)
    }

    @Test func `what is edited keeps its name`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/segments/at-risk/edit")
            #expect(page.count("<fieldset") == 2)
            #expect(page.html.contains("name=\"edited\" value=\"at-risk\""))
            #expect(page.html.contains("type=\"hidden\" name=\"name\" value=\"at-risk\""))
            #expect(!page.html.contains("id=\"name\""))
        }
    }
}
