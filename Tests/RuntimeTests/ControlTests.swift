import Events
import Kernel
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import TestSupport
import Testing

@testable import Runtime

@Suite(.enabled(if: TestPaths.expectsDuckDB, "script/setup installs the DuckDB library"))
struct ControlTests {
    private let folder: TestFolder
    private let workspace: Workspace

    init() throws {
        folder = try TestFolder()
        workspace = try Workspace.forTests(
            in: folder, clock: VirtualClock(Timestamp(milliseconds: 1_720_000_000_000)))
    }

    /// Serves the workspace's socket while the body runs, and stops gracefully.
    private func serving(
        _ body: @escaping @Sendable (ControlClient) async throws -> Void
    ) async throws {
        let server = ControlServer(workspace: workspace) { arguments, answer in
            for argument in arguments { try await answer(ControlFrame(.output, text: argument)) }
            try await answer(ControlFrame(.errorOutput, text: "no more"))
            try await answer(ControlFrame(.exit, [7]))
        }
        let group = ServiceGroup(
            services: [server], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let client = ControlClient(folder: folder.path)
        try await withThrowingTaskGroup { tasks in
            tasks.addTask { try await group.run() }
            while !(await isServed(client)) { await Task.yield() }
            do {
                try await body(client)
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        try workspace.close()
    }

    private func isServed(_ client: ControlClient) async -> Bool {
        (try? await client.converse { _ in true }) ?? false
    }

    private func drafts(_ count: Int) -> [EventDraft] {
        (0..<count).map {
            .track("Seen", id: "m\($0)", at: Timestamp(milliseconds: 0), user: "u")
        }
    }

    private func counts(_ frame: ControlFrame) throws -> [UInt64] {
        #expect(frame.kind == .appended)
        var reader = ByteReader(frame.payload.span)
        return [try reader.readFixed64(), try reader.readFixed64()]
    }

    /// In closures whose errors the compiler is to infer, it doesn't look into macros.
    private func expect<Value: Equatable>(
        _ found: Value, _ expected: Value, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(found == expected, sourceLocation: sourceLocation)
    }

    @Test func `events are appended, repeats known, and settled`() async throws {
        let drafts = drafts(3)
        try await serving { client in
            try await client.converse { server in
                let first = try await server.ask(ControlFrame(.append, drafts.framed))
                expect(try counts(first), [3, 0])
                let second = try await server.ask(ControlFrame(.append, drafts.framed))
                expect(try counts(second), [0, 3])
                expect(try await server.ask(ControlFrame(.settle)), ControlFrame(.done))
                #expect(workspace.engine.status.position == 3)
            }
        }
    }

    @Test func `who connects while the server stops is turned away, and the server ends`()
        async throws
    {
        try await serving { _ in
            let path = Workspace.socketPath(folder: folder.path)
            for _ in 0..<64 {
                Task {
                    try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .connect(unixDomainSocketPath: path).get().close()
                }
            }
        }
    }

    @Test func `answers come in the order of what was asked`() async throws {
        let drafts = drafts(20)
        try await serving { client in
            try await client.converse { server in
                for draft in drafts { try await server.send(ControlFrame(.append, [draft].framed)) }
                try await server.send(ControlFrame(.append, drafts.framed))
                for _ in drafts { expect(try counts(try await server.next()), [1, 0]) }
                expect(try counts(try await server.next()), [0, 20])
            }
        }
    }

    @Test func `how far an import is, is kept by its source`() async throws {
        try await serving { client in
            try await client.converse { server in
                let ask = ControlFrame(.readProgress, text: "a.csv")
                expect(try await server.ask(ask), ControlFrame(.progress, text: "0"))
                for count in ["17", "40"] {
                    let write = ControlFrame(.writeProgress, text: "a.csv\0" + count)
                    expect(try await server.ask(write), ControlFrame(.done))
                    expect(try await server.ask(ask).text, count)
                }
                let other = ControlFrame(.readProgress, text: "b.csv")
                expect(try await server.ask(other), ControlFrame(.progress, text: "0"))
            }
        }
    }

    @Test func `a command's output, errors and exit code come back`() async throws {
        try await serving { client in
            try await client.converse { server in
                try await server.send(ControlFrame(.command, text: "key\0list\0"))
                var frames: [ControlFrame] = []
                for _ in 0..<5 { frames.append(try await server.next()) }
                #expect(frames.map(\.kind) == [.output, .output, .output, .errorOutput, .exit])
                #expect(frames.map(\.text).prefix(4) == ["key", "list", "", "no more"])
                #expect(frames[4].payload == [7])
            }
        }
    }

    /// What can't be done as asked, and is answered with a refusal.
    @Test(arguments: [
        ControlFrame(.append, [0xFF, 0xFF]), ControlFrame(.done), ControlFrame(.exit, [0]),
        ControlFrame(.progress, text: "1"), ControlFrame(.writeProgress, text: "no count"),
        ControlFrame(.writeProgress, text: "a.csv\0many"),
    ])
    func `what can't be done is refused, and the conversation goes on`(
        frame: ControlFrame
    ) async throws {
        try await serving { client in
            try await client.converse { server in
                expect(try await server.ask(frame).kind, .refused)
                expect(try await server.ask(ControlFrame(.settle)), ControlFrame(.done))
            }
        }
    }

    /// Bytes that aren't frames: an unknown kind, no kind, one byte above the limit, and the largest count.
    @Test(
        arguments: [
            [0, 0, 0, 1, 99], [0, 0, 0, 0], [4, 0, 0, 1, 2], [0xFF, 0xFF, 0xFF, 0xFF, 2],
        ] as [[UInt8]])
    func `bytes that aren't frames end their connection and no other`(bytes: [UInt8]) async throws {
        try await serving { client in
            try await client.converse { server in
                expect(try await sendRaw(bytes), [])
                expect(try await server.ask(ControlFrame(.settle)), ControlFrame(.done))
            }
        }
    }

    /// Sends bytes and returns all that is answered until the other side closes the connection.
    private func sendRaw(_ bytes: [UInt8]) async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(unixDomainSocketPath: Workspace.socketPath(folder: folder.path)) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var answer: [UInt8] = []
            do {
                for try await buffer in inbound { answer += buffer.readableBytesView }
            } catch is IOError {
                // A connection that is reset has ended too.
            }
            return answer
        }
    }

    @Test func `without a server the client says so`() async throws {
        let failure = await #expect(throws: ControlClient.Failure.self) {
            try await ControlClient(folder: folder.path).converse { _ in }
        }
        #expect(failure?.description.contains("doesn't answer") == true)
        try workspace.close()
    }

    @Test func `a socket that was left behind is no obstacle, and none is left`() async throws {
        try folder.write([], to: "perennial.sock")
        try await serving { _ in }
        #expect(!TestPaths.isReadable(Workspace.socketPath(folder: folder.path)))
    }
}
