package import Analytics
import Customers
package import Kernel
package import Records
package import Segments

/// A segment as it stands.
package struct SegmentStanding: Sendable {
    package var definition: SegmentDefinition
    package var row: DefinitionRow
    package var size: Int64
    /// How far it is to bring in who is in it, 0...1; nil once all are.
    package var filled: Double?
}

/// How a customer stands to one segment.
package struct SegmentAnswer: Sendable {
    package var segment: SegmentDefinition
    /// As it was decided last.
    package var isMember: Bool
    package var since: Timestamp?
    /// As it is now.
    package var verdict: Verdict
}

extension Workspace {
    /// All segments in force, by name.
    package func segmentStandings() throws -> [SegmentStanding] {
        let sizes = try records.segmentSizes()
        let filled = try reviewedShare()
        return try definitions().segments.sorted { $0.row.name < $1.row.name }.map { item in
            SegmentStanding(
                definition: item.definition, row: item.row, size: sizes[item.row.subject] ?? 0,
                filled: filled)
        }
    }

    /// How far it is, 0...1, to bring in who is in new segments; nil once all are: what definitions ask of customers'
    /// past is filled in first, then each customer is looked at.
    package func reviewedShare() throws -> Double? {
        if let filled = engine.filledThrough {
            return min(Double(filled) / Double(max(try records.newestCustomer(), 1)), 1) / 2
        }
        guard let after = try records.setting("reviewed-customer").flatMap({ Int64($0) }),
            after >= 0
        else { return nil }
        let last = max(try records.newestCustomer(), 1)
        return (1 + min(Double(after) / Double(last), 1)) / 2
    }

    /// How many customers a condition holds for now, and a few of them.
    ///
    /// - Parameter stop: By which it can be stopped; it throws `ArchiveError.stopped` then.
    package func preview(
        _ condition: Condition, sample: Int, stop: QueryStop? = nil
    ) throws -> SegmentPreview {
        try archive.segmentPreview(try query(condition), sample: sample, stop: stop)
    }

    /// About how many customers a condition holds for now, and a few of them: quick, whatever the condition.
    package func estimate(_ condition: Condition, sample: Int) throws -> SegmentEstimate {
        try archive.segmentEstimate(try query(condition), sample: sample)
    }

    /// What a question about a condition is asked with.
    package func query(_ condition: Condition) throws -> SegmentQuery {
        let set = try definitions()
        let conditions = [condition] + set.segments.map(\.definition.condition)
        let known = engine.plan?.quintiles
        let segments = Dictionary(
            set.segments.map { ($0.row.name, $0.definition.condition) },
            uniquingKeysWith: { first, _ in first })
        return SegmentQuery(
            condition, now: clock.now,
            quintiles: try known ?? engine.quintileEdges(for: conditions),
            segments: segments)
    }

    /// What conditions are evaluated on for a customer, as it is now.
    package func facts(of customer: ID<Customer>) throws -> CustomerFacts {
        try FactsReader(self).facts(of: customer)
    }

    /// The segments that a customer is in, as it was decided last.
    package func memberships(of customer: ID<Customer>) throws -> SegmentMemberships {
        guard let row = try records.automation(of: customer.rawValue) else {
            return SegmentMemberships()
        }
        return try CustomerState(
            customer.rawValue, decoding: row.state.span, due: row.due
        ).memberships
    }

    /// How a customer stands to each segment, and why.
    package func explain(_ customer: ID<Customer>) throws -> [SegmentAnswer] {
        let facts = try facts(of: customer)
        return try definitions().segments.sorted { $0.row.name < $1.row.name }.map { item in
            let entry = facts.memberships[item.row.name]
            return SegmentAnswer(
                segment: item.definition, isMember: entry?.isMember ?? false, since: entry?.since,
                verdict: item.definition.condition.evaluate(facts, now: clock.now))
        }
    }

    /// Members of a segment in order of their ids, each with the reason.
    ///
    /// - Parameter after: The last customer of the page before; 0 for the first.
    package func members(
        of standing: SegmentStanding, after: Int64, limit: Int
    ) throws -> [(member: MemberRow, reason: String)] {
        try reasons(
            of: try records.members(of: standing.row.subject, after: after, limit: limit),
            in: standing)
    }

    /// Members of a segment, who came in last first, each with the reason.
    ///
    /// - Parameter before: The last member of the page before; nil for the first.
    package func newestMembers(
        of standing: SegmentStanding, before: MemberRow?, limit: Int
    ) throws -> [(member: MemberRow, reason: String)] {
        try reasons(
            of: try records.newestMembers(
                of: standing.row.subject, before: before, limit: limit), in: standing)
    }

    private func reasons(
        of members: [MemberRow], in standing: SegmentStanding
    ) throws -> [(member: MemberRow, reason: String)] {
        if members.isEmpty { return [] }
        let reader = FactsReader(self)
        let condition = standing.definition.condition
        return try members.map { member in
            let facts = try reader.facts(of: ID(rawValue: member.customer))
            return (member, condition.evaluate(facts, now: clock.now).reason)
        }
    }
}

/// Reads what conditions are evaluated on, for one customer after another.
package struct FactsReader {
    private let workspace: Workspace
    /// What is decided by, so that it is explained by the same predictions and edges.
    private let plan: AutomationPlan?

    package init(_ workspace: Workspace) {
        self.workspace = workspace
        plan = workspace.engine.plan
    }

    package func facts(of customer: ID<Customer>) throws -> CustomerFacts {
        let records = workspace.records
        let members = try records.members(of: customer)
        var profile = Profile()
        for bytes in try records.profiles(of: members) {
            profile.merge(try Profile(decoding: bytes.span))
        }
        var behaviours = Behaviours()
        for bytes in try records.behaviours(of: members) {
            behaviours.merge(try Behaviours(decoding: bytes.span))
        }
        return CustomerFacts(
            behaviours: behaviours, attributes: profile.attributes,
            prediction: plan?.predictions?[customer.rawValue],
            quintiles: plan?.quintiles, memberships: try workspace.memberships(of: customer))
    }
}
