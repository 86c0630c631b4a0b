import Documents

/// Makes nodes of a template's pieces.
struct TemplateParser {
    private let bytes: [UInt8]
    private let pieces: [TemplatePiece]
    private let limits: TemplateLimits
    private var index = 0
    private var depth = 0
    private var layout: (name: String, offset: Int)?

    static func parse(
        _ source: TemplateSource, limits: TemplateLimits
    ) throws(TemplateProblem) -> ParsedTemplate {
        let bytes = Array(source.text.utf8)
        let lines = LineTable(bytes)
        func problem(_ failure: ParseFailure) -> TemplateProblem {
            TemplateProblem(
                failure.kind, at: lines.place(failure.offset, in: bytes, template: source.name),
                failure.reason)
        }
        guard bytes.count <= limits.sourceBytesMax else {
            throw problem(
                ParseFailure(
                    .tooLarge, 0,
                    "it has \(bytes.count) bytes; \(limits.sourceBytesMax) are allowed"))
        }
        var cutter = TemplateCutter(bytes)
        let pieces = cutter.cut()
        if let failure = cutter.failure {
            throw problem(ParseFailure(failure.kind, failure.offset, failure.reason))
        }
        var parser = TemplateParser(bytes, pieces, limits)
        do throws(ParseFailure) {
            let nodes = try parser.nodes(until: [], opened: nil).nodes
            return ParsedTemplate(
                name: source.name, bytes: bytes, layout: parser.layout, nodes: nodes,
                lines: lines)
        } catch {
            throw problem(error)
        }
    }

    private init(_ bytes: [UInt8], _ pieces: [TemplatePiece], _ limits: TemplateLimits) {
        self.bytes = bytes
        self.pieces = pieces
        self.limits = limits
    }

    /// A tag that ended a stretch of nodes, with what follows its name.
    private struct Ending {
        var word: String
        var lexer: ExpressionLexer
        var offset: Int
    }

    /// Nodes up to one of the tags, which is taken; at the top up to the end.
    private mutating func nodes(
        until endings: [String], opened: (word: String, offset: Int)?
    ) throws(ParseFailure) -> (nodes: [TemplateNode], ending: Ending?) {
        var nodes: [TemplateNode] = []
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.nestingMax else {
            throw ParseFailure(
                .tooLarge, opened?.offset ?? 0,
                "tags are nested more than \(limits.nestingMax) deep")
        }
        while index < pieces.count {
            let piece = pieces[index]
            index += 1
            switch piece.kind {
            case .literal: nodes.append(.literal(piece.range))
            case .output:
                var lexer = try ExpressionLexer(bytes, piece.range)
                if lexer.next.kind == .end {
                    throw ParseFailure(.syntax, piece.offset, "a variable is missing here")
                }
                nodes.append(.output(try lexer.expression(filtersMax: limits.filtersMax)))
                try lexer.expectEnd()
            case .tag:
                var lexer = try ExpressionLexer(bytes, piece.range)
                guard lexer.next.kind == .path else {
                    throw ParseFailure(.syntax, piece.offset, "a tag's name is missing here")
                }
                let word = lexer.text(lexer.next.range)
                try lexer.advance()
                if endings.contains(word) {
                    return (nodes, Ending(word: word, lexer: lexer, offset: piece.offset))
                }
                if word.hasPrefix("end"), let opened {
                    throw ParseFailure(
                        .unclosed, opened.offset,
                        "\(opened.word) is never closed: {% \(endings.last ?? "") %} is missing "
                            + "before {% \(word) %}")
                }
                if let node = try node(word, &lexer, piece.offset) { nodes.append(node) }
            }
        }
        if let opened {
            throw ParseFailure(
                .unclosed, opened.offset,
                "\(opened.word) is never closed: {% \(endings.last ?? "") %} is missing")
        }
        return (nodes, nil)
    }

    private static let words = [
        "if", "unless", "case", "for", "include", "render", "extends", "block", "assign", "capture",
        "break", "continue", "comment", "raw",
    ]

