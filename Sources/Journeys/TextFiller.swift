import Documents
import JSONParsing
import Kernel

/// Fills templates in for a run, and remembers what wasn't known.
struct TextFiller {
    let run: JourneyRun
    let attribute: (String) -> String?
    private(set) var unknown: [String] = []

    init(run: JourneyRun, attribute: @escaping (String) -> String?) {
        self.run = run
        self.attribute = attribute
    }

    /// For the decision: `; not known: customer.name`, or nothing.
    var note: String { unknown.isEmpty ? "" : "; not known: \(unknown.joined(separator: ", "))" }

    mutating func text(_ template: Template) -> String {
        var text = ""
        for part in template.parts {
            switch part {
            case .text(let fixed): text += fixed
            case .customer(let name): text += known(attribute(name), "customer.\(name)")
            case .entry(let path): text += known(run.entry.text(at: path), "entry.\(path)")
            case .couponCode: text += known(run.coupon?.code, "coupon.code")
            case .couponExpires:
                text += known(run.coupon?.expiresAt?.rfc3339, "coupon.expires")
            }
        }
        return text
    }

    private mutating func known(_ value: String?, _ name: String) -> String {
        guard let value else {
            if !unknown.contains(name) { unknown.append(name) }
            return ""
        }
        return value
    }

    mutating func write(_ value: StepValue, to json: inout JSONWriter) {
        switch value {
        case .fixed(let node): node.write(to: &json)
        case .text(let template):
            if let path = template.onlyEntryPath,
                let whole = run.entry.text(at: EntryValues.whole(path))
            {
                json.raw(whole.utf8Span.span)
            } else {
                json.string(text(template))
            }
        case .list(let values):
            json.beginArray()
            for value in values { write(value, to: &json) }
            json.endArray()
        case .mapping(let members):
            json.beginObject()
            for member in members { write(member, to: &json) }
            json.endObject()
        }
    }

    mutating func write(_ member: NamedValue, to json: inout JSONWriter) {
        json.key(member.name)
        write(member.value, to: &json)
    }
}
