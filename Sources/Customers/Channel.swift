import Events
import JSONParsing

/// Where an event came from, as a short name.
enum Channel {
    /// The name is, by the first that is there: the campaign's source and medium (`google / cpc`), the
    /// host that referred the visitor (`referral: example.test`), `import`, `direct` (a browser without
    /// a foreign referrer), `app`, `server`.
    static func name(of frame: EventFrame, in block: EventBlock) -> String {
        if frame.flags.contains(.imported) { return "import" }
        if frame.context.isEmpty { return "server" }
        let context = block.span(frame.context)
        do throws(JSONError) {
            let parts = try Parts(context)
            if let source = try text("source", of: parts.campaign, in: context) {
                let medium = try text("medium", of: parts.campaign, in: context)
                return medium.map { source + " / " + $0 } ?? source
            }
            if let page = parts.page {
                if let host = try text("referrer", of: page, in: context).flatMap(host) {
                    let own = try text("url", of: page, in: context).flatMap(Self.host)
                    if host != own { return "referral: " + host }
                }
                return "direct"
            }
            if frame.kind == .screen || parts.hasApp { return "app" }
            if frame.kind == .page { return "direct" }
            let library = try text("name", of: parts.library, in: context) ?? ""
            return library.contains("js") && !library.contains("node") ? "direct" : "server"
        } catch {
            return "server"
        }
    }

    /// The objects of a context that say where an event came from.
    private struct Parts {
        var campaign: JSONSlice?
        var library: JSONSlice?
        var page: JSONSlice?
        var hasApp = false

        init(_ context: Span<UInt8>) throws(JSONError) {
            var reader = JSONReader(context)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                guard value.kind == .object else { continue }
                if key.isText("campaign".utf8.span, in: context) {
                    campaign = value
                } else if key.isText("library".utf8.span, in: context) {
                    library = value
                } else if key.isText("page".utf8.span, in: context) {
                    page = value
                } else if key.isText("app".utf8.span, in: context) {
                    hasApp = true
                }
            }
        }
    }

    /// A text member, in lower case; nil where it is missing or empty.
    private static func text(
        _ name: String, of object: JSONSlice?, in context: Span<UInt8>
    ) throws(JSONError) -> String? {
        guard let object,
            let value = try JSONLookup.member(named: name.utf8.span, of: object, in: context),
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
