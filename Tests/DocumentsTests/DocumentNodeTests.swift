import Documents
import JSONParsing
import Testing
import YAMLText

@Suite struct DocumentNodeTests {
    @Test func `YAML and JSON of the same content are the same`() throws {
        let yaml = try DocumentNode(
            yaml: """
                kind: segment
                name: vip
                where:
                  - country: no
                    share: 1.50
                    'on': true
                    none: ~
                """)
        let text =
            #"{"kind":"segment","name":"vip","where":[{"country":"no","share":1.50,"on":true,"none":null}]}"#
        let json = try DocumentNode(json: Array(text.utf8).span)
        #expect(yaml == json)
        #expect(String(decoding: yaml.json, as: UTF8.self) == text)
        #expect(try DocumentNode(yaml: yaml.yaml()) == yaml)
    }

    @Test(arguments: ["true", "1.5", "null", "", "~", "no", "a: b", "- x", "#", "'"])
    func `a text stays a text through YAML`(text: String) throws {
        let node = DocumentNode.mapping([("value", .text(text))])
        #expect(try DocumentNode(yaml: node.yaml()) == node)
    }

    @Test func `a problem says its line and path`() throws {
        let node = try DocumentNode(yaml: "a: 1\nsteps:\n  - wait: soon\n")
        #expect(throws: DocumentProblem.self) {
            var members = try DocumentReader(node).members()
            let step = try members.required("steps").elements()[0]
            var inner = try step.members()
            _ = try inner.required("wait").timeSpan()
        }
        do throws(DocumentProblem) {
            var members = try DocumentReader(node).members()
            let step = try members.required("steps").elements()[0]
            var inner = try step.members()
            _ = try inner.required("wait").timeSpan()
        } catch {
            #expect(error.description.hasPrefix("line 3, column 11: steps[0].wait: must be"))
        }
    }

    @Test func `a member that nobody asked for is refused with the nearest known name`() throws {
        let node = try DocumentNode(yaml: "wihtin: 3 days")
        var members = try DocumentReader(node).members()
        _ = members.optional("within")
        #expect {
            try members.end()
        } throws: {
            ($0 as? DocumentProblem)?.reason == "is not known here; did you mean within?"
        }
    }

    @Test func `aliases are written out, up to a limit`() throws {
        #expect(
            try DocumentNode(yaml: "a: &x [1]\nb: *x") == DocumentNode(yaml: "a: [1]\nb: [1]"))
        var text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for level in 1...5 {
            let uses = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(uses)]\n"
        }
        #expect(throws: DocumentProblem.self) { try DocumentNode(yaml: text) }
    }

    @Test func `a text of several documents is read as such`() throws {
        let documents = try DocumentNode.documents(yaml: "a: 1\n---\nb: 2\n")
        #expect(documents == [.mapping([("a", .number(1))]), .mapping([("b", .number(2))])])
        #expect(throws: DocumentProblem.self) { try DocumentNode(yaml: "a: 1\n---\nb: 2\n") }
    }

    @Test func `duplicate names and broken YAML are refused`() {
        for text in ["a: 1\na: 2", "a: [1", "? [1]\n: 2", ""] {
            #expect(throws: DocumentProblem.self) { try DocumentNode(yaml: text) }
        }
    }

    @Test(arguments: [
        ("30 days", Int64(2_592_000_000)), ("1 hour", 3_600_000), ("90s", 90_000),
        ("2 weeks", 1_209_600_000), ("250 ms", 250),
    ])
    func `lengths of time are read`(text: String, milliseconds: Int64) {
        #expect(TimeSpan(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "days", "3 months", "-1 day", "1.5 days", "101 years", "40000 days"])
    func `what is no length of time is refused`(text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test(arguments: [
        (Int64(2_592_000_000), "30 days"), (3_600_000, "1 hour"), (90_000, "90 seconds"),
        (604_800_000, "7 days"), (250, "250 milliseconds"),
    ])
    func `lengths of time are written as a person would`(milliseconds: Int64, text: String) {
        #expect(TimeSpan(milliseconds: milliseconds).description == text)
    }
}
