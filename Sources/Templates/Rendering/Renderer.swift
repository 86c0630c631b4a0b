import Kernel

/// Runs a program: no recursion, every step counted.
struct Renderer {
    let program: Program
    private let instructions: [Program.Instruction]
    private let literals: [UInt8]
    /// The values' members, and before them those that are there beside them: `message`.
    private let roots: [TemplateValue.Member]
    let inputs: RenderInputs
    let limits: TemplateLimits
    private var output: [UInt8] = []
    private var slots: [TemplateValue?]
    private var loops: [LoopState] = []
    private var captures: [[UInt8]] = []
    private var steps = 0
    private var iterations = 0
    private(set) var warnings: [RenderWarning] = []
    private var scratch: [UInt8] = []

    private struct LoopState {
        var items: [TemplateValue]
        var index: Int
        var slot: Int
    }

    init(
        _ program: Program, _ inputs: RenderInputs, _ limits: TemplateLimits,
        extra: [TemplateValue.Member] = []
    ) {
        self.program = program
        instructions = program.instructions
        literals = program.literals
        self.inputs = inputs
        self.limits = limits
        if case .mapping(let members) = inputs.values {
            roots = extra + members
        } else {
            roots = extra
        }
        slots = Array(repeating: nil, count: program.slotCount)
        output.reserveCapacity(program.literals.count + 1024)
    }

    mutating func run() throws(RenderFailure) -> [UInt8] {
        let literals = literals
        let instructions = instructions
        var next = 0
        while next < instructions.count {
            try spend(1)
            let current = next
            next += 1
            switch instructions[current] {
            case .literal(let start, let count):
                try room(for: count)
                Escaper.append(literals.span.extracting(start..<start + count), to: &output)
            case .output(let index): try write(index)
            case .jump(let target): next = target
            case .jumpUnless(let condition, let target):
                if try !holds(condition) { next = target }
            case .assign(let slot, let index):
                slots[slot] = try value(of: program.expressions[index])
            case .clear(let slot): slots[slot] = nil
            case .beginLoop(let index, let target):
                if try !begin(program.loops[index]) { next = target }
            case .nextLoop(let body): if try advance() { next = body }
            case .leaveLoop(let target):
                if let loop = loops.popLast() { slots[loop.slot] = nil }
                next = target
            case .beginCapture:
                captures.append(output)
                output = []
            case .endCapture(let slot, let isHTML):
                let text = String(decoding: output, as: UTF8.self)
                guard output.count <= limits.textBytesMax else { throw textTooLong }
                slots[slot] = isHTML ? .html(text) : .text(text)
                output = captures.popLast() ?? []
            }
        }
        return output
    }

    // MARK: Bounds

    var textTooLong: RenderFailure {
        .textTooLong(bytesMax: limits.textBytesMax, template: program.name)
    }

    mutating func spend(_ count: Int) throws(RenderFailure) {
        steps += count
        guard steps <= limits.stepsMax else {
            throw .tooManySteps(max: limits.stepsMax, template: program.name)
        }
    }

    private func room(for count: Int) throws(RenderFailure) {
        guard output.count + count <= limits.outputBytesMax else {
            throw .tooMuchOutput(bytesMax: limits.outputBytesMax, template: program.name)
        }
    }

    mutating func warn(_ kind: RenderWarning.Kind, at place: Int) {
        guard warnings.count < limits.warningsMax else { return }
        let warning = RenderWarning(kind: kind, place: program.places[place])
        if !warnings.contains(warning) { warnings.append(warning) }
    }

    // MARK: Loops

    private mutating func begin(_ loop: Program.Loop) throws(RenderFailure) -> Bool {
        let list = try value(of: loop.loop.list)
        var items: [TemplateValue]
        switch list {
        case .list(let values): items = values
        case .mapping(let members):
            // As Liquid has it: pairs of name and value.
            items = members.map { .list([.text($0.name), $0.value]) }
        case .nothing: items = []
        default:
            warn(.notAList, at: loop.loop.list.offset)
            items = []
        }
        try spend(items.count / 16)
        if let skip = loop.loop.skip, let count = value(of: skip).asNumber {
            items.removeFirst(min(items.count, max(0, Int(count.integer))))
        }
        if let limit = loop.loop.limit, let count = value(of: limit).asNumber {
            items = Array(items.prefix(max(0, Int(count.integer))))
        }
        if loop.loop.isReversed { items.reverse() }
        guard let first = items.first else { return false }
        loops.append(LoopState(items: items, index: 0, slot: loop.slot))
        slots[loop.slot] = first
        try iterate()
        return true
    }

