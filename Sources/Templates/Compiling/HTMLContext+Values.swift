extension HTMLContext {
    /// How a value that stands here is escaped; or why none may stand here.
    enum Answer {
        case escape(OutputEscape)
        case refused(String)
    }

    /// Asks for a value's escape, and goes behind it.
    mutating func takeValue() -> Answer {
        switch state {
        case .text: return .escape(.htmlText)
        case .comment:
            name = []
            if seen.count < 4 { seen = [0, 0, 0, 0] }
            return .escape(.attribute)
        case .rawText:
            if name == Array("style".utf8) { return clear(.style) }
            if name == Array("script".utf8) {
                return .refused("a value can't stand in a script; mail programs run none anyway")
            }
            seen = []
            return .escape(.htmlText)
        case .value:
            switch attribute {
            case .plain: return .escape(.attribute)
            case .style: return .escape(.style)
            case .script:
                return .refused("a value can't stand in an attribute that runs code (on…)")
            case .candidates:
                return .refused(
                    "a value can't stand in this element's attribute; for pictures use src")
            case .link: return takeLinkValue()
            }
        case .unquotedValue, .beforeValue:
            return .refused("put quotation marks around this attribute's value")
        case .tagOpen, .tagName, .endTag:
            return .refused("a value can't be a part of a tag's name")
        case .insideTag, .attributeName, .afterAttributeName:
            return .refused("a value can't be an attribute's name; write name=\"{{ value }}\"")
        case .declarationOpen, .declaration:
            return .refused("a value can't stand in a declaration")
        }
    }

    private mutating func clear(_ escape: OutputEscape) -> Answer {
        seen = []
        return .escape(escape)
    }

    private mutating func takeLinkValue() -> Answer {
        switch link {
        case .start:
            link = .afterValue
            return .escape(.linkStart)
        case .scheme:
            link = .afterValue
            seen = []
            return .escape(.linkPart)
        case .host:
            seen = [UInt8(ascii: "/"), UInt8(ascii: "/")]
            return .escape(.linkHost)
        case .path, .afterValue: return .escape(.linkPath)
        case .query: return .escape(.linkPart)
        case .refused:
            return .refused("a link may begin with https, http, mailto, tel, sms or cid")
        }
    }

    /// Where two ways through a template meet; nil where they don't end in the same place.
    func joined(with other: HTMLContext) -> HTMLContext? {
        if self == other { return self }
        var left = settled
        var right = other.settled
        if left == right { return left }
        left.link = .start
        right.link = .start
        left.seen = []
        right.seen = []
        guard left == right, case .value = state, attribute == .link else {
            // What a comment began with no longer matters.
            guard left == right, state == .comment else { return nil }
            left.seen = [0, 0, 0, 0]
            return left
        }
        guard link != .start, other.link != .start, link != .scheme, other.link != .scheme,
            link != .refused, other.link != .refused
        else { return nil }
        left.link = .query
        return left
    }

    /// After a tag's or an attribute's name, either may be over: what follows is read as if it were.
    private var settled: HTMLContext {
        var settled = self
        switch state {
        case .tagName:
            settled.element = name
            settled.enter(.insideTag)
        case .attributeName, .afterAttributeName: settled.enter(.insideTag)
        default: break
        }
        return settled
    }
}

extension HTMLContext {
    /// Where this is, for messages: `inside a tag`.
    var phrase: String {
        switch state {
        case .text: "in the text"
        case .tagOpen, .tagName, .insideTag, .attributeName, .afterAttributeName, .beforeValue:
            "inside a tag that isn't closed"
        case .endTag: "inside a closing tag"
        case .value, .unquotedValue: "inside an attribute's value"
        case .declarationOpen, .declaration: "inside a declaration"
        case .comment: "inside a comment"
        case .rawText: "inside \(String(decoding: name, as: UTF8.self))"
        }
    }
}
