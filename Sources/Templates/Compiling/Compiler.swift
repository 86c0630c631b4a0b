/// Puts a template together with its layout and partials, and makes a program of it.
struct Compiler {
    let partials: [String: ParsedTemplate]
    let limits: TemplateLimits
    var program: Program
    var context = HTMLContext()
    /// The templates that are being put in, the outermost first.
    var templates: [ParsedTemplate] = []
    /// Which names hold slots, and of which variable they are the elements; the innermost last.
    var scopes: [(name: String, slot: Int, element: String?)] = []
    /// The bodies of blocks, by name, from the outermost template inward.
    var blocks: [String: [(body: [TemplateNode], template: ParsedTemplate)]] = [:]
    var openBlocks: [String] = []
    var loops: [(context: HTMLContext, next: [Int], leave: [Int])] = []
    /// Nodes put in so far: what includes nothing but includes has no instructions, but takes time.
    var emitted = 0
    var guarded: Set<String> = []

    static func compile(
        _ template: ParsedTemplate, as format: TemplateFormat, partials: [String: ParsedTemplate],
        limits: TemplateLimits
    ) throws(TemplateProblem) -> Program {
        var compiler = Compiler(template.name, format, partials, limits)
        try compiler.putTogether(template)
        guard compiler.context == HTMLContext() || format != .html else {
            throw TemplateProblem(
                .unclosed, at: template.place(template.bytes.count),
                "the template ends \(compiler.context.phrase)")
        }
        return compiler.program
    }

    init(
        _ name: String, _ format: TemplateFormat, _ partials: [String: ParsedTemplate],
        _ limits: TemplateLimits
    ) {
        self.partials = partials
        self.limits = limits
        program = Program(name: name, format: format)
    }

    var template: ParsedTemplate { templates[templates.count - 1] }

    func problem(
        _ kind: TemplateProblem.Kind, _ offset: Int, _ reason: String
    ) -> TemplateProblem {
        TemplateProblem(kind, at: template.place(offset), reason)
    }

    // MARK: Layouts

    /// Follows `extends` to the outermost layout, gathering the blocks on the way.
    mutating func putTogether(_ innermost: ParsedTemplate) throws(TemplateProblem) {
        var chain = [innermost]
        while let layout = chain[chain.count - 1].layout {
            let current = chain[chain.count - 1]
            try gatherBlocks(current)
            guard let next = partials[layout.name] else {
                throw TemplateProblem(
                    .unknownTemplate, at: current.place(layout.offset), unknown(layout.name))
            }
            guard chain.count <= limits.includeDepthMax,
                !chain.contains(where: { $0.name == next.name })
            else {
                throw TemplateProblem(
                    .tooLarge, at: current.place(layout.offset),
                    "layouts extend each other in a circle or too deep: "
                        + (chain.map(\.name) + [next.name]).joined(separator: ", "))
            }
            chain.append(next)
        }
        // What stands outside blocks in a template with a layout is only for its assigns.
        for template in chain.dropLast() {
            templates.append(template)
            for case .assign(let name, let expression) in template.nodes {
                try assign(name, expression)
            }
            templates.removeLast()
        }
        templates.append(chain[chain.count - 1])
        try emit(template.nodes)
    }

    mutating func gatherBlocks(_ template: ParsedTemplate) throws(TemplateProblem) {
        for node in template.nodes {
            switch node {
            case .block(let name, let body, _):
                blocks[name, default: []].append((body, template))
            case .literal(let range) where !template.bytes[range].allSatisfy(isSpace):
                let offset = template.bytes[range].firstIndex { !isSpace($0) } ?? range.lowerBound
                throw TemplateProblem(
                    .syntax, at: template.place(offset),
                    "a template that extends a layout has its text inside blocks")
            case .output(let expression):
                throw TemplateProblem(
                    .syntax, at: template.place(expression.offset),
                    "a template that extends a layout has its text inside blocks")
            default: break
            }
        }
    }

    func unknown(_ name: String) -> String {
        "there is no template \(name)"
            + (partials.isEmpty
                ? "" : "; known are \(partials.keys.sorted().joined(separator: ", "))")
    }

