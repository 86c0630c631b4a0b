import ArgumentParser
import Hummingbird
import Logging

/// The limit for single events: Hummingbird with the product's own server settings and a handler that
/// reads the body and does nothing with it.
struct EmptyServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "empty-server", abstract: "Serves POST /v1/… by reading the body only.")

    /// As `SegmentLimits.batchBytesMax`.
    private static let bodyBytesMax = 512_000

    @Option(help: "The port on 127.0.0.1.")
    var port = 8090

    func run() async throws {
        let router = Router()
        router.post("/v1/**") { request, _ in
            var request = request
            _ = try await request.collectBody(upTo: Self.bodyBytesMax)
            return Response(status: .ok)
        }
        router.get("/healthz") { _, _ in Response(status: .ok) }
        var logger = Logger(label: "benchmarks")
        logger.logLevel = .error
        let application = Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: port), serverName: nil, backlog: 1024),
            logger: logger)
        try await application.runService()
    }
}
