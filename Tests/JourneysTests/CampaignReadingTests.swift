import Documents
import Testing
import YAMLText

@testable import Journeys

/// A campaign as somebody writes it.
struct CampaignReadingTests {
    private func campaign(_ more: String) throws -> Campaign {
        let text = "kind: campaign\nname: spring\nsegment: vip\n" + more
        let node = try #require(try DocumentNode.documents(yaml: text).first)
        return try Campaign(reading: DocumentReader(node))
    }

    private static let two = """
        variants:
          - {name: A, template: calm}
          - {name: B, template: loud, data: {headline: "Now!"}}

        """

    @Test func `variants are read, with what each gives to its template`() throws {
        let found = try campaign(
            Self.two + """
                test: {share: 20%, for: 4h, by: opens}
                data: {headline: Spring, colour: green}
                """)
        #expect(found.variants.map(\.name) == ["A", "B"])
        #expect(found.template == "calm")
        let test = try #require(found.test)
        #expect(test.shareBasisPoints == 2000)
        #expect(test.span.milliseconds == 4 * 3_600_000)
        #expect(test.goal == .opens)
        #expect(found.data(for: found.variants[0])["headline"]?.value == .text("Spring"))
        #expect(found.data(for: found.variants[1])["headline"]?.value == .text("Now!"))
        #expect(found.data(for: found.variants[1])["colour"]?.value == .text("green"))
        #expect(found.variant(named: "b")?.template == "loud")
        #expect(found.variant(named: "C") == nil)
    }

    @Test func `without variants there is one message, which has no name`() throws {
        let found = try campaign("template: news\n")
        #expect(found.variants.isEmpty)
        #expect(found.messages.map(\.name) == [""])
        #expect(found.messages.map(\.template) == ["news"])
        #expect(found.triesOut(place: 0.99))
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let text: String
        let path: String
        let reason: String

        var testDescription: String { reason }
    }

    @Test(arguments: [
        Wrong(text: "", path: "", reason: "template is missing; or say variants"),
        Wrong(
            text: "template: news\n" + two, path: "",
            reason: "says a template and variants; say one of them"),
        Wrong(
            text: "variants: [{name: A, template: calm}]", path: "variants",
            reason: "must be 2 to 5 variants, not 1"),
        Wrong(
            text: "variants: ["
                + (1...6).map { "{name: V\($0), template: t}" }.joined(separator: ", ") + "]",
            path: "variants", reason: "must be 2 to 5 variants, not 6"),
        Wrong(
            text: "variants: [{name: A, template: calm}, {name: a, template: loud}]",
            path: "variants[1]", reason: "is called a, as one before it is"),
        Wrong(
            text: "variants: [{name: A b, template: calm}, {name: B, template: loud}]",
            path: "variants[0].name",
            reason: "must be 1 to 32 of A–Z, a–z, 0–9, - and _, such as A"),
        Wrong(
            text: "variants: [{name: A}, {name: B, template: loud}]", path: "variants[0]",
            reason: "template is missing"),
        Wrong(
            text: "variants: [{name: A, template: calm, data: 3}, {name: B, template: loud}]",
            path: "variants[0].data",
            reason: "must be a mapping such as {headline: Spring is here}"),
        Wrong(
            text: "template: news\ntest: {share: 20%, for: 4h}", path: "test",
            reason: "needs variants that are to be tried out"),
        Wrong(
            text: two + "test: {share: 95%, for: 4h}", path: "test.share",
            reason: "must be from 1% to 90%"),
        Wrong(
            text: two + "test: {share: 20%, for: 5 minutes}", path: "test.for",
            reason: "must be from 15 minutes to 14 days"),
        Wrong(
            text: two + "test: {share: 20%, for: 15 days}", path: "test.for",
            reason: "must be from 15 minutes to 14 days"),
        Wrong(
            text: two + "test: {share: 20%, for: 4h, by: luck}", path: "test.by",
            reason: "must be one of clicks, opens, orders; not luck"),
        Wrong(text: two + "test: {for: 4h}", path: "test", reason: "share is missing"),
        Wrong(
            text: two + "test: {share: 20%, for: 4h, until: 5}", path: "test.until",
            reason: "is not known here; known are by, for, share"),
    ])
    func `what can't be is refused, with the place and the reason`(wrong: Wrong) throws {
        let problem = try #require(throws: DocumentProblem.self) { try campaign(wrong.text) }
        #expect(problem.path == wrong.path)
        #expect(problem.reason == wrong.reason)
    }

    @Test func `places are split evenly, and all of them are somebody's`() throws {
        let found = try campaign(Self.two + "test: {share: 20%, for: 4h}")
        let names = (0..<1000).map { found.variant(at: Double($0) / 1000).name }
        #expect(names.filter { $0 == "A" }.count == 500)
        #expect(found.variant(at: 1).name == "B")
        #expect((0..<1000).filter { found.triesOut(place: Double($0) / 1000) }.count == 200)
    }
}