    private mutating func node(
        _ word: String, _ lexer: inout ExpressionLexer, _ offset: Int
    ) throws(ParseFailure) -> TemplateNode? {
        switch word {
        case "if", "unless": return try branch(word, lexer, offset)
        case "case": return try choice(&lexer, offset)
        case "for": return try loop(&lexer, offset)
        case "include", "render": return try include(&lexer)
        case "extends":
            let name = try lexer.quotedName("the layout's name")
            try lexer.expectEnd()
            guard layout == nil, depth == 1 else {
                throw ParseFailure(.syntax, offset, "extends stands once, at the top of a template")
            }
            layout = (name.text, name.offset)
            return nil
        case "block":
            let name = try lexer.ownName("the block's name")
            try lexer.expectEnd()
            let body = try nodes(until: ["endblock"], opened: (word, offset)).nodes
            return .block(name: name, body: body, at: offset)
        case "assign":
            let name = try lexer.valueName("the name")
            guard try lexer.take(mark: "=") else {
                throw lexer.failure("assign is used so: {% assign total = cart.total %}")
            }
            let value = try lexer.expression(filtersMax: limits.filtersMax)
            try lexer.expectEnd()
            return .assign(name: name, value)
        case "capture":
            let name = try lexer.valueName("the name")
            try lexer.expectEnd()
            let body = try nodes(until: ["endcapture"], opened: (word, offset)).nodes
            return .capture(name: name, body: body, at: offset)
        case "break", "continue":
            try lexer.expectEnd()
            return .leave(isContinue: word == "continue", at: offset)
        default: throw unknown(word, offset)
        }
    }

    private func unknown(_ word: String, _ offset: Int) -> ParseFailure {
        if word.hasPrefix("end") || ["else", "elsif", "elif", "when"].contains(word) {
            return ParseFailure(.syntax, offset, "\(word) closes nothing that was opened before it")
        }
        var reason = "there is no tag \(word)"
        if let near = nearest(to: word, among: Self.words) {
            reason += "; did you mean \(near)?"
        } else {
            reason += "; known are \(Self.words.joined(separator: ", "))"
        }
        return ParseFailure(.unknownTag, offset, reason)
    }

    private mutating func branch(
        _ word: String, _ first: ExpressionLexer, _ offset: Int
    ) throws(ParseFailure) -> TemplateNode {
        var lexer = first
        var condition = try lexer.condition(
            filtersMax: limits.filtersMax, termsMax: limits.conditionTermsMax)
        var armOffset = offset
        if word == "unless" { condition = negated(condition) }
        let closing = word == "if" ? "endif" : "endunless"
        var arms: [TemplateNode.Arm] = []
        while true {
            let (body, ending) = try nodes(
                until: ["elsif", "elif", "else", closing], opened: (word, offset))
            arms.append(TemplateNode.Arm(condition: condition, body: body, offset: armOffset))
            guard let ending else { return .branch(arms: arms, otherwise: []) }
            var more = ending.lexer
            switch ending.word {
            case closing:
                try more.expectEnd()
                return .branch(arms: arms, otherwise: [])
            case "else" where !more.isWord("if"):
                try more.expectEnd()
                let (otherwise, last) = try nodes(until: [closing], opened: (word, offset))
                try last?.lexer.expectEnd()
                return .branch(arms: arms, otherwise: otherwise)
            default:
                _ = try more.take(word: "if")
                condition = try more.condition(
                    filtersMax: limits.filtersMax, termsMax: limits.conditionTermsMax)
                armOffset = ending.offset
            }
        }
    }

    private func negated(_ condition: Condition) -> Condition {
        Condition(
            terms: condition.terms.map {
                var term = $0
                term.isNegated.toggle()
                return term
            }, needsAll: !condition.needsAll)
    }

