package import Documents
package import Kernel

/// Everything that the rooms of segments, journeys, tasks and the outbox read and do, as closures, as in
/// `ConsoleData`.
package struct AutomationData: Sendable {
    /// All segments and journeys by name, for finding them; asked while somebody types.
    package var definitions: @Sendable () async throws -> [DefinitionLink] = { [] }

    // MARK: Segments

    /// All segments, in the order in which they are to be shown.
    package var segments: @Sendable () async throws -> [SegmentRow] = { [] }
    /// Nil where there is no such segment.
    package var segment: @Sendable (_ name: String) async throws -> SegmentPageData? = { _ in nil }
    /// Changes whenever a segment's members do; asked once a second for each open page, so it must cost next to
    /// nothing. Nil where there is no such segment.
    package var segmentRevision: @Sendable (_ name: String) async throws -> String? = { _ in nil }
    /// Members, who entered last first, strictly after the cursor (nil: from the newest).
    package var segmentMembers:
        @Sendable (_ name: String, _ after: String?, _ limit: Int) async throws ->
            SegmentMembersPage = { _, _, _ in SegmentMembersPage() }
    /// About who a definition that isn't saved would hold now. Called while somebody types: must be quick. What
    /// they had counted before is no longer wanted.
    package var estimateSegment:
        @Sendable (_ yaml: String, _ by: ID<Member>) async throws -> SegmentPreview = { _, _ in
            SegmentPreview()
        }
    /// The same, of all customers, which may take long; nil where something newer was asked for meanwhile.
    package var previewSegment:
        @Sendable (_ yaml: String, _ by: ID<Member>) async throws -> SegmentPreview? = { _, _ in
            SegmentPreview()
        }
    /// Saves a definition under the name in it, as `perennial apply` does.
    package var saveSegment:
        @Sendable (_ yaml: String, _ by: ID<Member>) async throws -> DefinitionOutcome = { _, _ in
            .refused(DocumentProblem(path: "", reason: ""))
        }
    /// Names to offer while somebody types.
    package var hints: @Sendable () async throws -> BuilderHints = { BuilderHints() }
    package var readYAML: @Sendable (_ yaml: String) throws(DocumentProblem) -> DocumentNode = {
        (_) throws(DocumentProblem) in throw DocumentProblem(path: "", reason: "")
    }
    package var writeYAML: @Sendable (DocumentNode) -> String = { _ in "" }

    // MARK: Journeys

    package var journeys: @Sendable () async throws -> [JourneyRow] = { [] }
    /// Nil where there is no such journey.
    package var journey: @Sendable (_ name: String) async throws -> JourneyPageData? = { _ in nil }
    /// Changes whenever a journey's page does; asked once a second for each open page, so it must cost next to
    /// nothing. Nil where there is no such journey.
    package var journeyRevision: @Sendable (_ name: String) async throws -> String? = { _ in nil }
    /// What a journey decided, newest first, strictly before the cursor.
    package var decisions: @Sendable (DecisionQuery) async throws -> DecisionPage = { _ in
        DecisionPage()
    }
    /// Who is at one step now, who came last first.
    package var peopleAt:
        @Sendable (_ journey: String, _ step: String, _ after: String?, _ limit: Int) async throws
            -> StepPeoplePage = { _, _, _, _ in StepPeoplePage() }
    package var setJourneyState:
        @Sendable (_ name: String, JourneyRow.State, _ by: ID<Member>) async throws ->
            ChangeOutcome = { _, _, _ in .unknown }

    /// What a journey would have done over a stretch of the past; may take a while. Nil where there is no such
    /// journey.
    package var past: @Sendable (PastQuery) async throws -> JourneyPast? = { _ in nil }

    // MARK: Tasks and the outbox

    package var tasks: @Sendable (TaskQuery) async throws -> TaskPage = { _ in TaskPage() }
    package var completeTask:
        @Sendable (_ task: String, _ by: ID<Member>) async throws -> ChangeOutcome = {
            _, _ in .unknown
        }
    /// Asks for something to be done for a customer.
    package var addTask: @Sendable (TaskForm, _ by: ID<Member>) async throws -> TaskOutcome = {
        _, _ in .refused(field: "", reason: "")
    }
    package var outbox: @Sendable (OutboxQuery) async throws -> OutboxPage = { _ in OutboxPage() }
    /// Sends a dead letter again.
    package var replay:
        @Sendable (_ letter: String, _ by: ID<Member>) async throws -> ChangeOutcome = {
            _, _ in .unknown
        }
    /// Sends all of a receiver's dead letters again; tells how many.
    package var replayAll: @Sendable (_ receiver: String, _ by: ID<Member>) async throws -> Int = {
        _, _ in 0
    }

    /// Rooms with nothing in them; replace what there is.
    package init() {}
}

/// What came of saving a definition.
package enum DefinitionOutcome: Sendable, Equatable {
    case saved(name: String)
    case refused(DocumentProblem)
}

/// What came of changing something that may be gone.
package enum ChangeOutcome: Sendable, Equatable {
    case done
    /// It was so before.
    case already
    case unknown
}

/// Names that a workspace knows, for the builder to offer; each list may be cut.
package struct BuilderHints: Sendable, Equatable {
    package var events: [String]
    package var attributes: [String]
    package var segments: [String]

    package init(events: [String] = [], attributes: [String] = [], segments: [String] = []) {
        self.events = events
        self.attributes = attributes
        self.segments = segments
    }
}
