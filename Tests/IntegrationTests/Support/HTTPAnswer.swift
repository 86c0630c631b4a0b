import Foundation

/// What a server answers to one request on a connection of its own.
///
/// Written out over a socket, so that a test sends exactly what it says, and reads an answer that comes
/// before the whole body was sent.
struct HTTPAnswer {
    struct Broken: Error {}

    private static let secondsMax = 60

    var status: Int
    /// By lower-case name.
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    static func of(
        port: UInt16, _ method: String, _ path: String, headers: [String: String] = [:],
        body: [UInt8] = []
    ) throws -> HTTPAnswer {
        let connection = try connect(port)
        defer { close(connection) }
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            head += "\(name): \(value)\r\n"
        }
        if method == "POST" || !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
        send(Array((head + "\r\n").utf8) + body, over: connection)
        return try readAll(connection)
    }

    private static func connect(_ port: UInt16) throws -> CInt {
        let connection = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        guard connection >= 0 else { throw Broken() }
        var limit = timeval(tv_sec: secondsMax, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                connection, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(connection)
            throw Broken()
        }
        return connection
    }

    /// Sends until the server answers: it may do so before the end, and read no further.
    private static func send(_ bytes: [UInt8], over connection: CInt) {
        var offset = 0
        while offset < bytes.count {
            var state = pollfd(fd: connection, events: Int16(POLLIN | POLLOUT), revents: 0)
            guard poll(&state, 1, CInt(secondsMax * 1000)) > 0,
                state.revents & Int16(POLLIN) == 0
            else { return }
            let count = bytes[offset...].withUnsafeBytes {
                Foundation.send(
                    connection, $0.baseAddress, min($0.count, 1 << 16),
                    CInt(MSG_NOSIGNAL) | CInt(MSG_DONTWAIT))
            }
            if count > 0 { offset += count } else if errno != EAGAIN { return }
        }
    }

    /// Reads until the answer is whole: how long the server keeps the connection is its own affair.
    private static func readAll(_ connection: CInt) throws -> HTTPAnswer {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(connection, &piece, piece.count, 0)
            if count > 0 { bytes += piece[..<count] }
            let answer = try? parse(bytes)
            if let answer, count <= 0 || answer.isWhole { return answer }
            if count <= 0 { throw Broken() }
        }
    }

    private var isWhole: Bool {
        if status == 204 { return true }
        return headers["content-length"].flatMap { Int($0) } == body.count
    }

    private static func parse(_ bytes: [UInt8]) throws -> HTTPAnswer {
        let mark = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }) else {
            throw Broken()
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { throw Broken() }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 {
                headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return HTTPAnswer(
            status: status, headers: headers, body: Array(bytes[(end + mark.count)...]))
    }
}
