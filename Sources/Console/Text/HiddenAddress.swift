/// An address of which its owner sees enough to know it, and nobody else enough to use it.
enum HiddenAddress {
    /// `a…@example.test` of `ada@example.test`; `…` of what is no address.
    static func text(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@"), at > address.startIndex,
            let first = address.first
        else { return "…" }
        return "\(first)…\(address[at...])"
    }
}
