import HummingbirdCore
import Logging
import NIOCore

/// Connections of HTTP/1.1 that outlive the stop of their server, as `AcceptedChannel` does for
/// commands: one that is accepted just then is closed instead of ending the process.
struct AcceptedHTTP: ServerChildChannel {
    final class Value: ServerChildChannelValue {
        let parts: HTTP1Channel.Value

        var channel: any Channel { parts.channel }

        init(_ parts: HTTP1Channel.Value) {
            self.parts = parts
        }

        deinit {
            let parts = parts
            // One that was served is closed already, and stays as it is.
            Task { try? await parts.executeThenClose { _, _ in } }
        }
    }

    private let http: HTTP1Channel

    init(_ http: HTTP1Channel) {
        self.http = http
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        http.setup(channel: channel, logger: logger).map { Value($0) }
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value.parts, logger: logger)
    }
}
