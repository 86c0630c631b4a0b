import Console
import Customers
import Documents
import Journeys
import Kernel
import Records
import Runtime
import Segments
import YAMLText

/// What the console's pages of segments, journeys, tasks and the outbox show, read from the workspace.
struct ConsoleAutomation: Sendable {
    let workspace: Workspace
    let overlaps: KeptAnswers<String, [SegmentPageData.Overlap]>
    let keptHints: KeptAnswers<Int, BuilderHints>
    let pasts: PastDesk
    let counts = CountDesk()

    init(workspace: Workspace) {
        self.workspace = workspace
        overlaps = KeptAnswers(clock: workspace.clock, seconds: 60)
        keptHints = KeptAnswers(clock: workspace.clock, seconds: 60)
        pasts = PastDesk(clock: workspace.clock)
    }

    var records: RecordsStore { workspace.records }
    var now: Timestamp { workspace.clock.now }

    var data: AutomationData {
        var data = AutomationData()
        data.definitions = { try await Blocking.run { try links() } }
        data.readYAML = { (text) throws(DocumentProblem) in try DocumentNode(yaml: text) }
        // What a form or a definition holds can be written; a text that can't is shown empty.
        data.writeYAML = { node in (try? node.yaml()) ?? "" }
        fillSegments(&data)
        fillJourneys(&data)
        fillOutbox(&data)
        return data
    }

    // MARK: Definitions

    private func links() throws -> [DefinitionLink] {
        let set = try workspace.definitions()
        return set.segments.map {
            DefinitionLink(.segment, name: $0.row.name, title: $0.definition.title)
        }
            + set.journeys.map {
                DefinitionLink(.journey, name: $0.row.name, title: $0.definition.title)
            }
            + set.campaigns.map {
                DefinitionLink(.campaign, name: $0.row.name, title: $0.definition.title)
            }
            + set.templates.map {
                DefinitionLink(.template, name: $0.row.name, title: $0.row.name)
            }
    }

    /// Puts a text in force, as `perennial apply` does.
    func save(_ yaml: String, by member: ID<Member>) async throws -> DefinitionOutcome {
        let drafts: [DefinitionDraft]
        do throws(DocumentProblem) {
            drafts = try DefinitionFiles.drafts(of: yaml, isJSON: false, file: "console")
            guard drafts.count == 1 else {
                throw DocumentProblem(path: "", reason: "must be one definition")
            }
            // This is where segments are made: nothing else comes in by the way.
            _ = try SegmentDefinition(reading: DocumentReader(drafts[0].document))
        } catch {
            return .refused(error)
        }
        do {
            let changes = try await workspace.apply(drafts, by: try await actor(member))
            return .saved(name: changes.first?.name ?? "")
        } catch let failure as DefinitionFailure {
            let problem = failure.problems.first?.problem
            return .refused(problem ?? DocumentProblem(path: "", reason: failure.description))
        }
    }

    /// What the versions' list calls a member by.
    func actor(_ member: ID<Member>) async throws -> String {
        try await Blocking.run { try records.member(member)?.email ?? member.description }
    }

    // MARK: People

    /// What to call customers by, each looked up once.
    func names() -> PeopleNames { PeopleNames(workspace: workspace) }
}

/// What to call customers by; for one page.
final class PeopleNames {
    struct Name {
        let label: String
        let email: String
    }

    private let workspace: Workspace
    private var found: [Int64: Name] = [:]

    init(workspace: Workspace) {
        self.workspace = workspace
    }

    func name(_ customer: Int64) throws -> Name {
        if let name = found[customer] { return name }
        let records = workspace.records
        let id = ID<Customer>(rawValue: customer)
        let root = try records.root(of: id) ?? id
        var profile = Profile()
        let members = try records.members(of: root)
        for bytes in try records.profiles(of: members) {
            profile.merge(try Profile(decoding: bytes.span))
        }
        // Of those who never said who they are, what they are known by.
        let known = profile.label == nil ? try records.identifiers(of: members) : []
        let email =
            profile.attributes["email"]?.text ?? known.first { $0.kind == .email }?.value ?? ""
        let label = profile.label ?? (email.isEmpty ? known.first?.value : email)
        let name = Name(label: label ?? root.description, email: email)
        found[customer] = name
        return name
    }

    func label(_ customer: Int64) throws -> String { try name(customer).label }
}
