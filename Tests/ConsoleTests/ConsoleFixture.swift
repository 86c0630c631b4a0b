import Access
import Documents
import Hummingbird
import HummingbirdTesting
import Insights
import Kernel
import Synchronization

@testable import Console

/// A console over sample data, and what it was asked to do.
final class ConsoleFixture: Sendable {
    struct Asked: Sendable {
        var queries: [CustomerQuery] = []
        var undone: [ID<Merge>] = []
        var signedOut: [String] = []
        var timelineBefore: [String?] = []
        var passwords: [PasswordChange] = []
        var previews: [String] = []
        var counts: [String] = []
        var saved: [String] = []
        var turned: [JourneyRow.State] = []
        var completed: [String] = []
        var added: [TaskForm] = []
        var pagesOfSegments = 0
        var replayed: [String] = []
        var decisions: [DecisionQuery] = []
        var tasks: [TaskQuery] = []
        var outbox: [OutboxQuery] = []
        var pagesOfJourneys = 0
        var mail = MailAsked()
        var adjusted: [AdjustmentForm] = []
        var decided: [String] = []
        var memberPages: [String] = []
    }

    /// What a page's data closures do when they are asked.
    enum Mood: Sendable {
        case well
        case empty
        case failing
    }

    struct Failure: Error {}

    let mood: Mood
    /// What whoever is signed in may do.
    let permissions: Set<Permission>
    let asked = Mutex(Asked())

    /// The one campaign that there is.
    let campaign: CampaignPageData

    init(
        _ mood: Mood = .well, permissions: Set<Permission> = Role.owner.permissions,
        campaign: CampaignPageData = MailSample.campaignPage(.draft)
    ) {
        self.mood = mood
        self.campaign = campaign
        self.permissions = permissions
    }

    var log: Asked { asked.withLock { $0 } }

    /// 120 customers in pages of `limit`; a cursor is the number of rows before it.
    private func customers(_ query: CustomerQuery) throws -> CustomerPage {
        asked.withLock { $0.queries.append(query) }
        if mood == .failing { throw Failure() }
        guard mood == .well, query.search != "nobody" else {
            return CustomerPage(rows: [], total: 0, next: nil)
        }
        let start = Int(query.after) ?? 0
        let end = min(120, start + query.limit)
        let rows = start < end ? (start..<end).map(SampleData.row) : []
        return CustomerPage(rows: rows, total: 120, next: end < 120 ? "\(end)" : nil)
    }

    private func overview() throws -> OverviewPageData {
        switch mood {
        case .well: return SampleData.overview()
        case .failing: throw Failure()
        case .empty:
            return OverviewPageData(
                figures: OverviewFigures(), months: [], cohorts: CohortTable(rows: []),
                lifecycle: [], troubles: [])
        }
    }

    private var data: ConsoleData {
        ConsoleData(
            overview: { try self.overview() },
            retention: {
                let page = try self.overview()
                return RetentionPageData(
                    figures: page.figures, months: page.months, cohorts: page.cohorts)
            },
            customers: { try self.customers($0) },
            customer: { id in
                [SampleData.customer, SampleData.mergedAway].contains(id)
                    ? SampleData.customerPage() : nil
            },
            timeline: { _, before, _ in
                self.asked.withLock { $0.timelineBefore.append(before) }
                return SampleData.timeline()
            },
            offers: { id in
                switch (self.mood, id) {
                case (.empty, _): .noLines
                case (_, SampleData.customer), (_, SampleData.mergedAway):
                    .offers(SampleData.offers())
                default: .unknown
                }
            }, offerReport: { self.mood == .empty ? nil : SampleData.offerReport() },
            merge: { $0 == SampleData.merge ? SampleData.mergeRow() : nil },
            undoMerge: { id, _ in
                self.asked.withLock { $0.undone.append(id) }
                return .undone
            },
            models: { ModelsPageData(cards: self.mood == .empty ? [] : SampleData.models()) },
            settings: { SampleData.settingsPage() },
            signIn: { attempt in
                switch attempt.password {
                case SampleData.password: .signedIn(token: SampleData.token)
                case "often": .tooManyAttempts(retryAfterSeconds: 61)
                default: .refused
                }
            },
            session: { token in
                token == SampleData.token
                    ? ConsoleSession(
                        member: SampleData.member, name: SampleData.hostile,
                        email: "ada@example.test", role: "owner", permissions: self.permissions)
                    : nil
            },
            signOut: { token in self.asked.withLock { $0.signedOut.append(token) } },
            changePassword: { change in
                self.asked.withLock { $0.passwords.append(change) }
                if change.current == "often" { return .tooManyAttempts(retryAfterSeconds: 61) }
                guard change.current == SampleData.password else { return .wrongCurrent }
                do throws(PasswordRules.Refusal) {
                    try PasswordRules.check(change.new, email: "ada@example.test")
                } catch {
                    return .refused(error)
                }
                return .changed
            }, automation: automation, mail: mail, loyalty: loyalty,
            promotions: promotions)
    }

    /// 120 people in pages of `limit`; a cursor is the number of people before it.
    private func people(after: String?, limit: Int) -> (people: [PersonRow], next: String?) {
        let start = after.flatMap { Int($0) } ?? 0
        let end = min(120, start + limit)
        let people = start < end ? (start..<end).map(AutomationSample.person) : []
        return (people, end < 120 ? "\(end)" : nil)
    }

