import Glibc
import Synchronization

/// Where a command's answer goes: this process's streams, or over the socket to the one that asked.
struct CommandOutput: Sendable {
    private let write: @Sendable (_ bytes: [UInt8], _ isError: Bool) async throws -> Void

    init(_ write: @escaping @Sendable ([UInt8], Bool) async throws -> Void) {
        self.write = write
    }

    static let standard = CommandOutput { bytes, isError in
        StandardStream.write(bytes, to: isError ? 2 : 1)
    }

    func line(_ text: String) async throws { try await write(Array((text + "\n").utf8), false) }

    /// Writes bytes to the answer, as they are.
    func write(_ bytes: [UInt8]) async throws { try await write(bytes, false) }

    func error(_ text: String) async throws { try await write(Array((text + "\n").utf8), true) }
}

/// Writes to the process's own streams.
enum StandardStream {
    /// - Returns: False where not all could be written.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: CInt) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EINTR { continue }
                return false  // Nobody reads any more (a closed pipe).
            }
            offset += count
        }
        return true
    }

    static func isTerminal(_ descriptor: CInt) -> Bool { isatty(descriptor) == 1 }
}
