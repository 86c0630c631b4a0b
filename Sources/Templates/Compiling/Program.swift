/// A template made into one flat list of instructions: no names to look up but those of values, no includes left.
struct Program: Sendable {
    enum Instruction: Sendable {
        /// A stretch of `literals`.
        case literal(start: Int, count: Int)
        /// One of `outputs`.
        case output(Int)
        case jump(to: Int)
        /// One of `conditions`; goes on where it holds.
        case jumpUnless(Int, to: Int)
        case assign(slot: Int, expression: Int)
        /// Takes away what a slot holds.
        case clear(slot: Int)
        /// One of `loops`; goes on at `to` where there is nothing to loop over.
        case beginLoop(Int, to: Int)
        /// The next element, or the loop's end and on.
        case nextLoop(body: Int)
        case leaveLoop(to: Int)
        case beginCapture
        case endCapture(slot: Int, isHTML: Bool)
    }

    struct Output: Sendable {
        var expression: Expression
        var escape: OutputEscape
        /// Whether it has a `default`, so that nothing is missed where the variable isn't there.
        var hasFallback: Bool
    }

    struct Loop: Sendable {
        var loop: TemplateNode.Loop
        var slot: Int
    }

    var name: String
    var format: TemplateFormat
    var instructions: [Instruction] = []
    var literals: [UInt8] = []
    var outputs: [Output] = []
    var conditions: [Condition] = []
    var expressions: [Expression] = []
    var loops: [Loop] = []
    var slotCount = 0
    /// Where expressions stand: their `offset` is an index here once compiled.
    var places: [TemplatePlace] = []
    var variables: [VariableUse] = []
}

/// A variable that a template asks for.
package struct VariableUse: Hashable, Sendable {
    /// `customer.firstName`; an element of a list that is looped over is `cart.items[].name`.
    package var path: String
    package var place: TemplatePlace
    /// Whether the author said what to do where there is none (`default`, or a condition).
    package var hasFallback: Bool
    /// Whether it stands in a link.
    package var isLink: Bool

    /// The name that it begins with.
    package var root: String { String(path.prefix { $0 != "." && $0 != "[" }) }
}
