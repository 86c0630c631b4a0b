package import NIOCore

/// A connection between being accepted and being served.
///
/// One that is accepted while its server stops is dropped on the way to it, and a channel whose
/// writer was never finished ends the process (swift-nio, issue 2637): so this closes it.
package final class AcceptedChannel<Inbound: Sendable, Outbound: Sendable>: Sendable {
    package let frames: NIOAsyncChannel<Inbound, Outbound>

    package init(_ frames: NIOAsyncChannel<Inbound, Outbound>) {
        self.frames = frames
    }

    deinit {
        let frames = frames
        // One that was served is closed already, and stays as it is.
        Task { try? await frames.executeThenClose { _, _ in } }
    }
}
