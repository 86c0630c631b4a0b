import Documents

/// Expressions, conditions and their parts.
extension ExpressionLexer {
    func failure(_ reason: String) -> ParseFailure {
        ParseFailure(.syntax, next.range.lowerBound, reason)
    }

    /// What comes next, for messages.
    var nextPhrase: String {
        next.kind == .end ? "the end" : text(next.range)
    }

    func expectEnd() throws(ParseFailure) {
        guard next.kind == .end else { throw failure("\(nextPhrase) is too much here") }
    }

    mutating func word(_ what: String) throws(ParseFailure) -> (text: String, offset: Int) {
        guard next.kind == .path else { throw failure("\(what) is missing before \(nextPhrase)") }
        let word = (text(next.range), next.range.lowerBound)
        try advance()
        return word
    }

    /// A name that a template gives to a value of its own.
    mutating func ownName(_ what: String) throws(ParseFailure) -> String {
        let (name, offset) = try word(what)
        guard !name.contains("."), !name.contains("["), name.utf8.count <= 64, name != "forloop"
        else {
            throw ParseFailure(.syntax, offset, "\(name) can't be \(what): take one plain word")
        }
        return name
    }

    /// What stands for a value itself, or for how values are compared.
    private static let reserved: Set<String> = [
        "true", "false", "nil", "null", "none", "empty", "blank", "and", "or", "not", "contains",
    ]

    /// The name of a value that a template keeps: not a word that can't be read again.
    mutating func valueName(_ what: String) throws(ParseFailure) -> String {
        let offset = next.range.lowerBound
        let name = try ownName(what)
        guard !Self.reserved.contains(name) else {
            throw ParseFailure(
                .syntax, offset,
                "\(name) can't be \(what): it has a meaning of its own; take another")
        }
        return name
    }

    mutating func quotedName(_ what: String) throws(ParseFailure) -> (text: String, offset: Int) {
        guard case .text(let text) = next.kind else {
            throw failure("\(what) must be in quotation marks")
        }
        let offset = next.range.lowerBound
        try advance()
        return (text, offset)
    }

    mutating func expression(filtersMax: Int) throws(ParseFailure) -> Expression {
        let offset = next.range.lowerBound
        var expression = Expression(operand: try operand(), filters: [], offset: offset)
        while try take(mark: "|") {
            guard expression.filters.count < filtersMax else {
                throw failure("there are more than \(filtersMax) filters")
            }
            expression.filters.append(try filter())
        }
        return expression
    }

    mutating func operand() throws(ParseFailure) -> Operand {
        switch next.kind {
        case .text(let text):
            try advance()
            return .constant(.text(text))
        case .number(let number):
            try advance()
            return .constant(.number(number))
        case .path:
            let range = next.range
            try advance()
            switch text(range) {
            case "true": return .constant(.boolean(true))
            case "false": return .constant(.boolean(false))
            case "nil", "null", "none", "empty", "blank": return .constant(.nothing)
            default: return .variable(try variable(range))
            }
        case .mark, .end: throw failure("a value is missing before \(nextPhrase)")
        }
    }

    private func variable(_ range: Range<Int>) throws(ParseFailure) -> Variable {
        func refuse() -> ParseFailure {
            ParseFailure(
                .syntax, range.lowerBound,
                "\(text(range)) isn't a variable; write names with dots, as cart.items[0].name")
        }
        var steps: [Variable.Step] = []
        var start = range.lowerBound
        var at = start
        func name(_ from: Int, _ to: Int) -> String? { from < to ? text(from..<to) : nil }
        var needsName = true
        while at <= range.upperBound {
            let byte = at < range.upperBound ? bytes[at] : UInt8(ascii: ".")
            if byte == UInt8(ascii: ".") || byte == UInt8(ascii: "[") {
                if let name = name(start, at) {
                    steps.append(.name(name))
                } else if needsName {
                    throw refuse()
                }
                needsName = true
                if byte == UInt8(ascii: "[") {
                    guard let end = bytes[at..<range.upperBound].firstIndex(of: UInt8(ascii: "]")),
                        let step = step(inBrackets: at + 1..<end)
                    else { throw refuse() }
                    steps.append(step)
                    at = end
                    needsName = false
                }
                start = at + 1
            }
            at += 1
        }
        guard case .name(let root)? = steps.first, steps.count <= 16 else { throw refuse() }
        return Variable(root: root, steps: Array(steps.dropFirst()), offset: range.lowerBound)
    }

