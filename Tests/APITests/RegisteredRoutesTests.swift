import Access
import Foundation
import Hummingbird
import Kernel
import Runtime
import Telemetry
import TestSupport
import Testing

@testable import API

/// What a router has of the API, beside what the API says it has.
@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct RegisteredRoutesTests {
    private let folder: TestFolder
    private let workspace: Workspace

    init() throws {
        folder = try TestFolder()
        workspace = try Workspace.forTests(
            in: folder, clock: VirtualClock(Timestamp(milliseconds: 1_790_000_000_000)))
    }

    /// The API's routes, by the names of their files, on a router.
    private func routes() throws -> (router: Router<BasicRequestContext>, files: Set<String>) {
        let keys = try KeyRing(records: workspace.records, hash: workspace.hash)
        let router = Router()
        var files: Set<String> = []
        func add<Routes>(_ routes: Routes, _ add: (Routes) -> Void) {
            files.insert("\(Routes.self).swift")
            add(routes)
        }
        add(
            IngestRoutes(
                workspace: workspace, keys: keys,
                random: RandomSource { Array(repeating: 0, count: $0) })
        ) { $0.add(to: router) }
        add(HealthRoutes(workspace: workspace, metrics: MetricsStore())) { $0.add(to: router) }
        add(OpenAPIRoutes(version: "1")) { $0.add(to: router) }
        add(ReadRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        add(OutboxRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        add(AutomationRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        add(InboxRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        add(MailRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        add(SMSRoutes(answers: .unasked)) { $0.add(to: router) }
        add(LoyaltyRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        add(LoyaltyMemberRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        add(RewardRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        add(ReferralRoutes(keys: keys, answers: .unasked)) { $0.add(to: router) }
        let currency = try #require(Currency("GBP"))
        add(PromotionRoutes(keys: keys, answers: .unasked(in: currency))) { $0.add(to: router) }
        return (router, files)
    }

    @Test func `what a router has is what is described, but for messages' links`() throws {
        let registered = try routes().router.routes.filter {
            // Browsers' questions before a request, and what mail leads back to, are for nobody to program.
            $0.method != .options && !$0.path.description.hasPrefix("/m/")
        }
        let document = try JSONSerialization.jsonObject(
            with: Data(OpenAPIDocument.text(version: "1").utf8))
        let paths = try #require(
            (document as? [String: Any])?["paths"] as? [String: [String: Any]])
        let described = paths.flatMap { path, item in
            item.keys.filter { $0 != "parameters" }.map { "\($0.uppercased()) \(path)" }
        }
        #expect(Set(registered.map(\.description)) == Set(described))
    }

    @Test func `each file of routes is among those that are looked at`() throws {
        let sources = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/API").standardized
        let files = try FileManager.default.contentsOfDirectory(atPath: sources.path)
            .filter { $0.hasSuffix("Routes.swift") && $0 != "UnknownRoutes.swift" }
        #expect(try Set(files) == routes().files)
    }
}