    private mutating func advance() throws(RenderFailure) -> Bool {
        guard let last = loops.indices.last else { return false }
        loops[last].index += 1
        let index = loops[last].index
        guard index < loops[last].items.count else {
            slots[loops[last].slot] = nil
            loops.removeLast()
            return false
        }
        slots[loops[last].slot] = loops[last].items[index]
        try iterate()
        return true
    }

    private mutating func iterate() throws(RenderFailure) {
        iterations += 1
        guard iterations <= limits.iterationsMax else {
            throw .tooManyIterations(max: limits.iterationsMax, template: program.name)
        }
    }

    // MARK: Values

    mutating func value(of expression: Expression) throws(RenderFailure) -> TemplateValue {
        var value = value(of: expression.operand)
        for call in expression.filters {
            if call.filter == .required {
                if value.isBlank {
                    throw .missing(
                        name: name(of: expression), program.places[expression.offset])
                }
                continue
            }
            value = try apply(call, to: value)
        }
        return value
    }

    private func name(of expression: Expression) -> String {
        if case .variable(let variable) = expression.operand { return variable.text }
        return "this value"
    }

    mutating func value(of operand: Operand) -> TemplateValue {
        switch operand {
        case .constant(let value): value
        case .variable(let variable): value(of: variable)
        }
    }

    /// What looking for it takes is added to the steps, and counts at the next of them.
    private mutating func value(of variable: Variable) -> TemplateValue {
        var value: TemplateValue
        if variable.slot >= 0, let own = slots[variable.slot] {
            value = own
        } else if let index = roots.firstIndex(where: { $0.name == variable.root }) {
            value = roots[index].value
        } else if variable.root == "forloop" {
            return loopValue(variable)
        } else {
            return .nothing
        }
        for step in variable.steps {
            switch value {
            case .mapping(let members): steps += members.count / 16
            case .text(let text): steps += text.utf8.count / 16
            default: break
            }
            value = Self.part(step, of: value)
            if case .nothing = value { return .nothing }
        }
        return value
    }

    private static func part(_ step: Variable.Step, of value: TemplateValue) -> TemplateValue {
        switch step {
        case .index(let index):
            guard case .list(let values) = value else { return .nothing }
            let place = index < 0 ? values.count + index : index
            return values.indices.contains(place) ? values[place] : .nothing
        case .name(let name):
            if case .mapping = value, let member = value[name] { return member }
            switch (name, value) {
            case ("first", .list(let values)): return values.first ?? .nothing
            case ("last", .list(let values)): return values.last ?? .nothing
            case ("size", .list), ("size", .text), ("size", .mapping): return .number(value.size)
            case ("currency", .money(let money)): return .text(money.currency.description)
            default: return .nothing
            }
        }
    }

    private func loopValue(_ variable: Variable) -> TemplateValue {
        guard let loop = loops.last, case .name(let name)? = variable.steps.first else {
            return .nothing
        }
        switch name {
        case "index": return .number(loop.index + 1)
        case "index0": return .number(loop.index)
        case "rindex": return .number(loop.items.count - loop.index)
        case "length": return .number(loop.items.count)
        case "first": return .boolean(loop.index == 0)
        case "last": return .boolean(loop.index == loop.items.count - 1)
        default: return .nothing
        }
    }

    // MARK: Conditions

    private mutating func holds(_ index: Int) throws(RenderFailure) -> Bool {
        let condition = program.conditions[index]
        for term in condition.terms {
            try spend(1)
            let holds = try holds(term) != term.isNegated
            if holds != condition.needsAll { return holds }
        }
        return condition.needsAll
    }

    private mutating func holds(_ term: Condition.Term) throws(RenderFailure) -> Bool {
        let left = try value(of: term.left)
        guard let expression = term.right else { return left.isTrue }
        let right = try value(of: expression)
        if case .text(let left) = left, case .text(let right) = right {
            try spend(min(left.utf8.count, right.utf8.count) / 256)
        }
        switch term.comparison {
        case .isTrue: return left.isTrue
        case .equal: return isSame(left, right, expression)
        case .notEqual: return !isSame(left, right, expression)
        case .less: return left.isLess(than: right) ?? false
        case .greater: return right.isLess(than: left) ?? false
        case .lessOrEqual: return right.isLess(than: left).map { !$0 } ?? false
        case .greaterOrEqual: return left.isLess(than: right).map { !$0 } ?? false
        case .contains: return try contains(left, right)
        }
    }

