import Analytics
import ArgumentParser
import Documents
import Events
import Kernel
import Runtime
import Segments

/// Times a preview of a segment over a large workspace, and putting one in force.
struct SegmentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "segments", abstract: "Times previews of a segment, and applying one.")

    private static let lapsed = """
        kind: segment
        name: lapsed
        where:
          - frequency: {atLeast: 2}
          - recency: {atLeast: 30 days}
        """
    private static let often = """
        kind: segment
        name: often
        where:
          - {did: Order Completed, where: [{property: total, atLeast: 50}], times: {atLeast: 3}, within: 365 days}
        """

    /// Kinds of conditions that read events.
    private static let others = [
        ("a window", "{frequency: {atLeast: 2}, within: 365 days}"),
        ("an event", "{did: Order Completed, times: {atLeast: 3}, within: 365 days}"),
        (
            "a property",
            "{did: Order Completed, where: [{property: total, atLeast: 50}], times: {atLeast: 3}}"
        ),
        (
            "a property in a year",
            "{did: Order Completed, where: [{property: total, atLeast: 50}], within: 365 days}"
        ),
        ("a sum", "{sum: {event: Order Completed, property: total}, atLeast: 500}"),
        ("a last value", "{last: {event: Order Completed, property: total}, atLeast: 50}"),
        ("an attribute", "{attribute: country, is: GB}"),
    ]

    @OptionGroup var workspace: WorkspaceFolder

    @Option(help: "How often the preview is asked for.")
    var rounds = 5

    @Flag(help: "Only estimates are timed.")
    var estimatesOnly = false

    @Flag(help: "Definitions are put in force, too.")
    var applies = false

    func run() async throws {
        let workspace = try workspace.open()
        try await workspace.settle()
        let drafts = try DefinitionDraft.reading(yaml: Self.lapsed, file: "lapsed.yaml")
        let definition = try SegmentDefinition(reading: .init(drafts[0].document))
        // The shop's own time, of which the last moments are told.
        let end = try workspace.figuresAsOf()
        let query = SegmentQuery(definition.condition, now: end)
        let first = try timed { _ = try workspace.archive.segmentEstimate(query) }
        figure("first estimate, ms", [first])
        try time(query, "the segment", workspace)
        try await timeCatchingUp(query, workspace)
        if !estimatesOnly { try timePreviews(query, workspace) }
        note("members before \(end)")
        for (name, condition) in Self.others {
            let other = try DefinitionDraft.reading(
                yaml: "kind: segment\nname: other\nwhere: [\(condition)]", file: "other.yaml")
            let query = SegmentQuery(
                try SegmentDefinition(reading: .init(other[0].document)).condition, now: end)
            try time(query, name, workspace)
            if estimatesOnly { continue }
            var times: [Double] = []
            var count = 0
            for _ in 0..<rounds {
                times.append(
                    try timed { count = try workspace.archive.segmentPreview(query).count })
            }
            figure("preview of \(name), ms", times)
            note("members: \(count)")
        }
        if applies {
            try await apply(drafts, "first segment", workspace)
            try await apply(
                DefinitionDraft.reading(yaml: Self.often, file: "often.yaml"),
                "segment with a new behaviour", workspace)
        }
        try workspace.close()
    }

    private func timePreviews(_ query: SegmentQuery, _ workspace: Workspace) throws {
        figure("first preview, ms", [try timed { _ = try workspace.archive.segmentPreview(query) }])
        var times: [Double] = []
        for _ in 0..<rounds {
            times.append(try timed { _ = try workspace.archive.segmentPreview(query) })
        }
        let preview = try workspace.archive.segmentPreview(query)
        figure("preview, ms", times)
        figure("members", [Double(preview.count)])
        figure("customers", [Double(preview.people)])
    }

    /// Times estimates that follow upon events.
    private func timeCatchingUp(_ query: SegmentQuery, _ workspace: Workspace) async throws {
        var shop = LiveShop(customerCount: 1000, seed: UInt64(workspace.clock.now.milliseconds))
        var times: [Double] = []
        for round in 0..<rounds {
            var builder = EventBlockBuilder()
            let now = workspace.clock.now
            for _ in 0..<100 { builder.append(shop.event(at: now, tag: "\(now)-\(round)")) }
            _ = try await workspace.append(builder.takeBytes().bytes)
            try await workspace.settle()
            times.append(try timed { _ = try workspace.archive.segmentEstimate(query) })
        }
        figure("estimate after 100 events, ms", times)
    }

    /// Times the estimate, and notes what it says.
    private func time(_ query: SegmentQuery, _ name: String, _ workspace: Workspace) throws {
        var times: [Double] = []
        for _ in 0..<rounds {
            times.append(try timed { _ = try workspace.archive.segmentEstimate(query) })
        }
        let found = try workspace.archive.segmentEstimate(query)
        figure("estimate of \(name), ms", times)
        note(
            "about \(found.count) (\(found.range.lowerBound) to \(found.range.upperBound)), "
                + "of \(found.asked) asked")
    }

    private func apply(
        _ drafts: [DefinitionDraft], _ name: String, _ workspace: Workspace
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        _ = try await workspace.apply(drafts, by: "benchmark")
        let applied = clock.now
        try await workspace.settle()
        figure("\(name), the fold rests, s", [(applied - start).seconds])
        figure("\(name), until all were looked at, s", [(clock.now - start).seconds])
        figure("resident MB", [memoryMB("VmRSS")])
        figure("resident MB at most", [memoryMB("VmHWM")])
    }

    private func timed(_ body: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        try body()
        return (clock.now - start).seconds * 1000
    }
}
