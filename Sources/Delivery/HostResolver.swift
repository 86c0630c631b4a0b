import Glibc
import NIOPosix

/// Finds the addresses of a host. The shell hands in the system's resolver, tests one of their own.
package struct HostResolver: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        /// The host has no address that can be found now.
        case unknownHost(String, reason: String)

        package var description: String {
            switch self {
            case .unknownHost(let host, let reason): "cannot find \(host): \(reason)"
            }
        }
    }

    private let find: @Sendable (_ host: String) async throws -> [NetworkAddress]

    package init(_ find: @escaping @Sendable (_ host: String) async throws -> [NetworkAddress]) {
        self.find = find
    }

    /// - Throws: `Failure` where there are none.
    func addresses(of host: String) async throws -> [NetworkAddress] { try await find(host) }

    /// The system's resolver, with threads of its own, so that a name server that doesn't answer holds up
    /// names only.
    package static let system: HostResolver = {
        let threads = NIOThreadPool(numberOfThreads: 8)
        threads.start()
        return HostResolver { host in try await threads.runIfActive { try look(up: host) } }
    }()

    private static func look(up host: String) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            throw Failure.unknownHost(host, reason: String(cString: gai_strerror(code)))
        }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var entry = list
        while let info = entry?.pointee {
            entry = info.ai_next
            let isNamed =
                getnameinfo(
                    info.ai_addr, info.ai_addrlen, &text, socklen_t(text.count), nil, 0,
                    NI_NUMERICHOST) == 0
            let bytes = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            guard isNamed, let address = NetworkAddress(String(decoding: bytes, as: UTF8.self))
            else { continue }
            if !found.contains(address) { found.append(address) }
        }
        guard !found.isEmpty else {
            throw Failure.unknownHost(host, reason: "it has no address")
        }
        return found
    }
}
