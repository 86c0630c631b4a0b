import Events
import HTTPTypes
package import Hummingbird
import Logging
package import Runtime

/// `/v1/sms/twilio`: what Twilio posts, which needs no key, as it is signed.
package struct SMSRoutes: Sendable {
    package struct Answers: Sendable {
        /// False for what Twilio didn't sign.
        package var status: @Sendable (SMSPost) async throws -> Bool
        package var inbound: @Sendable (SMSPost) async throws -> Bool

        package init(
            status: @escaping @Sendable (SMSPost) async throws -> Bool,
            inbound: @escaping @Sendable (SMSPost) async throws -> Bool
        ) {
            self.status = status
            self.inbound = inbound
        }
    }

    static let paths: [(path: String, methods: [HTTPRequest.Method])] = [
        (SMSDesk.statusPath, [.post]), (SMSDesk.inboundPath, [.post]),
    ]

    private static let bodyBytesMax = 64 << 10
    private static let fieldsMax = 200

    private let answers: Answers

    package init(answers: Answers) {
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        add(SMSDesk.statusPath, to: router, answers.status)
        add(SMSDesk.inboundPath, to: router, answers.inbound)
    }

    private func add<Context: RequestContext>(
        _ path: String, to router: some RouterMethods<Context>,
        _ take: @escaping @Sendable (SMSPost) async throws -> Bool
    ) {
        router.on(RouterPath(path), method: .post) { request, context in
            let body: ByteBuffer
            do {
                body = try await request.body.collect(upTo: Self.bodyBytesMax)
            } catch {
                return Response(status: .contentTooLarge)
            }
            guard let fields = Self.fields(Array(body.readableBytesView)) else {
                return Response(status: .badRequest)
            }
            let signature = HTTPField.Name("X-Twilio-Signature").flatMap { request.headers[$0] }
            let post = SMSPost(
                query: request.uri.query ?? "", fields: fields, signature: signature ?? "")
            do {
                guard try await take(post) else {
                    context.logger.warning("a post that Twilio didn't sign is passed over")
                    return Response(status: .forbidden)
                }
            } catch {
                context.logger.error("not taken", metadata: ["reason": "\(error)"])
                return Response(status: .serviceUnavailable, headers: [.retryAfter: "5"])
            }
            // Nothing to be answered by SMS.
            return Response(
                status: .ok, headers: [.contentType: "text/xml"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: "<Response/>")))
        }
    }

    /// A form's fields in their order; nil for what isn't one.
    static func fields(_ body: [UInt8]) -> [(name: String, value: String)]? {
        var fields: [(name: String, value: String)] = []
        for part in body.split(separator: UInt8(ascii: "&")) {
            guard fields.count < fieldsMax else { return nil }
            let mark = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            guard let name = text(part[..<mark]), let value = text(part[mark...].dropFirst())
            else { return nil }
            fields.append((name, value))
        }
        return fields
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        var out: [UInt8] = []
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < bytes.endIndex, let high = digit(bytes[index + 1]),
                    let low = digit(bytes[index + 2])
                else { return nil }
                out.append(high << 4 | low)
                index += 3
            } else {
                out.append(byte == UInt8(ascii: "+") ? 0x20 : byte)
                index += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
