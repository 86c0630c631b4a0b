package import Kernel
package import Logging

/// Writes structured log lines: swift-log's back end.
package struct StructuredLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let clock: WallClock
    private let output: LogOutput

    package init(
        label: String, level: Logger.Level = .info, format: LogFormat = .text, clock: WallClock,
        output: LogOutput, metadataProvider: Logger.MetadataProvider? = nil
    ) {
        self.label = label
        self.logLevel = level
        self.format = format
        self.clock = clock
        self.output = output
        self.metadataProvider = metadataProvider
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() {
            fields.merge(provided) { _, newer in newer }
        }
        if let given = event.metadata {
            fields.merge(given) { _, newer in newer }
        }
        if let error = event.error, fields["error"] == nil {
            fields["error"] = .string(String(describing: error))
        }
        let line = LogLine(
            time: clock.now, level: event.level, label: label,
            message: event.message.description,
            fields: fields.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        output.write(line.bytes(format))
    }
}