    // MARK: Nodes

    mutating func emit(_ nodes: [TemplateNode]) throws(TemplateProblem) {
        for node in nodes { try emit(node) }
    }

    mutating func emit(_ node: TemplateNode) throws(TemplateProblem) {
        emitted += 1
        guard emitted < limits.instructionsMax, program.instructions.count < limits.instructionsMax
        else {
            throw problem(
                .tooLarge, 0,
                "with all that it includes it has more than \(limits.instructionsMax) parts")
        }
        switch node {
        case .literal(let range): try literal(range)
        case .output(let expression): try output(expression)
        case .branch(let arms, let otherwise): try branch(arms, otherwise)
        case .loop(let loop, let body, let otherwise): try emitLoop(loop, body, otherwise)
        case .include(let name, let arguments, let offset):
            try include(name, arguments, offset)
        case .block(let name, let body, let offset): try block(name, body, offset)
        case .assign(let name, let expression): try assign(name, expression)
        case .capture(let name, let body, let offset): try capture(name, body, offset)
        case .leave(let isContinue, let offset): try leave(isContinue, offset)
        }
    }

    mutating func literal(_ range: Range<Int>) throws(TemplateProblem) {
        let start = program.literals.count
        guard start + range.count <= limits.literalBytesMax else {
            throw problem(
                .tooLarge, range.lowerBound,
                "with all that it includes it has more than \(limits.literalBytesMax) bytes")
        }
        let bytes = template.bytes[range]
        program.literals.append(contentsOf: bytes)
        if program.format == .html {
            context.read(bytes)
            guard !context.hasValueAsScheme else {
                throw problem(
                    .unsafePlace, range.lowerBound,
                    "a value can't be a link's scheme; write https: yourself, or hand over the whole link"
                )
            }
        }
        // Stretches that follow each other are one, unless something jumps between them.
        program.instructions.append(.literal(start: start, count: range.count))
    }

    mutating func output(_ expression: Expression) throws(TemplateProblem) {
        var expression = expression
        var escape: OutputEscape
        let offset = expression.offset
        switch program.format {
        case .text: escape = .none
        case .header: escape = .header
        case .html:
            switch context.takeValue() {
            case .escape(let found): escape = found
            case .refused(let reason): throw problem(.unsafePlace, offset, reason)
            }
        }
        // Escaping is done anyway: done by hand as well, it would be seen.
        while let last = expression.filters.last?.filter {
            if last == .escape, program.format == .html {
                expression.filters.removeLast()
            } else if last == .urlEncode, escape == .linkPart {
                expression.filters.removeLast()
            } else if last == .lineBreaks {
                expression.filters.removeLast()
                if escape == .htmlText { escape = .htmlLines }
            } else if last == .raw {
                guard escape == .htmlText || program.format != .html else {
                    throw problem(
                        .unsafePlace, offset, "raw can only stand in HTML's text, not in a tag")
                }
                expression.filters.removeLast()
                if escape == .htmlText { escape = .htmlRaw }
            } else {
                break
            }
        }
        for call in expression.filters where call.filter == .raw || call.filter == .lineBreaks {
            throw problem(.syntax, call.offset, "\(call.filter.rawValue) must be the last filter")
        }
        if escape == .htmlText, expression.filters.isEmpty,
            case .variable(let variable) = expression.operand, variable.steps.isEmpty,
            scopes.last(where: { $0.name == variable.root })?.element == Self.captured
        {
            escape = .htmlRaw
        }
        let hasFallback = expression.filters.contains { $0.filter == .fallback }
        let isLink: Bool
        switch escape {
        case .linkStart, .linkPart, .linkHost, .linkPath: isLink = true
        default: isLink = false
        }
        let resolved = resolve(expression, hasFallback: hasFallback, isLink: isLink)
        program.outputs.append(
            Program.Output(expression: resolved, escape: escape, hasFallback: hasFallback))
        program.instructions.append(.output(program.outputs.count - 1))
    }

    /// Stands for a variable's path where the slot holds what was captured as HTML.
    static let captured = "<captured>"

