import Glibc

/// Standard output through a buffer, for files of millions of lines.
struct BufferedOutput {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let flushBytes = 1 << 20

    private let descriptor: CInt
    private var bytes: [UInt8] = []

    init(descriptor: CInt = 1) {
        self.descriptor = descriptor
        bytes.reserveCapacity(Self.flushBytes + 4096)
    }

    mutating func write(_ text: String) throws(Failure) {
        bytes.append(contentsOf: text.utf8)
        if bytes.count >= Self.flushBytes { try flush() }
    }

    mutating func flush() throws(Failure) {
        var done = 0
        while done < bytes.count {
            let written = bytes[done...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            guard written > 0 || errno == EINTR else {
                throw Failure(description: "cannot write: \(String(cString: strerror(errno)))")
            }
            done += max(written, 0)
        }
        bytes.removeAll(keepingCapacity: true)
    }
}

enum StandardError {
    static func write(_ text: String) {
        var output = BufferedOutput(descriptor: 2)
        // What can't be said on standard error can't be said anywhere.
        try? output.write(text)
        try? output.flush()
    }
}
