import Documents
import Foundation
import Journeys
import Segments
import Testing
import YAMLText

/// The journeys that come with Perennial can be applied as they are.
struct PlaybookTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Playbooks")

    private static func files(_ ending: String) throws -> [URL] {
        let all = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return (all?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { $0.pathExtension == ending }.sorted { $0.path < $1.path }
    }

    @Test func `every definition is read, and no two of a kind have one name`() throws {
        var segments: Set<String> = []
        var journeys: Set<String> = []
        var rules = 0
        for file in try Self.files("yaml") {
            let node = try DocumentNode(yaml: String(contentsOf: file, encoding: .utf8))
            let reader = DocumentReader(node)
            switch node["kind"]?.value {
            case .text("segment"):
                #expect(
                    segments.insert(try SegmentDefinition(reading: reader).name).inserted,
                    "\(file.path)")
            case .text("journey"):
                let journey = try Journey(reading: reader)
                #expect(journeys.insert(journey.name).inserted)
                #expect(journey.name == file.deletingLastPathComponent().lastPathComponent)
                #expect(journey.goal != nil, "\(journey.name) can't be judged")
                #expect(journey.holdoutBasisPoints > 0, "\(journey.name) can't be judged")
            case .text("sending"):
                _ = try SendingRules(reading: reader)
                rules += 1
            case .text("template"):
                // What is in it is Templates' matter, and tested there.
                #expect(file.deletingLastPathComponent().lastPathComponent == "templates")
            default: Issue.record("\(file.path) is of no known kind")
            }
        }
        #expect(journeys.count == 9)
        #expect(rules == 1)
    }

    @Test func `every segment that a playbook asks for is in its folder`() throws {
        for file in try Self.files("yaml") where file.lastPathComponent == "journey.yaml" {
            let folder = file.deletingLastPathComponent()
            let text = try String(contentsOf: file, encoding: .utf8)
            let there = try Self.files("yaml").filter { $0.path.hasPrefix(folder.path + "/") }
                .map { try String(contentsOf: $0, encoding: .utf8) }
            for asked in text.matches(of: /segment: ([a-z0-9-]+)/) {
                #expect(
                    there.contains { $0.contains("kind: segment\nname: \(asked.output.1)\n") },
                    "\(asked.output.1) of \(file.path)")
            }
        }
    }

    @Test func `every playbook says in plain words what it does, and with which templates`() throws
    {
        for file in try Self.files("yaml") where file.lastPathComponent == "journey.yaml" {
            let readme = file.deletingLastPathComponent().appending(path: "README.md")
            let words = try String(contentsOf: readme, encoding: .utf8)
            let definition = try String(contentsOf: file, encoding: .utf8)
            for template in definition.matches(of: /template: ([a-z0-9-]+)/) {
                #expect(words.contains("`\(template.output.1)`"), "\(template.output.1)")
            }
            for part in ["**Who.**", "**What.**", "**Judged by**"] {
                #expect(words.contains(part), "\(readme.path)")
            }
        }
    }
}