    mutating func branch(
        _ arms: [TemplateNode.Arm], _ otherwise: [TemplateNode]
    ) throws(TemplateProblem) {
        let before = context
        var ends: [Int] = []
        var after: HTMLContext?
        func join(_ one: HTMLContext?, _ other: HTMLContext, _ offset: Int) throws(TemplateProblem)
            -> HTMLContext
        {
            guard let one else { return other }
            guard let joined = one.joined(with: other) else {
                throw problem(
                    .unsafePlace, offset,
                    "the ways through this end in different places of the HTML: one \(one.phrase), "
                        + "one \(other.phrase)")
            }
            return joined
        }
        for arm in arms {
            context = before
            let outer = guarded
            let condition = resolve(arm.condition)
            program.conditions.append(condition)
            let jump = program.instructions.count
            program.instructions.append(.jumpUnless(program.conditions.count - 1, to: 0))
            try emit(arm.body)
            guarded = outer
            ends.append(program.instructions.count)
            program.instructions.append(.jump(to: 0))
            program.instructions[jump] = .jumpUnless(
                conditionIndex(jump), to: program.instructions.count)
            after = try join(after, context, arm.offset)
        }
        context = before
        try emit(otherwise)
        context = try join(after, context, arms.first?.offset ?? 0)
        for end in ends { program.instructions[end] = .jump(to: program.instructions.count) }
    }

    func conditionIndex(_ instruction: Int) -> Int {
        if case .jumpUnless(let index, _) = program.instructions[instruction] { return index }
        return 0
    }

    mutating func emitLoop(
        _ loop: TemplateNode.Loop, _ body: [TemplateNode], _ otherwise: [TemplateNode]
    ) throws(TemplateProblem) {
        let path = path(of: loop.list)
        var resolved = loop
        resolved.list = resolve(loop.list, hasFallback: true)
        resolved.limit = loop.limit.map { resolve($0) }
        resolved.skip = loop.skip.map { resolve($0) }
        let slot = try newSlot(loop.offset)
        program.loops.append(Program.Loop(loop: resolved, slot: slot))
        let index = program.loops.count - 1
        let begin = program.instructions.count
        program.instructions.append(.beginLoop(index, to: 0))
        let before = context
        scopes.append((loop.variable, slot, path.map { $0 + "[]" }))
        let depth = scopes.count
        try declareAssigned(in: body)
        loops.append((context, [], []))
        try emit(body)
        let (_, next, leave) = loops.removeLast()
        // What the loop's inside assigned stays, as in Liquid; its variable doesn't.
        scopes.remove(at: depth - 1)
        guard let joined = before.joined(with: context), joined == before else {
            throw problem(
                .unsafePlace, loop.offset,
                "the loop's inside ends \(context.phrase), but begins \(before.phrase)")
        }
        context = before
        for jump in next { program.instructions[jump] = .jump(to: program.instructions.count) }
        program.instructions.append(.nextLoop(body: begin + 1))
        let skip = program.instructions.count
        program.instructions.append(.jump(to: 0))
        program.instructions[begin] = .beginLoop(index, to: program.instructions.count)
        try emit(otherwise)
        guard let joined = before.joined(with: context), joined == before else {
            throw problem(
                .unsafePlace, loop.offset, "what stands for an empty loop ends \(context.phrase)")
        }
        context = before
        let end = program.instructions.count
        program.instructions[skip] = .jump(to: end)
        for jump in leave { program.instructions[jump] = .leaveLoop(to: end) }
    }

    mutating func leave(_ isContinue: Bool, _ offset: Int) throws(TemplateProblem) {
        guard let innermost = loops.last else {
            throw problem(.syntax, offset, "break and continue stand inside a loop")
        }
        guard innermost.context == context else {
            throw problem(
                .unsafePlace, offset, "the loop can't be left \(context.phrase)")
        }
        if isContinue {
            loops[loops.count - 1].next.append(program.instructions.count)
            program.instructions.append(.jump(to: 0))
        } else {
            loops[loops.count - 1].leave.append(program.instructions.count)
            program.instructions.append(.leaveLoop(to: 0))
        }
    }
}
