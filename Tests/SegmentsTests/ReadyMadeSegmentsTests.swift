import Documents
import Foundation
import Segments
import Testing
import YAMLText

@Suite struct ReadyMadeSegmentsTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Playbooks/segments")

    private static func definitions() throws -> [(file: String, definition: SegmentDefinition)] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .filter { $0.hasSuffix(".yaml") }.map { file in
                let text = try String(
                    contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
                let node = try DocumentNode(yaml: text)
                return (file, try SegmentDefinition(reading: DocumentReader(node)))
            }
    }

    @Test func `each ready-made segment is read, and is called as its file`() throws {
        let all = try Self.definitions()
        #expect(all.count == 16)
        for (file, definition) in all {
            #expect(file == definition.name + ".yaml")
            #expect(definition.title != definition.name && !definition.description.isEmpty)
        }
    }

    @Test func `they can be in force together, and each customer is in one RFM group`() throws {
        let set = try SegmentSet(
            Self.definitions().map { SegmentSet.Segment($0.definition, version: 1) })
        let groups = set.segments.filter { $0.definition.name.hasPrefix("rfm-") }
        #expect(groups.count == 6)
        // A fifth is told apart by one order's time, number of orders and value.
        for recency in 1...5 {
            for frequency in 1...5 {
                for monetary in 1...5 {
                    var person = Person()
                    for key in 1...frequency {
                        let amount = key == 1 ? monetary * 100 - (frequency - 1) : 1
                        try person.ordered(Int64(key), at: day(recency), "\(amount) GBP")
                    }
                    person.facts.quintiles = QuintileEdges.steps
                    var known = SegmentMemberships()
                    _ = set.evaluate(person.facts, memberships: &known, now: day(9))
                    let inside = known.names.filter { $0.hasPrefix("rfm-") }
                    #expect(inside.count == 1, "\(recency) \(frequency) \(monetary): \(inside)")
                }
            }
        }
    }
}
