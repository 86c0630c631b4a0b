import AsyncHTTPClient
import Glibc
package import Kernel
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Posts requests to providers: each once, redirects not followed, the host's addresses checked as for webhooks.
package struct ProviderClient: Sendable {
    package struct Options: Sendable {
        package var timeout: Duration = .seconds(20)
        package var answerBytesMax = 64 << 10
        package var userAgent = "Perennial"
        /// Whether providers may be at addresses that aren't public, and without TLS.
        package var allowsPrivate = false

        package init() {}
    }

    /// What came of one request.
    package enum Result: Sendable, Equatable {
        case answered(ProviderAnswer)
        /// Nothing of it was sent.
        case notSent(reason: String)
        /// It was sent, as a whole or in part, and no answer came.
        case inDoubt(reason: String)
    }

    private let options: Options
    private let resolver: HostResolver
    private let clients = ClientPool()
    private let clock: WallClock

    package init(options: Options = Options(), resolver: HostResolver = .system, clock: WallClock) {
        self.options = options
        self.resolver = resolver
        self.clock = clock
    }

    package func shutdown() async { await clients.shutdown() }

    /// Never throws: whatever goes wrong is a result.
    package func post(_ request: ProviderRequest) async -> Result {
        let address: WebhookAddress
        do throws(WebhookAddress.Problem) {
            address = try WebhookAddress(request.url, allowsPrivate: options.allowsPrivate)
        } catch {
            return .notSent(reason: "the provider's address \(error)")
        }
        guard request.headers.allSatisfy({ isHeaderText($0.name) && isHeaderText($0.value) }) else {
            return .notSent(reason: "a header has letters that no header may have")
        }
        do {
            let found = try await resolver.addresses(of: address.host)
            guard let target = found.first else {
                return .notSent(reason: "cannot find \(address.host)")
            }
            if !options.allowsPrivate,
                let refused = found.first(where: { $0.privacy != nil }),
                let privacy = refused.privacy
            {
                return .notSent(reason: "\(address.host) is at \(refused), which is \(privacy)")
            }
            return try await clients.with(host: address.host, address: target) { client in
                try await post(request, to: address, by: client)
            }
        } catch let failure as HostResolver.Failure {
            return .notSent(reason: String(describing: failure))
        } catch {
            let words = Self.words(error)
            return Self.isBeforeSending(error)
                ? .notSent(reason: "not reached: \(words)")
                : .inDoubt(reason: "no answer: \(words)")
        }
    }

    private func post(
        _ asked: ProviderRequest, to address: WebhookAddress, by client: HTTPClient
    ) async throws -> Result {
        var request = HTTPClientRequest(url: address.text)
        request.method = .POST
        request.headers = ["user-agent": options.userAgent]
        for field in asked.headers { request.headers.add(name: field.name, value: field.value) }
        request.body = .bytes(ByteBuffer(bytes: asked.body))
        let response = try await client.execute(
            request, timeout: .nanoseconds(Int64(options.timeout / .nanoseconds(1))))
        var body: [UInt8] = []
        do {
            for try await part in response.body {
                body.append(contentsOf: part.readableBytesView)
                if body.count > options.answerBytesMax { break }
            }
        } catch {
            // The head has said whether it was taken.
        }
        let wait = response.headers.first(name: "retry-after").flatMap {
            RetryAfter.seconds($0, now: clock.now)
        }
        return .answered(
            ProviderAnswer(
                status: Int(response.status.code), retryAfterSeconds: wait,
                body: Array(body.prefix(options.answerBytesMax))))
    }

    /// Whether no connection was there yet to send anything over.
    private static func isBeforeSending(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError: return error == .connectTimeout
        case is NIOConnectionError, is NIOSSLError: return true
        case let error as NIOSSLExtraError:
            return error == .failedToValidateHostname || error == .serverHostnameImpossibleToMatch
        case let error as ChannelError:
            if case .connectTimeout = error { return true }
            return false
        case let error as IOError:
            return [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH].contains(error.errnoCode)
        default: return false
        }
    }

    private static func words(_ error: any Error) -> String {
        if let error = error as? HTTPClientError { return error.shortDescription }
        return String(String(describing: error).prefix(200))
    }
}

/// Access tokens of a service account, kept until they run out.
package actor AccessTokens {
    package enum Failure: Error {
        case failed(ProviderOutcome)
    }

    /// So long before it ends a token isn't used any more.
    private static let restMs: Int64 = 60_000

    private let account: ServiceAccount
    private let client: ProviderClient
    private let clock: WallClock
    private var kept: (token: String, until: Timestamp)?
    private var asking: Task<(token: String, until: Timestamp), any Error>?

    package init(account: ServiceAccount, client: ProviderClient, clock: WallClock) {
        self.account = account
        self.client = client
        self.clock = clock
    }

    /// Forgets one that wasn't taken.
    package func drop(_ token: String) {
        if kept?.token == token { kept = nil }
    }

    /// - Throws: `Failure` with what follows for the message: nothing of it was sent.
    package func token() async throws -> String {
        if let kept, clock.now < kept.until { return kept.token }
        let task: Task<(token: String, until: Timestamp), any Error>
        if let asking {
            task = asking
        } else {
            task = Task { try await ask() }
            asking = task
        }
        defer { if asking == task { asking = nil } }
        let got = try await task.value
        kept = got
        return got.token
    }

    private func ask() async throws -> (token: String, until: Timestamp) {
        let now = clock.now
        switch await client.post(try account.tokenRequest(now: now)) {
        case .notSent(let reason), .inDoubt(let reason):
            throw Failure.failed(.notSent(reason: "no access token: \(reason)"))
        case .answered(let answer):
            let token = ProviderText.text(at: "access_token", in: answer.body)
            guard answer.status == 200, !token.isEmpty, isHeaderText(token) else {
                let message = ProviderText.text(at: "error", in: answer.body)
                let words = "no access token: " + ProviderText.words(answer, message)
                if answer.status == 429 || answer.status >= 500 {
                    throw Failure.failed(
                        .deferred(reason: words, retryAfterSeconds: answer.retryAfterSeconds))
                }
                throw Failure.failed(.misconfigured(reason: words))
            }
            let seconds = Int64(ProviderText.text(at: "expires_in", in: answer.body)) ?? 300
            let good = min(max(seconds, 0), 86_400) * 1000 - Self.restMs
            return (token, now.adding(milliseconds: max(good, 0)))
        }
    }
}
