import AsyncHTTPClient
package import Kernel
import NIOCore
import NIOHTTP1
import Synchronization

/// Sends signed webhooks (Standard Webhooks): one POST each, redirects not followed, the answer's body passed over.
///
/// A host's addresses are found and checked before each attempt, and the connection goes to the address that was
/// checked: a name that changes its mind in between changes nothing.
package struct WebhookSender: Sendable {
    package struct Options: Sendable {
        /// For the whole of an attempt, from finding the host to the end of the answer.
        package var timeout: Duration = .seconds(15)
        /// So much of an answer is read, and none of it kept.
        package var answerBytesMax = 64 << 10
        package var userAgent = "Perennial"

        package init() {}
    }

    private let options: Options
    private let resolver: HostResolver
    private let clients: ClientPool
    private let clock: WallClock

    package init(options: Options = Options(), resolver: HostResolver = .system, clock: WallClock) {
        self.options = options
        self.resolver = resolver
        self.clock = clock
        clients = ClientPool()
    }

    /// Makes one attempt. Never throws: whatever goes wrong is an outcome.
    package func send(
        _ message: WebhookMessage, to endpoint: WebhookEndpoint
    ) async -> DeliveryOutcome {
        let address: WebhookAddress
        do throws(WebhookAddress.Problem) {
            address = try WebhookAddress(endpoint.url, allowsPrivate: endpoint.allowsPrivate)
        } catch {
            return .refused(reason: "the address \(error)")
        }
        let timeout = options.timeout
        let answer = Answer()
        return await withTaskGroup(of: DeliveryOutcome.self) { group in
            group.addTask { await attempt(message, address, endpoint, answer) }
            group.addTask {
                // It throws only where it is cancelled, and then the other one has won.
                try? await Task.sleep(for: timeout)
                return answer.outcome.withLock { $0 }
                    ?? .failed(reason: "no answer within \(timeout)")
            }
            let first = await group.next() ?? .failed(reason: "not tried")
            group.cancelAll()
            return first
        }
    }

    /// Closes the connections that are kept.
    package func shutdown() async { await clients.shutdown() }

    /// What the head of an answer said, for whom its body keeps waiting.
    private final class Answer: Sendable {
        let outcome = Mutex<DeliveryOutcome?>(nil)
    }

    private func attempt(
        _ message: WebhookMessage, _ address: WebhookAddress, _ endpoint: WebhookEndpoint,
        _ answer: Answer
    ) async -> DeliveryOutcome {
        do {
            let found = try await resolver.addresses(of: address.host)
            guard let target = found.first else {
                return .failed(reason: "cannot find \(address.host)")
            }
            // One that isn't public among several is a name that somebody plays with.
            if !endpoint.allowsPrivate,
                let refused = found.first(where: { $0.privacy != nil }),
                let privacy = refused.privacy
            {
                return .refused(
                    reason: "\(address.host) is at \(refused), which is \(privacy); "
                        + "allow private addresses for this receiver if it is yours")
            }
            return try await clients.with(host: address.host, address: target) { client in
                try await post(message, to: address, endpoint, answer, by: client)
            }
        } catch let failure as HostResolver.Failure {
            return .failed(reason: String(describing: failure))
        } catch let error as HTTPClientError {
            return .failed(reason: "not reached: \(error.shortDescription)")
        } catch {
            return .failed(reason: "not reached: \(String(String(describing: error).prefix(200)))")
        }
    }

    private func post(
        _ message: WebhookMessage, to address: WebhookAddress, _ endpoint: WebhookEndpoint,
        _ answer: Answer, by client: HTTPClient
    ) async throws -> DeliveryOutcome {
        let seconds = String(clock.now.milliseconds / 1000)
        var request = HTTPClientRequest(url: address.text)
        request.method = .POST
        request.headers = [
            "content-type": "application/json",
            "user-agent": options.userAgent,
            "webhook-id": message.id,
            "webhook-timestamp": seconds,
            "webhook-signature": endpoint.secret.signature(
                id: message.id, timestamp: seconds, body: message.body),
        ]
        request.body = .bytes(ByteBuffer(bytes: message.body))
        let response = try await client.execute(request, deadline: .distantFuture)
        let outcome = outcome(of: response)
        answer.outcome.withLock { $0 = outcome }
        do {
            // Read to its end where it is short, so that the connection can be used again.
            var byteCount = 0
            for try await part in response.body {
                byteCount += part.readableBytes
                if byteCount > options.answerBytesMax { break }
            }
        } catch {
            // The head has said it all.
        }
        return outcome
    }

    private func outcome(of response: HTTPClientResponse) -> DeliveryOutcome {
        let status = Int(response.status.code)
        switch status {
        case 200...299: return .delivered(status: status)
        case 410: return .gone
        case 300...399:
            return .failed(reason: "answered \(status): redirects are not followed")
        default:
            let wait = response.headers.first(name: "retry-after").flatMap {
                RetryAfter.seconds($0, now: clock.now)
            }
            return .failed(reason: "answered \(status)", retryAfterSeconds: wait)
        }
    }
}
