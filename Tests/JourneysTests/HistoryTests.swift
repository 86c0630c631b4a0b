import Documents
import Foundation
import Journeys
import Kernel
import Testing

/// Histories that were decided once are decided the same again, also by later code.
@Suite struct HistoryTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/journeys")

    @Test(arguments: ["win-back", "carts"])
    func `a history is decided as it was`(name: String) throws {
        let file = Self.folder.appending(path: name + ".txt")
        let text = try String(contentsOf: file, encoding: .utf8)
        let parts = Self.parts(text)
        let rules = parts.first { $0.name == "sending" }?.text ?? "kind: sending"
        var stage = try Stage(
            parts.filter { $0.name == "journey" }.map(\.text), rules: rules)
        for line in parts.filter({ $0.name == "history" }).flatMap({
            $0.text.split(separator: "\n")
        }) {
            try Self.give(String(line), &stage)
        }
        let told = stage.told.joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["PERENNIAL_WRITE_HISTORIES"] == "1" {
            let before = text.components(separatedBy: "--- decisions\n")[0]
            try (before + "--- decisions\n" + told).write(
                to: file, atomically: true, encoding: .utf8)
        }
        let expected = try #require(parts.first { $0.name == "decisions" }?.text)
        let (lines, others) = (told.split(separator: "\n"), expected.split(separator: "\n"))
        for (line, other) in zip(lines, others) { #expect(line == other) }
        #expect(lines.count == others.count && !lines.isEmpty)
    }

    private static func parts(_ text: String) -> [(name: String, text: String)] {
        text.components(separatedBy: "--- ").dropFirst().map { part in
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(lines[0]), lines.count > 1 ? String(lines[1]) : "")
        }
    }

    private static func give(_ line: String, _ stage: inout Stage) throws {
        let words = line.split(separator: " ", maxSplits: 2).map(String.init)
        stage.pass(until: words[0])
        let rest = words.count > 2 ? words[2] : ""
        switch words[1] {
        case "event":
            let parts = rest.components(separatedBy: " {")
            stage.event(parts[0], parts.count > 1 ? "{" + parts[1] : "{}")
        case "enter": stage.segment(rest)
        case "leave": stage.segment(rest, entered: false)
        case "zone":
            stage.timeZone = rest
            stage.identify([:])
        case "traits":
            let node = try DocumentNode(json: Array(rest.utf8).span)
            var members = try DocumentReader(node).members()
            for name in members.names { stage.traits[name] = try members.required(name).text() }
            stage.identify([:])
        case "pass": break
        default: Issue.record("not known: \(line)")
        }
    }
}
