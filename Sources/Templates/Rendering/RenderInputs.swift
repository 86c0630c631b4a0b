package import Kernel

/// What a rendering is given: the values and the reader's language, zone and currency.
package struct RenderInputs: Sendable {
    /// A mapping: customer, event, cart, coupon, links, company, products and what else there is.
    package var values: TemplateValue
    package var language: Language
    /// Seconds to add to UTC where the reader is.
    package var offsetSeconds: @Sendable (Timestamp) -> Int
    /// What `now` and `today` are in dates; nil leaves them out.
    package var now: Timestamp?
    /// Of amounts that say none.
    package var currency: Currency?

    package init(
        values: TemplateValue, language: Language = .english, zone: ZoneRules = .utc,
        now: Timestamp? = nil, currency: Currency? = nil
    ) {
        self.init(
            values: values, language: language, now: now, currency: currency,
            offsetSeconds: { zone.offsetSeconds(at: $0) })
    }

    package init(
        values: TemplateValue, language: Language, now: Timestamp?, currency: Currency?,
        offsetSeconds: @escaping @Sendable (Timestamp) -> Int
    ) {
        self.values = values
        self.language = language
        self.offsetSeconds = offsetSeconds
        self.now = now
        self.currency = currency
    }
}

/// What a rendering left out or changed, and where: nothing that stops it.
package struct RenderWarning: Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// There is no such value, and no `default`.
        case missing(String)
        /// A link with a scheme that mail programs mustn't open, such as `javascript:`; `#` stands there.
        case refusedLink
        /// A style that is more than a colour, a length or a font's name; nothing stands there.
        case refusedStyle
        /// `raw` for a value that isn't trusted; it was escaped.
        case notTrusted
        /// A filter's value isn't of a kind that it can do something with.
        case badInput(filter: String)
        /// A list or mapping stands where a text belongs.
        case notAText
        /// A `for` over what is no list, mapping or nothing; its inside was left out.
        case notAList
    }

    package var kind: Kind
    package var place: TemplatePlace

    package var description: String {
        let reason: String
        switch kind {
        case .missing(let name): reason = "\(name) isn't there, and no default says what to write"
        case .refusedLink: reason = "this isn't a link that may be opened; # was written"
        case .refusedStyle:
            reason = "this isn't a colour, a length or a font's name; nothing was written"
        case .notTrusted: reason = "raw isn't for values from outside; it was escaped"
        case .badInput(let filter): reason = "\(filter) can do nothing with this value"
        case .notAText: reason = "a mapping has no text; name one of its parts"
        case .notAList: reason = "this isn't a list"
        }
        return "\(place): \(reason)"
    }
}

/// Why a rendering stopped.
package enum RenderFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// A value that the author marked `required`.
    case missing(name: String, TemplatePlace)
    case tooManySteps(max: Int, template: String)
    case tooManyIterations(max: Int, template: String)
    case tooMuchOutput(bytesMax: Int, template: String)
    case textTooLong(bytesMax: Int, template: String)

    package var description: String {
        switch self {
        case .missing(let name, let place): "\(place): \(name) is required and isn't there"
        case .tooManySteps(let max, let template): "\(template): takes more than \(max) steps"
        case .tooManyIterations(let max, let template):
            "\(template): its loops go round more than \(max) times"
        case .tooMuchOutput(let max, let template): "\(template): becomes more than \(max) bytes"
        case .textTooLong(let max, let template):
            "\(template): makes a text of more than \(max) bytes"
        }
    }
}
