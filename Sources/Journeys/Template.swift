import Documents

/// A text with places that are filled in when a step runs: `Your code is {{coupon.code}}`.
///
/// Places are `customer.` and a trait's name, `entry.` and a property of what the journey was entered by,
/// `coupon.code` and `coupon.expires`; a name alone is a trait of the customer. What isn't known becomes
/// empty text, which the step's decision tells.
package struct Template: Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case text(String)
        case customer(String)
        case entry(String)
        case couponCode
        case couponExpires
    }

    package static let bytesMax = 4096

    package let parts: [Part]

    /// - Throws: Where a place isn't closed, is empty or names nothing that there is.
    init(reading reader: DocumentReader) throws(DocumentProblem) {
        let text = try reader.text()
        guard text.utf8.count <= Self.bytesMax else {
            throw reader.problem("must have at most \(Self.bytesMax) bytes")
        }
        var parts: [Part] = []
        var rest = text[...]
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex {
                parts.append(.text(String(rest[..<open.lowerBound])))
            }
            rest = rest[open.upperBound...]
            guard let close = rest.firstRange(of: "}}") else {
                throw reader.problem("has a {{ without its }}")
            }
            parts.append(try Self.part(rest[..<close.lowerBound], reader))
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    private static func part(
        _ place: Substring, _ reader: DocumentReader
    ) throws(DocumentProblem) -> Part {
        let name = String(place.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        if name.isEmpty { throw reader.problem("has {{}} without a name") }
        if name == "coupon.code" { return .couponCode }
        if name == "coupon.expires" { return .couponExpires }
        if let property = tail(of: name, after: "entry.") { return .entry(property) }
        if let trait = tail(of: name, after: "customer.") { return .customer(trait) }
        if name.hasPrefix("coupon.") {
            throw reader.problem("{{\(name)}}: of a coupon there is coupon.code and coupon.expires")
        }
        if name.contains("{") { throw reader.problem("has a {{ within a {{") }
        return .customer(name)
    }

    private static func tail(of name: String, after prefix: String) -> String? {
        guard name.hasPrefix(prefix), name.utf8.count > prefix.utf8.count else { return nil }
        return String(name.dropFirst(prefix.count))
    }

    /// The properties of the entry that it takes.
    var entryPaths: [String] {
        parts.compactMap { if case .entry(let path) = $0 { path } else { nil } }
    }

    /// The property that it is and nothing else: `{{entry.products}}`.
    var onlyEntryPath: String? {
        if parts.count == 1, case .entry(let path) = parts[0] { path } else { nil }
    }

    /// Whether it takes a coupon's code or expiry.
    var needsCoupon: Bool { parts.contains(.couponCode) || parts.contains(.couponExpires) }
}
