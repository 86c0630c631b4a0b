import Documents

/// The names that templates may use.
package struct TemplateSchema: Hashable, Sendable {
    /// Sorted; elements of lists as `cart.items[].name`.
    package let names: [String]
    private let known: Set<String>
    /// Prefixes under which any name may be: `customer.attributes.`
    private let open: [String]

    /// - Parameter names: Paths such as `customer.firstName` and `cart.items[].name`; one that ends in `.*` lets
    ///   any name follow.
    package init(_ names: [String]) {
        open = names.filter { $0.hasSuffix(".*") }.map { String($0.dropLast(1)) }
        var known: Set<String> = []
        for name in names {
            let path = name.hasSuffix(".*") ? String(name.dropLast(2)) : name
            known.insert(path)
            // What leads to a name is known too: cart.items[].name makes cart, cart.items and cart.items[].
            for index in path.indices where path[index] == "." || path[index] == "[" {
                known.insert(String(path[..<index]))
            }
            if path.hasSuffix("[]") { known.insert(String(path.dropLast(2))) }
        }
        for name in ["message.subject", "message.preheader", "message.language", "message"] {
            known.insert(name)
        }
        self.known = known
        self.names = known.sorted()
    }

    /// Every name that a sample of the values has.
    package init(sample: TemplateValue) {
        var names: Set<String> = []
        Self.gather(sample, "", &names, depth: 0)
        self.init(names.sorted())
    }

    private static func gather(
        _ value: TemplateValue, _ path: String, _ names: inout Set<String>, depth: Int
    ) {
        if !path.isEmpty { names.insert(path) }
        guard depth < 16 else { return }
        switch value {
        case .mapping(let members):
            for member in members {
                gather(
                    member.value, path.isEmpty ? member.name : path + "." + member.name, &names,
                    depth: depth + 1)
            }
        case .list(let values):
            for value in values.prefix(20) { gather(value, path + "[]", &names, depth: depth + 1) }
        default: break
        }
    }

    /// Whether a template may use the path. Parts that every list and text has (`size`, `first`, `last`) are known.
    package func knows(_ path: String) -> Bool {
        let path = Self.normal(path)
        if known.contains(path) || open.contains(where: { path.hasPrefix($0) }) { return true }
        if path.hasSuffix(".size") { return known.contains(String(path.dropLast(5))) }
        return false
    }

    /// The nearest known path; nil where none is near.
    package func suggestion(for path: String) -> String? {
        let path = Self.normal(path)
        if let near = nearest(to: path, among: names) { return near }
        // The last name under another parent: profile.firstName for customer.firstName.
        guard let last = path.split(separator: ".").last else { return nil }
        return names.first { $0.hasSuffix("." + last) }
    }

    /// With any index, `first` and `last` as `[]`.
    private static func normal(_ path: String) -> String {
        var output = ""
        var isInside = false
        for character in path {
            if character == "]" { isInside = false }
            if !isInside { output.append(character) }
            if character == "[" { isInside = true }
        }
        let parts = output.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.contains("first") || parts.contains("last") else { return output }
        return parts.dropFirst().reduce(into: String(parts.first ?? "")) { text, part in
            text += part == "first" || part == "last" ? "[]" : "." + part
        }
    }
}
