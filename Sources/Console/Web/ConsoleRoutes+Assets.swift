import HTTPTypes
import Hummingbird

extension ConsoleRoutes {
    /// A file for the browser. Its name holds the digest of its content, so it never changes.
    func asset<Context: RequestContext>(_ request: Request, _ context: Context) -> Response {
        guard let name = context.parameters.get("name"), let file = desk.assets.file(name) else {
            let visit = desk.visit(request, session: nil, cookie: "-")
            return visit.notFound()
        }
        var headers = HTTPFields()
        headers[.contentType] = file.contentType
        headers[.vary] = "Accept-Encoding"
        SecurityHeaders.add(
            to: &headers, cacheControl: "public, max-age=31536000, immutable",
            isSecure: desk.settings.isSecure)
        let encodings = request.headers[.acceptEncoding] ?? ""
        if let gzip = file.gzip, encodings.contains("gzip") {
            headers[.contentEncoding] = "gzip"
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: gzip))
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.bytes))
    }
}
