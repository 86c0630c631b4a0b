import AsyncHTTPClient
import NIOCore
import NIOPosix
import Synchronization

/// HTTP clients, each for one host at one address that was checked: the client's own name is never looked up
/// again, and certificates are checked against the name.
final class ClientPool: Sendable {
    /// Clients that are kept with their connections while nobody uses them.
    private static let idleMax = 32

    private struct Key: Hashable {
        let host: String
        let address: NetworkAddress
    }

    private struct Held {
        let client: HTTPClient
        var users = 0
        var lastUse = 0
    }

    private struct State {
        var held: [Key: Held] = [:]
        var uses = 0
    }

    private let state = Mutex(State())

    /// Lends the client of a host at an address.
    func with<Value: Sendable>(
        host: String, address: NetworkAddress,
        _ body: (HTTPClient) async throws -> Value
    ) async throws -> Value {
        let key = Key(host: host, address: address)
        let client = take(key)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(client))
        } catch {
            result = .failure(error)
        }
        for old in giveBack(key) { await Self.close(old) }
        return try result.get()
    }

    private func take(_ key: Key) -> HTTPClient {
        state.withLock { state in
            state.uses += 1
            var held = state.held[key] ?? Held(client: Self.make(key))
            held.users += 1
            held.lastUse = state.uses
            state.held[key] = held
            return held.client
        }
    }

    /// - Returns: Clients that are too many now.
    private func giveBack(_ key: Key) -> [HTTPClient] {
        state.withLock { state in
            state.held[key]?.users -= 1
            let idle = state.held.filter { $0.value.users == 0 }
            guard idle.count > Self.idleMax else { return [] }
            let oldest = idle.sorted { $0.value.lastUse < $1.value.lastUse }
                .prefix(idle.count - Self.idleMax)
            for (key, _) in oldest { state.held[key] = nil }
            return oldest.map(\.value.client)
        }
    }

    func shutdown() async {
        let clients = state.withLock { state in
            defer { state.held = [:] }
            return state.held.values.map(\.client)
        }
        for client in clients { await Self.close(client) }
    }

    private static func make(_ key: Key) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        configuration.decompression = .disabled
        configuration.timeout = .init(connect: .seconds(10), read: .seconds(15))
        configuration.connectionPool.retryConnectionEstablishment = false
        // Shorter than what servers usually keep, so that a connection isn't used as it closes.
        configuration.connectionPool.idleTimeout = .seconds(3)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 16
        if NetworkAddress(key.host) == nil {
            configuration.dnsOverride = [key.host: key.address.description]
        }
        return HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton),
            configuration: configuration)
    }

    private static func close(_ client: HTTPClient) async {
        // Nobody uses it; a connection that doesn't close cleanly is gone with the process.
        try? await client.shutdown()
    }
}
