/// Why a message can't be composed.
package enum MessageRefusal: Error, Equatable, Sendable {
    /// A line end or another control character would stand in a header.
    case control(header: String)
    /// A header's value has more bytes than its limit.
    case tooLong(header: String, limit: Int)
    /// A header of this name can't be added: it isn't a name, or it is written by the composer.
    case headerName(String)
    case tooManyHeaders(limit: Int)
    /// Not an absolute `https` or `http` address of printable ASCII.
    case url(header: String)
    /// An identifier of a list, a part or a stream has characters that it can't have.
    case identifier(header: String)
    /// The type of a part isn't `type/subtype`.
    case partType(String)
    case tooManyParts(limit: Int)
    /// All bodies and parts together.
    case tooLarge(limit: Int)
    /// There is no plain text: some readers, and all filters, look for it.
    case noText
    /// Marketing without a way to unsubscribe.
    case noUnsubscribe

    /// In words for who wrote the template.
    package var reason: String {
        switch self {
        case .control(let header): "\(header) has a line end or a control character"
        case .tooLong(let header, let limit): "\(header) is longer than \(limit) bytes"
        case .headerName(let name): "a header named “\(name)” can't be added"
        case .tooManyHeaders(let limit): "more than \(limit) headers are added"
        case .url(let header): "\(header) needs an https address"
        case .identifier(let header): "\(header) has characters that it can't have"
        case .partType(let type): "“\(type)” isn't a type such as image/png"
        case .tooManyParts(let limit): "there are more than \(limit) attachments and images"
        case .tooLarge(let limit): "the message is larger than \(limit) bytes"
        case .noText: "the message has no plain text"
        case .noUnsubscribe: "a marketing message needs an unsubscribe link"
        }
    }
}

/// The start of a text from outside, fit for a line that people read.
func shown(_ text: String) -> String {
    var start = ""
    for scalar in text.unicodeScalars.prefix(60) {
        let isControl = hasControl(String(scalar))
        start.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return start
}
