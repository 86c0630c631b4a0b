import Events
import JSONParsing

/// Where an event came from, as a short name.
enum Channel {
    /// The name is, by the first that is there: the campaign's source and medium (`google / cpc`), the
    /// host that referred the visitor (`referral: example.test`), `import`, `direct` (a browser without
    /// a referrer), `app`, `server`.
    static func name(of frame: EventFrame, in block: EventBlock) -> String {
        if frame.flags.contains(.imported) { return "import" }
        if frame.context.isEmpty { return "server" }
        let context = block.span(frame.context)
        do throws(JSONError) {
            if let source = try text("campaign", "source", in: context) {
                let medium = try text("campaign", "medium", in: context)
                return medium.map { source + " / " + $0 } ?? source
            }
            let library = try text("library", "name", in: context) ?? ""
            if let page = try JSONLookup.member(named: "page", in: context), page.kind == .object {
                let referrer = try text("page", "referrer", in: context)
                if let host = referrer.flatMap(host) {
                    let own = try text("page", "url", in: context).flatMap(Self.host)
                    if host != own { return "referral: " + host }
                }
                return "direct"
            }
            if frame.kind == .page || library.contains("js") && !library.contains("node") {
                return "direct"
            }
            if frame.kind == .screen { return "app" }
            return try JSONLookup.member(named: "app", in: context) == nil ? "server" : "app"
        } catch {
            return "server"
        }
    }

    /// A text member of an object member, trimmed of nothing, in lower case; nil where it is missing or empty.
    private static func text(
        _ outer: String, _ inner: String, in context: Span<UInt8>
    ) throws(JSONError) -> String? {
        guard let object = try JSONLookup.member(named: outer, in: context),
            let value = try JSONLookup.member(named: inner.utf8.span, of: object, in: context),
            value.kind == .string, !value.content.isEmpty
        else { return nil }
        return value.text(in: context).lowercased()
    }

    /// The host of an address, without `www.`; nil where there is none.
    static func host(_ url: String) -> String? {
        let bytes = Array(url.utf8)
        var start = 0
        for index in bytes.indices.dropLast(2)
        where bytes[index] == UInt8(ascii: ":") && bytes[index + 1] == UInt8(ascii: "/")
            && bytes[index + 2] == UInt8(ascii: "/")
        {
            start = index + 3
            break
        }
        guard start > 0 else { return nil }
        var host = bytes[start...].prefix { byte in
            byte != UInt8(ascii: "/") && byte != UInt8(ascii: "?") && byte != UInt8(ascii: "#")
        }
        if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[(at + 1)...] }
        if let port = host.lastIndex(of: UInt8(ascii: ":")), host.last != UInt8(ascii: "]") {
            host = host[..<port]
        }
        if host.starts(with: "www.".utf8) { host = host.dropFirst(4) }
        return host.isEmpty ? nil : String(decoding: host, as: UTF8.self)
    }
}
