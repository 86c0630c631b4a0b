import Kernel
import Logging
import Synchronization
import Telemetry

/// Keeps the lines that a logger writes.
final class WrittenLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    /// The only line; empty where there isn't exactly one.
    var only: String { all.count == 1 ? all[0] : "" }

    var output: LogOutput {
        LogOutput { [self] bytes in
            lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
    }

    func logger(_ format: LogFormat, level: Logger.Level = .info) -> Logger {
        Logger(label: "shop") { [self] label in
            StructuredLogHandler(
                label: label, level: level, format: format,
                clock: .fixed(Timestamp(milliseconds: 1_291_191_960_123)), output: output)
        }
    }
}
