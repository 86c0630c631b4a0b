/// How a log line is written.
package enum LogFormat: String, Sendable, CaseIterable {
    /// `time=… level=… message="…" key=value`, for people and for logfmt parsers.
    case text
    /// One JSON object a line.
    case json
}
