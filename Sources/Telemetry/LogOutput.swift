import Glibc
import Synchronization

/// Where finished log lines go; each call is one whole line with its line end.
package struct LogOutput: Sendable {
    private let writeLine: @Sendable ([UInt8]) -> Void

    package init(_ writeLine: @escaping @Sendable ([UInt8]) -> Void) {
        self.writeLine = writeLine
    }

    package func write(_ line: [UInt8]) { writeLine(line) }

    /// Standard error. Lines of several threads never mix.
    package static func standardError() -> LogOutput {
        let lock = Mutex(())
        return LogOutput { line in
            lock.withLock { _ in writeAll(line, to: STDERR_FILENO) }
        }
    }
}

/// Writes all bytes; gives up silently where the descriptor is closed, since there is nobody to tell.
private func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = Glibc.write(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return
            }
        }
    }
}
