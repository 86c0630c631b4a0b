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

    mutating func importState(_ source: String) async throws -> String {
        switch self {
        case .own(let workspace): return try workspace.records.importState(source: source) ?? ""
        case .asked(var conversation):
            defer { self = .asked(conversation) }
            return try await conversation.ask(ControlFrame(.readState, text: source)).text
        }
    }

    mutating func setImportState(_ source: String, to state: String) async throws {
        switch self {
        case .own(let workspace):
            try workspace.records.setImportState(
                source: source, to: state, at: workspace.clock.now)
        case .asked(var conversation):
            defer { self = .asked(conversation) }
            _ = try await conversation.ask(
                ControlFrame(.writeState, text: source + "\0" + state))
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