    private func step(inBrackets range: Range<Int>) -> Variable.Step? {
        let inner = text(range)
        if let index = Int(inner) { return .index(index) }
        guard inner.utf8.count > 2, let quote = inner.utf8.first, quote == inner.utf8.last,
            quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'")
        else { return nil }
        return .name(String(inner.dropFirst().dropLast()))
    }

    private mutating func filter() throws(ParseFailure) -> FilterCall {
        let (name, offset) = try word("a filter")
        guard let filter = Filter.named(name) else {
            var reason = "there is no filter \(name)"
            if let near = nearest(to: name, among: Filter.allNames) {
                reason += "; did you mean \(near)?"
            }
            throw ParseFailure(.unknownFilter, offset, reason)
        }
        var call = FilterCall(filter: filter, arguments: [], named: [], offset: offset)
        if try take(mark: ":") { try arguments(of: &call) }
        let range = filter.arguments
        guard range.contains(call.arguments.count) else {
            throw ParseFailure(
                .syntax, offset,
                range.upperBound == 0
                    ? "\(name) takes nothing behind it"
                    : "\(name) is used so: \(filter.example)")
        }
        for argument in call.named where !filter.namedArguments.contains(argument.name) {
            throw ParseFailure(
                .syntax, argument.offset,
                "\(name) has no \(argument.name); it is used so: \(filter.example)")
        }
        return call
    }

    private mutating func arguments(of call: inout FilterCall) throws(ParseFailure) {
        repeat {
            guard call.arguments.count + call.named.count < 8 else {
                throw failure("there are too many values here")
            }
            let offset = next.range.lowerBound
            let isWord = next.kind == .path
            let word = text(next.range)
            let operand = try operand()
            if isWord, try take(mark: ":") {
                call.named.append(
                    NamedOperand(name: word, operand: try self.operand(), offset: offset))
            } else {
                call.arguments.append(operand)
            }
        } while try take(mark: ",")
    }

    mutating func condition(
        filtersMax: Int, termsMax: Int
    ) throws(ParseFailure) -> Condition {
        var condition = Condition(terms: [try term(filtersMax: filtersMax)], needsAll: true)
        var joint: String?
        while isWord("and") || isWord("or") {
            let word = text(next.range)
            if let joint, joint != word {
                throw failure("and beside or isn't clear: put one if inside another")
            }
            joint = word
            try advance()
            guard condition.terms.count < termsMax else {
                throw failure("there are more than \(termsMax) conditions here")
            }
            condition.terms.append(try term(filtersMax: filtersMax))
        }
        condition.needsAll = joint != "or"
        try expectEnd()
        return condition
    }

    private mutating func term(filtersMax: Int) throws(ParseFailure) -> Condition.Term {
        let isNegated = try take(word: "not")
        var term = Condition.Term(
            isNegated: isNegated, left: try expression(filtersMax: filtersMax), comparison: .isTrue)
        if try take(word: "contains") {
            term.comparison = .contains
        } else if case .mark(let mark) = next.kind {
            guard let comparison = Condition.Comparison(rawValue: mark) else {
                throw failure(
                    mark == "=" ? "to compare, write ==" : "\(mark) isn't understood here")
            }
            try advance()
            term.comparison = comparison
        } else {
            return term
        }
        term.right = try expression(filtersMax: filtersMax)
        return term
    }
}