    /// Comparing with `empty`, `blank` or `nil` asks whether there is anything.
    private func isSame(
        _ left: TemplateValue, _ right: TemplateValue, _ expression: Expression
    ) -> Bool {
        if case .constant(.nothing) = expression.operand { return left.isBlank }
        return left.isSame(as: right)
    }

    private mutating func contains(
        _ left: TemplateValue, _ right: TemplateValue
    ) throws(RenderFailure) -> Bool {
        switch left {
        case .list(let values):
            var width = 0
            if case .text(let text) = right { width = text.utf8.count }
            try spend(values.count * (1 + width / 256))
            return values.contains { $0.isSame(as: right) }
        case .text(let text), .html(let text):
            guard case .text(let part) = right else { return false }
            try spend(text.utf8.count * part.utf8.count / 1024)
            return part.isEmpty || find(Array(part.utf8), in: Array(text.utf8), from: 0) != nil
        case .mapping(let members):
            guard case .text(let name) = right else { return false }
            return members.contains { $0.name == name }
        default: return false
        }
    }

    // MARK: Output

    private mutating func write(_ index: Int) throws(RenderFailure) {
        let out = program.outputs[index]
        let value = try value(of: out.expression)
        let place = out.expression.offset
        switch value {
        case .nothing:
            if !out.hasFallback { warn(.missing(name(of: out.expression)), at: place) }
        case .text(let text):
            if out.escape == .htmlRaw { warn(.notTrusted, at: place) }
            try write(text.utf8Span.span, out.escape, place)
        case .html(let text):
            if out.escape == .htmlRaw {
                try room(for: text.utf8.count)
                output.append(contentsOf: text.utf8)
            } else if out.escape == .none || out.escape == .header {
                try spend(text.utf8.count / 8)
                let plain = HTMLToText.text(from: text.utf8Span.span)
                try write(plain.span, out.escape, place)
            } else {
                try write(text.utf8Span.span, out.escape, place)
            }
        default:
            // Taken out, so that writing to it doesn't copy this renderer.
            var text: [UInt8] = []
            swap(&text, &scratch)
            text.removeAll(keepingCapacity: true)
            if appendText(of: value, to: &text) {
                try write(text.span, out.escape, place)
            } else {
                warn(.notAText, at: place)
            }
            swap(&text, &scratch)
        }
    }

    private mutating func write(
        _ text: Span<UInt8>, _ escape: OutputEscape, _ place: Int
    ) throws(RenderFailure) {
        try spend(text.count / 64)
        try room(for: text.count)
        if !Escaper.write(text, as: escape, to: &output) {
            warn(escape == .style ? .refusedStyle : .refusedLink, at: place)
        }
        try room(for: 0)
    }

    /// A value's text; false for a mapping, which has none.
    func appendText(of value: TemplateValue, to bytes: inout [UInt8]) -> Bool {
        switch value {
        case .nothing: break
        case .boolean(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let number): bytes.append(contentsOf: number.description.utf8)
        case .text(let text), .html(let text): bytes.append(contentsOf: text.utf8)
        case .money(let money): bytes.append(contentsOf: inputs.language.format(money).utf8)
        case .time(let time):
            let local = CalendarDateTime(time, offsetSeconds: inputs.offsetSeconds(time))
            bytes.append(contentsOf: (inputs.language.format(local, style: "long") ?? "").utf8)
        case .list(let values):
            for (index, element) in values.prefix(1000).enumerated() {
                if index > 0 { bytes.append(contentsOf: ", ".utf8) }
                // Lists in lists and mappings have no text of their own.
                switch element {
                case .list, .mapping: return false
                default: _ = appendText(of: element, to: &bytes)
                }
                if bytes.count > limits.textBytesMax { break }
            }
        case .mapping: return false
        }
        return true
    }
}

/// Where a part first stands in a text; nil where it doesn't.
///
/// Order: the text's bytes times the part's at worst; callers count steps for it.
func find(_ part: [UInt8], in text: [UInt8], from start: Int) -> Int? {
    guard let first = part.first, part.count <= text.count else { return nil }
    var at = start
    while at <= text.count - part.count {
        if text[at] == first, text[at..<at + part.count] == part[...] { return at }
        at += 1
    }
    return nil
}
