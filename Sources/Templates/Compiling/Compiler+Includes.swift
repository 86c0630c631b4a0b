extension Compiler {
    mutating func include(
        _ name: String, _ arguments: [NamedOperand], _ offset: Int
    ) throws(TemplateProblem) {
        guard let partial = partials[name] else {
            throw problem(.unknownTemplate, offset, unknown(name))
        }
        guard templates.count <= limits.includeDepthMax,
            !templates.contains(where: { $0.name == name })
        else {
            throw problem(
                .tooLarge, offset,
                "templates include each other in a circle or too deep: "
                    + (templates.map(\.name) + [name]).joined(separator: ", "))
        }
        guard partial.layout == nil else {
            throw problem(.syntax, offset, "\(name) extends a layout, so it can't be included")
        }
        let depth = scopes.count
        var added: [(name: String, slot: Int, element: String?)] = []
        for argument in arguments {
            let slot = try newSlot(argument.offset)
            let value = Expression(
                operand: argument.operand, filters: [], offset: argument.offset)
            added.append((argument.name, slot, path(of: value)))
            program.expressions.append(resolve(value, hasFallback: true))
            program.instructions.append(
                .assign(slot: slot, expression: program.expressions.count - 1))
        }
        scopes.append(contentsOf: added)
        templates.append(partial)
        let outerBlocks = openBlocks
        openBlocks = []
        try emit(partial.nodes)
        openBlocks = outerBlocks
        templates.removeLast()
        // A partial's own values are gone behind it, so that in a loop each is a fresh one.
        for scope in scopes[(depth + added.count)...] {
            program.instructions.append(.clear(slot: scope.slot))
        }
        scopes.removeSubrange(depth...)
    }

    /// A block's innermost body; `{% block %}` inside a block of the same name is refused.
    mutating func block(
        _ name: String, _ body: [TemplateNode], _ offset: Int
    ) throws(TemplateProblem) {
        guard !openBlocks.contains(name) else {
            throw problem(.syntax, offset, "block \(name) stands inside itself")
        }
        openBlocks.append(name)
        defer { openBlocks.removeLast() }
        guard let inner = blocks[name]?.first else { return try emit(body) }
        templates.append(inner.template)
        try emit(inner.body)
        templates.removeLast()
    }

    mutating func assign(
        _ name: String, _ expression: Expression
    ) throws(TemplateProblem) {
        let path = expression.filters.isEmpty ? path(of: expression) : nil
        program.expressions.append(resolve(expression, hasFallback: true))
        let slot = try slot(named: name, element: path, expression.offset)
        program.instructions.append(
            .assign(slot: slot, expression: program.expressions.count - 1))
    }

    mutating func capture(
        _ name: String, _ body: [TemplateNode], _ offset: Int
    ) throws(TemplateProblem) {
        let outer = context
        let outerLoops = loops
        context = HTMLContext()
        loops = []
        program.instructions.append(.beginCapture)
        try emit(body)
        guard context == HTMLContext() || program.format != .html else {
            throw problem(.unclosed, offset, "what is captured ends \(context.phrase)")
        }
        context = outer
        loops = outerLoops
        let isHTML = program.format == .html
        let slot = try slot(named: name, element: isHTML ? Self.captured : nil, offset)
        program.instructions.append(.endCapture(slot: slot, isHTML: isHTML))
    }
}