    private var automation: AutomationData {
        var automation = AutomationData()
        automation.readYAML = { (text) throws(DocumentProblem) in try AutomationSample.read(text) }
        automation.writeYAML = { AutomationSample.write($0) }
        guard mood != .empty else { return automation }
        automation.segments = { AutomationSample.segments() }
        automation.definitions = {
            [
                DefinitionLink(.segment, name: "at-risk", title: "At risk"),
                DefinitionLink(.journey, name: "win-back", title: SampleData.hostile),
                MailSample.link(.campaign, MailSample.campaign),
                MailSample.link(.template, MailSample.template),
            ]
        }
        automation.segment = { name in
            self.asked.withLock { $0.pagesOfSegments += 1 }
            let people = self.people(after: nil, limit: 50)
            return name == AutomationSample.segment
                ? AutomationSample.segmentPage(
                    members: SegmentMembersPage(people: people.people, next: people.next)) : nil
        }
        automation.segmentRevision = { $0 == AutomationSample.segment ? "7&8" : nil }
        automation.segmentMembers = { _, after, limit in
            let people = self.people(after: after, limit: limit)
            return SegmentMembersPage(people: people.people, next: people.next)
        }
        automation.estimateSegment = { yaml, _ in
            self.asked.withLock { $0.previews.append(yaml) }
            do throws(DocumentProblem) {
                _ = try AutomationSample.read(yaml)
            } catch {
                return SegmentPreview(problem: error)
            }
            return SegmentPreview(
                size: 1230, range: 1200...1260, customers: 4383,
                sample: [AutomationSample.person(1)],
                words: [DefinitionLine(SampleData.hostile)], milliseconds: 12)
        }
        automation.previewSegment = { yaml, _ in
            self.asked.withLock { $0.counts.append(yaml) }
            if yaml.contains("superseded") { return nil }
            do throws(DocumentProblem) {
                _ = try AutomationSample.read(yaml)
            } catch {
                return SegmentPreview(problem: error)
            }
            return SegmentPreview(
                size: 1234, customers: 4383, sample: [AutomationSample.person(1)],
                words: [DefinitionLine(SampleData.hostile)], milliseconds: 12_000)
        }
        automation.saveSegment = { yaml, _ in
            do throws(DocumentProblem) {
                let node = try AutomationSample.read(yaml)
                self.asked.withLock { $0.saved.append(yaml) }
                return .saved(name: SegmentForm(node)?.name ?? "other")
            } catch {
                return .refused(error)
            }
        }
        automation.hints = {
            BuilderHints(
                events: [SampleData.hostile], attributes: [SampleData.combining],
                segments: [AutomationSample.segment])
        }
        addJourneys(to: &automation)
        return automation
    }

    private func addJourneys(to automation: inout AutomationData) {
        automation.journeys = { AutomationSample.journeys() }
        automation.journey = { name in
            self.asked.withLock { $0.pagesOfJourneys += 1 }
            let state = self.log.turned.last ?? .live
            return name == AutomationSample.journey ? AutomationSample.journeyPage(state) : nil
        }
        automation.journeyRevision = { $0 == AutomationSample.journey ? "7&8" : nil }
        automation.past = { query in
            query.journey == AutomationSample.journey ? AutomationSample.past(query) : nil
        }
        automation.decisions = { query in
            self.asked.withLock { $0.decisions.append(query) }
            return AutomationSample.decisions(next: query.before == nil ? "older&1" : nil)
        }
        automation.peopleAt = { _, _, after, limit in
            let people = self.people(after: after, limit: limit)
            return StepPeoplePage(people: people.people, next: people.next)
        }
        automation.setJourneyState = { name, state, _ in
            guard name == AutomationSample.journey else { return .unknown }
            self.asked.withLock { $0.turned.append(state) }
            return .done
        }
        automation.tasks = { query in
            self.asked.withLock { $0.tasks.append(query) }
            return TaskPage(
                tasks: query.owner == "nobody" ? [] : AutomationSample.tasks(),
                total: query.owner == "nobody" ? 0 : 120, owners: [SampleData.hostile],
                next: query.after == nil ? "more&1" : nil)
        }
        automation.addTask = { form, _ in
            guard form.customer == "c1" else { return .unknownCustomer }
            guard !form.title.isEmpty else {
                return .refused(field: "title", reason: SampleData.hostile)
            }
            self.asked.withLock { $0.added.append(form) }
            return .made
        }
        automation.completeTask = { task, _ in
            guard task == "task-1" else { return .unknown }
            self.asked.withLock { $0.completed.append(task) }
            return .done
        }
        automation.outbox = { query in
            self.asked.withLock { $0.outbox.append(query) }
            return AutomationSample.outbox(next: query.after == nil ? "more&1" : nil)
        }
        automation.replay = { letter, _ in
            guard letter == "letter-dead" else { return .unknown }
            self.asked.withLock { $0.replayed.append(letter) }
            return .done
        }
        automation.replayAll = { receiver, _ in
            self.asked.withLock { $0.replayed.append(receiver) }
            return 1
        }
    }

    /// Runs the test against the console's routes, without a socket.
    func run(
        isSecure: Bool = false,
        _ test: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        let router = Router()
        let routes = try ConsoleRoutes(
            data: data, settings: SampleData.settings(isSecure: isSecure),
            assets: ConsoleAssets(libraryFolder: nil))
        routes.add(to: router)
        try await Application(router: router).test(.router, test)
    }
}
