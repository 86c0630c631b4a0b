import Documents
import Foundation
import Journeys
import Testing
import YAMLText

/// The examples of docs/journeys.md are read as they stand there.
@Suite struct DocumentationTests {
    private static func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/journeys.md"), encoding: .utf8)
    }

    @Test func `the examples of journeys and sending rules are correct`() throws {
        let blocks = try Self.page().components(separatedBy: "```yaml\n").dropFirst()
            .map { $0.components(separatedBy: "```")[0] }
        var kinds: [String] = []
        for block in blocks where block.hasPrefix("kind:") {
            let reader = DocumentReader(try DocumentNode(yaml: block))
            if block.hasPrefix("kind: journey") {
                _ = try Journey(reading: reader)
                kinds.append("journey")
            } else {
                _ = try SendingRules(reading: reader)
                kinds.append("sending")
            }
        }
        #expect(kinds == ["journey", "sending"])
    }

    @Test func `each step and trigger of the tables is correct, and each decision is there`() throws
    {
        let page = try Self.page()
        var steps = 0
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let example = String(line.split(separator: "`")[1])
            let text =
                example.replacing("if: …", with: "if: {segment: a}")
                .replacing("steps: […]", with: "steps: []").replacing("else: […]", with: "else: []")
                .replacing("where: […]", with: "where: []").replacing(
                    ", …]", with: ", {name: b, share: 50}]"
                )
                .replacing("event: …", with: "event: A").replacing("{…}", with: "{}")
                .replacing("template: …", with: "template: t")
            guard let name = text.split(separator: ":").first, text.contains(": ") else { continue }
            let isTrigger = ["event", "segment", "left", "date", "manual", "api"].contains(name)
            let yaml =
                isTrigger
                ? "{name: j, entry: {\(text)}, steps: []}"
                : "{name: j, entry: {event: A}, steps: [{\(text)}]}"
            do {
                _ = try Journey(reading: DocumentReader(try DocumentNode(yaml: yaml)))
                steps += 1
            } catch {
                Issue.record("\(yaml): \(error)")
            }
        }
        #expect(steps == 20)
        for kind in Decision.Kind.allCases {
            #expect(page.contains("`\(kind.rawValue)`"), "no word of \(kind.rawValue)")
        }
    }
}
