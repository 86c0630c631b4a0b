import Events
import JSONParsing
import Kernel

/// Where an event came from, as a short name.
///
/// The name is, by the first that is there: the campaign's source and medium (`google / cpc`), the host
/// that referred the visitor (`referral: example.test`), `import`, `direct` (a browser without a foreign
/// referrer), `app`, `server`.
struct Channel {
    private var name: ByteWriter

    init(of frame: EventFrame, in block: EventBlock) {
        name = ByteWriter(reserving: 64)
        do throws(JSONError) {
            try write(frame.kind, block.span(frame.context))
        } catch {
            name.removeAll()
            name.writeRaw("server" as StaticString)
        }
    }

    /// The name of an event that needs no reading; nil where its context has to tell.
    static func plain(of frame: EventFrame) -> StaticString? {
        frame.flags.contains(.imported) ? "import" : frame.context.isEmpty ? "server" : nil
    }

    /// The name's UTF-8.
    var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { name.span }
    }

    private mutating func write(_ kind: EventKind, _ context: Span<UInt8>) throws(JSONError) {
        let parts = try Parts(context)
        let campaign = try Members(of: parts.campaign, "source", "medium", in: context)
        if let source = campaign.first {
            name.writeLowercased(source, in: context)
            guard let medium = campaign.second else { return }
            name.writeRaw(" / " as StaticString)
            return name.writeLowercased(medium, in: context)
        }
        if let page = parts.page {
            let addresses = try Members(of: page, "referrer", "url", in: context)
            guard !writeReferrer(addresses, in: context) else { return }
            return name.writeRaw("direct" as StaticString)
        }
        if kind == .screen || parts.hasApp { return name.writeRaw("app" as StaticString) }
        if kind == .page { return name.writeRaw("direct" as StaticString) }
        let library = try Members(of: parts.library, "name", "version", in: context).first
        let isBrowser = library.map { Self.isBrowser($0, in: context) } ?? false
        name.writeRaw(isBrowser ? "direct" as StaticString : "server" as StaticString)
    }

    /// Writes the referrer's host, unless it is the page's own; whether it did.
    private mutating func writeReferrer(_ addresses: Members, in context: Span<UInt8>) -> Bool {
        guard let referrer = addresses.first else { return false }
        var foreign = ByteWriter(reserving: 128)
        foreign.writeLowercased(referrer, in: context)
        guard let host = Self.host(of: foreign.span) else { return false }
        if let url = addresses.second {
            let start = foreign.count
            foreign.writeLowercased(url, in: context)
            let own = foreign.span.extracting(droppingFirst: start)
            if let ownHost = Self.host(of: own),
                own.extracting(ownHost).isSame(as: foreign.span.extracting(host))
            {
                return false
            }
        }
        name.writeRaw("referral: " as StaticString)
        name.writeRaw(foreign.span.extracting(host))
        return true
    }

    /// Whether a library of this name runs in browsers.
    private static func isBrowser(_ library: JSONSlice, in context: Span<UInt8>) -> Bool {
        let name = library.text(in: context).lowercased()
        return name.contains("js") && !name.contains("node")
    }

    /// Where an address has its host, without `www.`; nil where there is none.
    static func host(of url: Span<UInt8>) -> Range<Int>? {
        var start = 0
        while start + 2 < url.count,
            url[start] != UInt8(ascii: ":") || url[start + 1] != UInt8(ascii: "/")
                || url[start + 2] != UInt8(ascii: "/")
        {
            start += 1
        }
        start += 3
        guard start < url.count else { return nil }
        var end = start
        var port: Int?
        while end < url.count {
            let byte = url[end]
            if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") {
                break
            }
            if byte == UInt8(ascii: "@") {
                start = end + 1
                port = nil
            } else if byte == UInt8(ascii: ":") {
                port = end
            }
            end += 1
        }
        if let port, url[end - 1] != UInt8(ascii: "]") { end = port }
        if end - start >= 4, url[start] == UInt8(ascii: "w"), url[start + 1] == UInt8(ascii: "w"),
            url[start + 2] == UInt8(ascii: "w"), url[start + 3] == UInt8(ascii: ".")
        {
            start += 4
        }
        return start < end ? start..<end : nil
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
                guard value.kind.isObject else { continue }
                if key.isText("campaign", in: context) {
                    campaign = value
                } else if key.isText("library", in: context) {
                    library = value
                } else if key.isText("page", in: context) {
                    page = value
                } else if key.isText("app", in: context) {
                    hasApp = true
                }
            }
        }
    }

    /// Two text members of an object; nil where they are missing, empty or not text.
    private struct Members {
        var first: JSONSlice?
        var second: JSONSlice?

        init(
            of object: JSONSlice?, _ first: StaticString, _ second: StaticString,
            in context: Span<UInt8>
        ) throws(JSONError) {
            guard let object else { return }
            var reader = JSONReader(context, from: object.range.lowerBound)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                let text = value.kind.isString && !value.content.isEmpty ? value : nil
                if key.isText(first, in: context) {
                    self.first = text
                } else if key.isText(second, in: context) {
                    self.second = text
                }
            }
        }
    }
}

extension ByteWriter {
    /// Writes a JSON string's text in lower case.
    fileprivate mutating func writeLowercased(_ text: JSONSlice, in context: Span<UInt8>) {
        let content = context.extracting(text.content)
        guard !text.hasEscapes, ByteScan.isASCII(content) else {
            return writeRaw(text.text(in: context).lowercased())
        }
        writeLowercased(content)
    }
}
