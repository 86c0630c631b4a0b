import NIOCore

/// A server that looks names up for us.
package struct NameServer: Hashable, Sendable, CustomStringConvertible {
    /// More of them aren't asked, as in `resolv.conf`.
    package static let countMax = 3

    package let host: String
    package let port: Int

    /// Nil where the host isn't an IP address: a name would have to be looked up itself.
    package init?(host: String, port: Int = 53) {
        // A zone after the address (`fe80::1%eth0`) is the system's matter.
        let address = host.prefix { $0 != "%" }
        guard NetworkAddress(String(address)) != nil, (1...65_535).contains(port) else {
            return nil
        }
        self.host = host
        self.port = port
    }

    package var description: String {
        (host.contains(":") ? "[\(host)]" : host) + (port == 53 ? "" : ":\(port)")
    }

    /// Reads `/etc/resolv.conf`: its first three `nameserver` lines, or the machine itself where there are none
    /// (resolv.conf(5)).
    package static func read(resolverFile text: String) -> [NameServer] {
        var servers: [NameServer] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2, words[0] == "nameserver",
                let server = NameServer(host: String(words[1]))
            else { continue }
            servers.append(server)
        }
        if servers.isEmpty, let own = NameServer(host: "127.0.0.1") { servers = [own] }
        return Array(servers.prefix(countMax))
    }

    func socketAddress() throws -> SocketAddress {
        try SocketAddress(ipAddress: host, port: port)
    }
}
