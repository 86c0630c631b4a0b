import Access
import HTTPTypes
import Hummingbird
import Kernel
import NIOCore

extension ConsoleRoutes {
    private static let codeBytesMax = 200

    func addPromotions<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/promotions") { request, context in
            try await read(request, context, needs: Room.promotions.permissions) { visit in
                try await promotions(visit)
            }
        }
        router.get("/promotions/:name") { request, context in
            try await read(request, context, needs: Room.promotions.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await promotion(visit, name)
            }
        }
        router.post("/promotions/:name/codes") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, fields in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await makeCodes(visit, name, fields["count"] ?? "")
            }
        }
        router.get("/promotions/:name/codes/:batch") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                guard let name = Self.name(context), let file = context.parameters.get("batch"),
                    file.hasSuffix(".txt"), let batch = Int64(file.dropLast(4)),
                    let first = try await desk.data.promotions.batchText(name, batch, 0)
                else { return visit.notFound() }
                return visit.finished(codes(first, name, batch))
            }
        }
    }

    private func promotions(_ visit: Visit) async throws -> Response {
        let data = desk.data.promotions
        var look: CodeAnswer?
        if let code = visit.query["code"], !code.isEmpty, code.utf8.count <= Self.codeBytesMax,
            visit.may(.readCustomers)
        {
            look = try await data.look(code)
        }
        let view = PromotionsView(
            try await data.promotions(), look: look, guesses: try await data.guesses(),
            formats: visit.formats)
        return visit.page(
            "promotions", title: visit.words("room.promotions"), room: .promotions, view)
    }

    private func promotion(
        _ visit: Visit, _ name: String, count: String = "", problem: String? = nil
    ) async throws -> Response {
        guard let data = try await desk.data.promotions.promotion(name) else {
            return visit.notFound()
        }
        let view = PromotionView(
            data, seesCustomers: visit.may(.readCustomers),
            mayMakeCodes: visit.may(.changeJourneys), count: count, problem: problem,
            formats: visit.formats)
        return visit.page("promotion", title: view.title, room: .promotions, view)
    }

    private func makeCodes(
        _ visit: Visit, _ name: String, _ text: String
    ) async throws -> Response {
        let digits = text.filter { $0 != "," && $0 != " " && $0 != "." }
        guard let count = Int(digits), (1...PromotionData.batchMax).contains(count) else {
            return try await promotion(
                visit, name, count: String(text.prefix(20)),
                problem: visit.words(
                    "promotions.make.wrong", visit.formats.integer(PromotionData.batchMax)))
        }
        guard try await desk.data.promotions.makeBatch(name, count) else {
            return visit.notFound()
        }
        return visit.redirect(PromotionsView.path(name))
    }

    /// A batch's codes as a file, made part by part while it is sent.
    private func codes(_ first: [UInt8], _ name: String, _ batch: Int64) -> Response {
        let read = desk.data.promotions.batchText
        var headers = HTTPFields()
        headers[.contentType] = "text/plain; charset=utf-8"
        headers[.contentDisposition] = "attachment; filename=\"\(name)-\(batch).txt\""
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(bytes: first))
                var start = PromotionData.textCodes
                while let part = try await read(name, batch, start), !part.isEmpty {
                    try await writer.write(ByteBuffer(bytes: part))
                    start += PromotionData.textCodes
                }
                try await writer.finish(nil)
            })
    }
}
