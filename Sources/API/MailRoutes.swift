import Access
import Foundation
import HTTPTypes
package import Hummingbird
import JSONParsing
import Kernel
import Logging
import NIOCore

/// What messages lead back to: the image that counts opens, links that count clicks, and the address that mail
/// servers' reports are posted to.
///
/// A request for an image or a link changes nothing but what is known about the message: scanners follow every link.
package struct MailRoutes: Sendable {
    /// Who asks for a message's image or follows one of its links.
    package struct Hit: Sendable, Equatable {
        package var token: String
        package var isClick: Bool
        package var method: String
        package var userAgent: String
        /// Whether a browser says that nobody looks yet.
        package var isPrefetch: Bool

        package init(
            token: String, isClick: Bool, method: String, userAgent: String, isPrefetch: Bool
        ) {
            self.token = token
            self.isClick = isClick
            self.method = method
            self.userAgent = userAgent
            self.isPrefetch = isPrefetch
        }
    }

    package struct Answers: Sendable {
        /// Where a click leads; nil for a link that isn't ours.
        package var hit: @Sendable (Hit) async throws -> String?
        /// Takes a bounce, a complaint or an answer, and says what it was in a word; nil where no mail is set up.
        package var inbound:
            @Sendable (_ mail: [UInt8], _ recipient: String?) async throws -> String?

        package init(
            hit: @escaping @Sendable (Hit) async throws -> String?,
            inbound:
                @escaping @Sendable (_ mail: [UInt8], _ recipient: String?) async throws -> String?
        ) {
            self.hit = hit
            self.inbound = inbound
        }
    }

    /// The paths under `/v1` with the methods that they take.
    static let paths: [(path: String, methods: [HTTPRequest.Method])] = [
        ("/v1/mail/inbound", [.post])
    ]

    /// Reports quote the message that they are about.
    private static let mailBytesMax = 20 << 20
    private static let tokenBytesMax = 4096

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        for method in [HTTPRequest.Method.get, .head] {
            router.on("/m/o/{token}", method: method) { request, context in
                // The image is shown whatever comes of counting it.
                do {
                    _ = try await answers.hit(Self.hit(request, context, isClick: false))
                } catch {
                    context.logger.error("an open isn't counted", metadata: ["reason": "\(error)"])
                }
                return Self.pixel(method)
            }
            router.on("/m/c/{token}", method: method) { request, context in
                let target: String?
                do {
                    target = try await answers.hit(Self.hit(request, context, isClick: true))
                } catch {
                    context.logger.error("a click isn't counted", metadata: ["reason": "\(error)"])
                    return Response(status: .serviceUnavailable, headers: [.retryAfter: "5"])
                }
                guard let target else { return Self.notOurs }
                return Response(
                    status: .seeOther,
                    headers: [
                        .location: target, .cacheControl: "no-store",
                        Self.robots: "noindex, nofollow", Self.referrer: "no-referrer",
                    ])
            }
        }
        router.on("/v1/mail/inbound", method: .post) { request, context in
            await keys.answering(request, .write, context.logger) {
                try await inbound(request)
            }
        }
    }

    private func inbound(_ request: Request) async throws -> Response {
        var collected: [UInt8] = []
        for try await piece in request.body {
            collected.append(contentsOf: piece.readableBytesView)
            guard collected.count <= Self.mailBytesMax else {
                throw APIError.tooLarge(
                    path: "", code: "mail_too_large",
                    reason: "a report has at most \(Self.mailBytesMax >> 20) MiB")
            }
        }
        let recipient = request.uri.queryParameters.get("recipient")
        guard let word = try await answers.inbound(collected, recipient) else {
            throw APIError.invalid(
                path: "", code: "no_mail",
                reason: "no mail is set up here: set mail.from, mail.smtp.host and "
                    + "mail.bounceDomain")
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("taken", word)
        json.endObject()
        return APIAnswer.found(json.bytes)
    }

    private static func hit(
        _ request: Request, _ context: some RequestContext, isClick: Bool
    ) -> Hit {
        var token = context.parameters.get("token") ?? ""
        if !isClick, token.hasSuffix(".gif") { token.removeLast(4) }
        let purpose = [HTTPField.Name("Sec-Purpose"), HTTPField.Name("Purpose")]
            .compactMap { $0 }.compactMap { request.headers[$0] }.joined(separator: " ")
            .lowercased()
        let moz = HTTPField.Name("X-Moz").flatMap { request.headers[$0] }?.lowercased()
        return Hit(
            token: String(token.prefix(tokenBytesMax)), isClick: isClick,
            method: request.method.rawValue,
            userAgent: String((request.headers[.userAgent] ?? "").prefix(1000)),
            isPrefetch: purpose.contains("prefetch") || purpose.contains("preview")
                || moz == "prefetch")
    }

    private static let robots = HTTPField.Name("X-Robots-Tag") ?? .server
    private static let referrer = HTTPField.Name("Referrer-Policy") ?? .server

    private static var notOurs: Response {
        Response(
            status: .notFound,
            headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(
                byteBuffer: ByteBuffer(string: "This link isn't one of ours, or was cut off.\n")))
    }

    private static func pixel(_ method: HTTPRequest.Method) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "image/gif", .cacheControl: "no-store, private"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: gif)))
    }

    /// One transparent pixel (GIF89a).
    private static let gif: [UInt8] = [
        0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0x21, 0xF9, 4,
        1, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
    ]
}
