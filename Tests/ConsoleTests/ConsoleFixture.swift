import Access
import Console
import Hummingbird
import HummingbirdTesting
import Insights
import Kernel
import Synchronization

/// A console over sample data, and what it was asked to do.
final class ConsoleFixture: Sendable {
    struct Asked: Sendable {
        var queries: [CustomerQuery] = []
        var undone: [ID<Merge>] = []
        var signedOut: [String] = []
        var timelineBefore: [String?] = []
        var passwords: [PasswordChange] = []
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
    private let asked = Mutex(Asked())

    init(_ mood: Mood = .well, permissions: Set<Permission> = Role.owner.permissions) {
        self.mood = mood
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
            })
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
