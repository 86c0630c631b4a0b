import HTTPTypes
package import Hummingbird
import JSONParsing
import Records
package import Runtime
package import Telemetry

/// What machines ask about the server itself: `/healthz`, `/readyz`, `/metrics`.
package struct HealthRoutes: Sendable {
    private let workspace: Workspace
    private let metrics: MetricsStore
    private let process: ProcessReader

    package init(workspace: Workspace, metrics: MetricsStore, process: ProcessReader = .system()) {
        self.workspace = workspace
        self.metrics = metrics
        self.process = process
        let log = workspace.log
        let engine = workspace.engine
        let writer = workspace.writer
        metrics.sample("perennial_log_position") { Double(log.lastPosition) }
        metrics.sample("perennial_folded_position") { Double(engine.status.position) }
        metrics.sample("perennial_ingest_waiting_bytes") { Double(writer.waitingBytes) }
        metrics.sample("perennial_order_problems") { Double(engine.status.orderProblems) }
        let promotions = workspace.promotions
        metrics.sample("perennial_code_guessers") { Double(promotions.reports.count) }
        metrics.sample("perennial_folding_failing") { engine.status.failure == nil ? 0 : 1 }
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/healthz") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "ok\n")))
        }
        router.get("/readyz") { _, _ in ready() }
        router.get("/metrics") { _, _ in
            Response(
                status: .ok, headers: [.contentType: MetricsStore.contentType],
                body: ResponseBody(
                    byteBuffer: ByteBuffer(string: metrics.text(process: process.read()))))
        }
    }

    /// Ready while events can be taken; how far folding is comes with it.
    private func ready() -> Response {
        let status = workspace.engine.status
        let isTaking = !workspace.log.isStopped
        var json = JSONWriter()
        json.beginObject()
        json.member("status", !isTaking ? "stopped" : status.failure == nil ? "ready" : "degraded")
        json.member("logPosition", workspace.log.lastPosition)
        json.member("foldedPosition", status.position)
        if let failure = status.failure { json.member("failure", failure) }
        json.endObject()
        return APIAnswer.response(isTaking ? .ok : .serviceUnavailable, json)
    }
}
