import Analytics
import Kernel
import Logging
import Records
import Runtime

/// Takes an import's events into a workspace's log, whoever owns the workspace.
enum LogSink {
    /// This process owns it.
    case own(Workspace)
    /// A server does, and is asked over its socket.
    case asked(ControlClient.Conversation)

    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    /// Appends framed events, and meanwhile does something else; returns once both are done.
    mutating func append<Value>(
        _ bytes: [UInt8], meanwhile body: () async throws -> Value
    ) async throws -> ((accepted: Int, repeated: Int), Value) {
        guard case .own(let workspace) = self else {
            return (try await append(bytes), try await body())
        }
        async let appended = workspace.append(bytes)
        let value = try await body()
        let result = try await appended
        return ((result.accepted, result.repeated), value)
    }

    /// Appends framed events; returns once they are durable.
    mutating func append(_ bytes: [UInt8]) async throws -> (accepted: Int, repeated: Int) {
        switch self {
        case .own(let workspace):
            let result = try await workspace.append(bytes)
            return (result.accepted, result.repeated)
        case .asked(var conversation):
            defer { self = .asked(conversation) }
            while true {
                let answer = try await conversation.ask(ControlFrame(.append, bytes))
                switch answer.kind {
                case .appended:
                    var reader = ByteReader(answer.payload.span)
                    return (
                        Int(clamping: try reader.readFixed64()),
                        Int(clamping: try reader.readFixed64())
                    )
                case .busy: try await Task.sleep(for: .milliseconds(200))
                default: throw Refused(description: answer.text)
                }
            }
        }
    }

    /// How many events of an import are in the log already.
    mutating func importedEvents(_ source: String) async throws -> Int {
        switch self {
        case .own(let workspace): return try workspace.log.importedEvents(source: source)
        case .asked(var conversation):
            defer { self = .asked(conversation) }
            let answer = try await conversation.ask(ControlFrame(.readProgress, text: source))
            return Int(answer.text) ?? 0
        }
    }

    mutating func setImportedEvents(_ source: String, to count: Int) async throws {
        switch self {
        case .own(let workspace):
            try workspace.log.setImportedEvents(source: source, to: count)
        case .asked(var conversation):
            defer { self = .asked(conversation) }
            _ = try await conversation.ask(
                ControlFrame(.writeProgress, text: source + "\0" + String(count)))
        }
    }

    /// Waits until what was appended is folded.
    mutating func settle() async throws {
        switch self {
        case .own(let workspace):
            try await workspace.settle()
            try workspace.archive.checkpoint()
        case .asked(var conversation):
            defer { self = .asked(conversation) }
            let answer = try await conversation.ask(ControlFrame(.settle))
            if answer.kind == .refused { throw Refused(description: answer.text) }
        }
    }
}
