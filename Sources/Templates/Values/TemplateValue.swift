package import Documents
package import Kernel

/// What a template's variables hold.
///
/// Everything is taken to come from outside and is escaped where it is put out, but for `html`.
package indirect enum TemplateValue: Hashable, Sendable {
    case nothing
    case boolean(Bool)
    case number(TemplateNumber)
    case text(String)
    case list([TemplateValue])
    case mapping([Member])
    /// Shows itself in the reader's language.
    case money(Money)
    /// Shows itself in the reader's language and zone.
    case time(Timestamp)
    /// A piece of HTML that the house or its administrator wrote, never a customer: `raw` lets only this through.
    case html(String)

    package struct Member: Hashable, Sendable {
        package let name: String
        package let value: TemplateValue

        @inlinable
        package init(_ name: String, _ value: TemplateValue) {
            self.name = name
            self.value = value
        }
    }

    package static func number(_ value: Int) -> Self { .number(TemplateNumber(value)) }

    package static func mapping(_ members: [(String, TemplateValue)]) -> Self {
        .mapping(members.map { Member($0.0, $0.1) })
    }

    /// A definition's or event's value; numbers beyond 18 digits become their text.
    package init(_ node: DocumentNode) {
        switch node.value {
        case .null: self = .nothing
        case .boolean(let value): self = .boolean(value)
        case .number(let text): self = TemplateNumber(text).map { .number($0) } ?? .text(text)
        case .text(let text): self = .text(text)
        case .list(let nodes): self = .list(nodes.map { TemplateValue($0) })
        case .mapping(let members):
            self = .mapping(members.map { Member($0.name, TemplateValue($0.value)) })
        }
    }

    /// A mapping's member; of several with the name, the first. Nil where there is none, or this is no mapping.
    ///
    /// Order: the number of members.
    package subscript(name: String) -> TemplateValue? {
        guard case .mapping(let members) = self else { return nil }
        for member in members where member.name == name { return member.value }
        return nil
    }

    var isNothing: Bool { if case .nothing = self { true } else { false } }

    /// As conditions take it: all but nothing and false.
    var isTrue: Bool {
        switch self {
        case .nothing, .boolean(false): false
        default: true
        }
    }

    /// Whether `default` replaces it: nothing, false, or empty.
    var isBlank: Bool {
        switch self {
        case .nothing, .boolean(false): true
        case .text(let text), .html(let text): text.isEmpty
        case .list(let values): values.isEmpty
        case .mapping(let members): members.isEmpty
        default: false
        }
    }

    /// As a number, also where it is written as a text.
    var asNumber: TemplateNumber? {
        switch self {
        case .number(let number): number
        case .text(let text): TemplateNumber(text)
        case .money(let money):
            TemplateNumber(mantissa: Int128(money.minor), scale: money.currency.minorDigits)
        default: nil
        }
    }

    /// Whether they say the same: `==` in a condition. A number is never a text.
    func isSame(as other: TemplateValue) -> Bool {
        switch (self, other) {
        case (.nothing, .nothing): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.text(let left), .text(let right)), (.html(let left), .text(let right)),
            (.text(let left), .html(let right)), (.html(let left), .html(let right)):
            left == right
        case (.number, .number), (.money, .number), (.number, .money):
            asNumber == other.asNumber
        case (.money(let left), .money(let right)): left == right
        case (.time(let left), .time(let right)): left == right
        case (.time(let left), .text(let right)): Timestamp(right) == left
        case (.text(let left), .time(let right)): Timestamp(left) == right
        default: false
        }
    }

    /// Which comes first; nil where that can't be said, as between a text and a number.
    func isLess(than other: TemplateValue) -> Bool? {
        switch (self, other) {
        case (.text(let left), .text(let right)):
            return left < right
        case (.time(let left), .time(let right)): return left < right
        case (.time(let left), .text(let right)):
            guard let right = Timestamp(right) else { return nil }
            return left < right
        case (.text(let left), .time(let right)):
            guard let left = Timestamp(left) else { return nil }
            return left < right
        default:
            guard let left = asNumber, let right = other.asNumber else { return nil }
            return left < right
        }
    }

    /// How many elements, members or characters.
    var size: Int {
        switch self {
        case .list(let values): values.count
        case .mapping(let members): members.count
        case .text(let text), .html(let text): text.count
        default: 0
        }
    }
}
