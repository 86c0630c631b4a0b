/// Slots and variables' paths.
extension Compiler {
    /// Gives slots to what a loop's inside assigns, so that a round sees what the last one left.
    mutating func declareAssigned(in nodes: [TemplateNode]) throws(TemplateProblem) {
        for node in nodes {
            switch node {
            case .assign(let name, let expression):
                _ = try slot(named: name, element: nil, expression.offset)
            case .capture(let name, _, let offset):
                _ = try slot(
                    named: name, element: program.format == .html ? Self.captured : nil, offset)
            case .branch(let arms, let otherwise):
                for arm in arms { try declareAssigned(in: arm.body) }
                try declareAssigned(in: otherwise)
            default: break
            }
        }
    }

    mutating func newSlot(_ offset: Int) throws(TemplateProblem) -> Int {
        guard program.slotCount < limits.slotsMax else {
            throw problem(
                .tooLarge, offset,
                "there are more than \(limits.slotsMax) assigns, loops and includes")
        }
        program.slotCount += 1
        return program.slotCount - 1
    }

    /// A template's own value: the slot that the name has, or a new one.
    mutating func slot(
        named name: String, element: String?, _ offset: Int
    ) throws(TemplateProblem) -> Int {
        if let index = scopes.lastIndex(where: { $0.name == name }) {
            if scopes[index].element != element { scopes[index].element = nil }
            return scopes[index].slot
        }
        let slot = try newSlot(offset)
        scopes.append((name, slot, element))
        return slot
    }

    /// A variable's whole path from the values' root, where it is known: `cart.items[].name`.
    func path(of expression: Expression) -> String? {
        guard case .variable(let variable) = expression.operand else { return nil }
        return path(of: variable)
    }

    func path(of variable: Variable) -> String? {
        guard let scope = scopes.last(where: { $0.name == variable.root }) else {
            return variable.root == "forloop" ? nil : variable.text
        }
        guard let element = scope.element, element != Self.captured else { return nil }
        return element + variable.text.dropFirst(variable.root.utf8.count)
    }

    mutating func place(_ offset: Int) -> Int {
        program.places.append(template.place(offset))
        return program.places.count - 1
    }

    mutating func resolve(
        _ expression: Expression, hasFallback: Bool, isLink: Bool = false
    ) -> Expression {
        var resolved = expression
        resolved.offset = place(expression.offset)
        resolved.operand = resolve(expression.operand, hasFallback: hasFallback, isLink: isLink)
        for index in resolved.filters.indices {
            resolved.filters[index].offset = resolved.offset
            for argument in resolved.filters[index].arguments.indices {
                resolved.filters[index].arguments[argument] = resolve(
                    resolved.filters[index].arguments[argument], hasFallback: true, isLink: isLink)
            }
            for argument in resolved.filters[index].named.indices {
                resolved.filters[index].named[argument].operand = resolve(
                    resolved.filters[index].named[argument].operand, hasFallback: true)
            }
        }
        return resolved
    }

    mutating func resolve(
        _ operand: Operand, hasFallback: Bool = true, isLink: Bool = false
    ) -> Operand {
        guard case .variable(var variable) = operand else { return operand }
        let offset = variable.offset
        if let path = path(of: variable) {
            program.variables.append(
                VariableUse(
                    path: path, place: template.place(offset),
                    hasFallback: hasFallback || guarded.contains(path), isLink: isLink))
        }
        variable.slot = scopes.last { $0.name == variable.root }?.slot ?? -1
        variable.offset = place(offset)
        return .variable(variable)
    }

    /// What a condition asks for may be missing, also in what stands under it.
    mutating func resolve(_ condition: Condition) -> Condition {
        var resolved = condition
        for index in resolved.terms.indices {
            let term = resolved.terms[index]
            if let path = path(of: term.left) { guarded.insert(path) }
            resolved.terms[index].left = resolve(term.left, hasFallback: true)
            if let right = term.right {
                resolved.terms[index].right = resolve(right, hasFallback: true)
            }
        }
        return resolved
    }
}
