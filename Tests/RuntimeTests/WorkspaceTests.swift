import Analytics
import Events
import Foundation
import Kernel
import Records
import TestSupport
import Testing

@testable import Runtime

@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct WorkspaceTests {
    private let folder: TestFolder
    private let clock = VirtualClock(Timestamp(milliseconds: 1_720_000_000_000))

    init() throws {
        folder = try TestFolder()
    }

    private func open(
        adjust: (inout Workspace.Options) -> Void = { _ in }
    ) throws -> Workspace {
        try Workspace.forTests(in: folder, clock: clock, adjust: adjust)
    }

    @Test func `a folder has one owner, until it lets go`() throws {
        let workspace = try open()
        #expect(throws: WorkspaceLock.Failure.owned) { try open() }
        try workspace.close()
        #expect(throws: WorkspaceLock.Failure.owned) { try open() }
        withExtendedLifetime(workspace) {}
    }

    @Test func `a folder that was let go of has another owner`() throws {
        try open().close()
        try open().close()
    }

    @Test func `an unknown time zone and an unknown currency are refused`() throws {
        let zone = #expect(throws: Workspace.Failure.self) {
            try open { $0.timeZone = "Nowhere" }
        }
        #expect(zone?.description.hasPrefix("Nowhere is not a time zone") == true)
        let currency = #expect(throws: Workspace.Failure.self) {
            try open { $0.currency = "dollars" }
        }
        #expect(currency?.description.hasPrefix("dollars is not a currency") == true)
    }

    @Test func `a key file of another length is damaged, and nothing is made in its place`() throws
    {
        try open().close()
        try folder.write([1, 2, 3], to: "keys/hash.key")
        #expect(throws: WorkspaceSecrets.Failure.self) { try open() }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("keys/hash.key"))).count == 3)
    }

    @Test func `secret keys differ between workspaces and are the owner's alone`() throws {
        let folders = [try TestFolder(), try TestFolder()]
        let secrets = try folders.map { try WorkspaceSecrets(folder: $0.path, hasEvents: false) }
        #expect(secrets[0].hash != secrets[1].hash)
        #expect(secrets[0].session != secrets[1].session)
        #expect(
            try WorkspaceSecrets(folder: folders[0].path, hasEvents: false).session
                == secrets[0].session)
        for name in ["hash.key", "session.key"] {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: folders[0].file(name))
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
    }

    @Test func `an event that was acknowledged is there after the next start, and once`()
        async throws
    {
        let drafts = (0..<5).map {
            EventDraft.track("Seen", id: "m\($0)", at: Timestamp(milliseconds: 0), user: "u")
        }
        do {
            let workspace = try open()
            #expect(try await workspace.append(drafts).accepted == 5)
            // As a process ends that is stopped, with nothing put away.
            workspace.engine.close()
        }
        let workspace = try open()
        #expect(try await workspace.append(drafts).repeated == 5)
        try await workspace.settle()
        #expect(workspace.engine.status.position == 5)
        #expect(try workspace.archive.position() == 5)
        try workspace.close()
    }

    @Test func `a closed workspace takes nothing more`() async throws {
        let workspace = try open()
        try workspace.close()
        await #expect(throws: LogWriter.Refusal.closing) {
            try await workspace.append([
                .track("Seen", id: "m", at: Timestamp(milliseconds: 0), user: "u")
            ])
        }
    }

    @Test func `bytes that aren't frames are refused`() async throws {
        let workspace = try open()
        await #expect(throws: ByteReader.Damaged.self) {
            try await workspace.append([0xFF, 0xFF, 0x01])
        }
        #expect(workspace.log.lastPosition == 0)
        try workspace.close()
    }

    @Test func `numbers of things rise, also while the clock stands still`() throws {
        let workspace = try open()
        let numbers = (0..<5000).map { _ in workspace.newID(ModelRun.self) }
        #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
        try workspace.close()
    }

    /// As a workspace does, when nobody holds it any more.
    private final class Closing: Sendable {
        let engine: Engine

        init(_ engine: Engine) { self.engine = engine }

        deinit { engine.close() }
    }

    @Test func `an engine can be closed by the last that it was asked to do`() throws {
        let workspace = try open()
        let engine = workspace.engine
        engine.queue.async { [closing = Closing(engine)] in withExtendedLifetime(closing) {} }
        engine.queue.sync {}
        try workspace.close()
    }
}