    private mutating func choice(
        _ lexer: inout ExpressionLexer, _ offset: Int
    ) throws(ParseFailure) -> TemplateNode {
        let subject = try lexer.expression(filtersMax: limits.filtersMax)
        try lexer.expectEnd()
        var arms: [TemplateNode.Arm] = []
        // What stands between case and its first when is white space.
        var (body, ending) = try nodes(
            until: ["when", "else", "endcase"], opened: ("case", offset))
        for case .literal(let range) in body where !bytes[range].allSatisfy(isSpace) {
            throw ParseFailure(
                .syntax, range.lowerBound, "nothing stands between case and its first when")
        }
        while let end = ending {
            var more = end.lexer
            switch end.word {
            case "when":
                var terms: [Condition.Term] = []
                repeat {
                    guard terms.count < limits.conditionTermsMax else {
                        throw more.failure("there are too many values here")
                    }
                    let value = Expression(
                        operand: try more.operand(), filters: [], offset: end.offset)
                    terms.append(
                        Condition.Term(
                            isNegated: false, left: subject, comparison: .equal, right: value))
                } while try takeOr(&more)
                try more.expectEnd()
                (body, ending) = try nodes(
                    until: ["when", "else", "endcase"], opened: ("case", offset))
                arms.append(
                    TemplateNode.Arm(
                        condition: Condition(terms: terms, needsAll: false), body: body,
                        offset: end.offset))
            case "else":
                try more.expectEnd()
                let otherwise = try nodes(until: ["endcase"], opened: ("case", offset)).nodes
                return .branch(arms: arms, otherwise: otherwise)
            default: ending = nil
            }
        }
        return .branch(arms: arms, otherwise: [])
    }

    private func takeOr(_ lexer: inout ExpressionLexer) throws(ParseFailure) -> Bool {
        if try lexer.take(mark: ",") { return true }
        return try lexer.take(word: "or")
    }

    private mutating func loop(
        _ lexer: inout ExpressionLexer, _ offset: Int
    ) throws(ParseFailure) -> TemplateNode {
        let usage = "for is used so: {% for item in cart.items limit:3 %}"
        let variable = try lexer.valueName("the name")
        guard try lexer.take(word: "in") else { throw lexer.failure(usage) }
        var loop = TemplateNode.Loop(
            variable: variable, list: try lexer.expression(filtersMax: limits.filtersMax),
            isReversed: false, offset: offset)
        while lexer.next.kind != .end {
            _ = try lexer.take(mark: ",")
            if try lexer.take(word: "reversed") {
                loop.isReversed = true
            } else if try lexer.take(word: "limit"), try lexer.take(mark: ":") {
                loop.limit = try lexer.operand()
            } else if try lexer.take(word: "offset"), try lexer.take(mark: ":") {
                loop.skip = try lexer.operand()
            } else {
                throw lexer.failure(usage)
            }
        }
        let (body, ending) = try nodes(until: ["else", "endfor"], opened: ("for", offset))
        guard ending?.word == "else" else { return .loop(loop, body: body, otherwise: []) }
        let otherwise = try nodes(until: ["endfor"], opened: ("for", offset)).nodes
        return .loop(loop, body: body, otherwise: otherwise)
    }

    private func include(
        _ lexer: inout ExpressionLexer
    ) throws(ParseFailure) -> TemplateNode {
        let name = try lexer.quotedName("the partial's name")
        _ = try lexer.take(word: "with")
        var arguments: [NamedOperand] = []
        while lexer.next.kind != .end {
            _ = try lexer.take(mark: ",")
            let offset = lexer.next.range.lowerBound
            let argument = try lexer.valueName("the value's name")
            guard try lexer.take(mark: ":"), arguments.count < 32 else {
                throw lexer.failure(
                    "include is used so: {% include \"button\", url: links.shop, label: \"Shop\" %}"
                )
            }
            arguments.append(
                NamedOperand(name: argument, operand: try lexer.operand(), offset: offset))
        }
        return .include(name: name.text, arguments: arguments, at: name.offset)
    }
}
