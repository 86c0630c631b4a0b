/// What a template is made of, as parsed: includes and blocks by name, not yet put together.
indirect enum TemplateNode: Sendable {
    case literal(Range<Int>)
    case output(Expression)
    case branch(arms: [Arm], otherwise: [TemplateNode])
    case loop(Loop, body: [TemplateNode], otherwise: [TemplateNode])
    case include(name: String, arguments: [NamedOperand], at: Int)
    case block(name: String, body: [TemplateNode], at: Int)
    case assign(name: String, Expression)
    case capture(name: String, body: [TemplateNode], at: Int)
    case leave(isContinue: Bool, at: Int)

    struct Arm: Sendable {
        var condition: Condition
        var body: [TemplateNode]
        var offset: Int
    }

    struct Loop: Sendable {
        var variable: String
        var list: Expression
        var limit: Operand?
        var skip: Operand?
        var isReversed: Bool
        var offset: Int
    }
}

/// A value with the filters that it goes through.
struct Expression: Sendable {
    var operand: Operand
    var filters: [FilterCall]
    /// Where it begins in its template.
    var offset: Int
}

struct FilterCall: Sendable {
    var filter: Filter
    var arguments: [Operand]
    var named: [NamedOperand]
    var offset: Int

    func named(_ name: String) -> Operand? { named.first { $0.name == name }?.operand }
}

struct NamedOperand: Sendable {
    var name: String
    var operand: Operand
    var offset: Int
}

/// A constant or a variable.
enum Operand: Sendable {
    case constant(TemplateValue)
    case variable(Variable)
}

/// A variable's path: `cart.items[0].name`.
struct Variable: Sendable {
    enum Step: Hashable, Sendable {
        case name(String)
        case index(Int)
    }

    /// The first name; the steps follow it.
    var root: String
    var steps: [Step]
    var offset: Int
    /// The slot that holds the root where the template set it itself; below zero none. Set when compiling.
    var slot = -1

    var text: String {
        steps.reduce(into: root) { text, step in
            switch step {
            case .name(let name): text += "." + name
            case .index(let index): text += "[\(index)]"
            }
        }
    }
}

/// A condition: terms that all must hold, or of which one must.
struct Condition: Sendable {
    enum Comparison: String, Sendable {
        case isTrue
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case contains
    }

    struct Term: Sendable {
        var isNegated: Bool
        var left: Expression
        var comparison: Comparison
        var right: Expression?
    }

    var terms: [Term]
    var needsAll: Bool
}

/// A template taken apart.
struct ParsedTemplate: Sendable {
    var name: String
    var bytes: [UInt8]
    /// The layout that it extends, and where it says so.
    var layout: (name: String, offset: Int)?
    var nodes: [TemplateNode]
    var lines: LineTable

    func place(_ offset: Int) -> TemplatePlace { lines.place(offset, in: bytes, template: name) }
}

/// Finds lines and columns of a text's offsets.
///
/// Order: the logarithm of the number of lines, and at most two stretches to count characters in.
struct LineTable: Sendable {
    private let lineStarts: [Int]
    /// How many characters there are before each stretch.
    private let counts: [Int]

    private static let stretch = 256

    init(_ bytes: [UInt8]) {
        var starts = [0]
        var counts: [Int] = []
        var count = 0
        for (index, byte) in bytes.enumerated() {
            if index % Self.stretch == 0 { counts.append(count) }
            if byte & 0xC0 != 0x80 { count += 1 }
            if byte == 0x0A { starts.append(index + 1) }
        }
        counts.append(count)
        lineStarts = starts
        self.counts = counts
    }

    private func characters(before offset: Int, in bytes: [UInt8]) -> Int {
        let stretch = min(offset / Self.stretch, counts.count - 1)
        var count = counts[stretch]
        for index in stretch * Self.stretch..<max(offset, stretch * Self.stretch)
        where index < bytes.count && bytes[index] & 0xC0 != 0x80 {
            count += 1
        }
        return count
    }

    func place(_ offset: Int, in bytes: [UInt8], template: String) -> TemplatePlace {
        let offset = min(max(offset, 0), bytes.count)
        var low = 0
        var high = lineStarts.count
        while low < high {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle + 1 } else { high = middle }
        }
        let start = lineStarts[low - 1]
        let column = characters(before: offset, in: bytes) - characters(before: start, in: bytes)
        return TemplatePlace(template: template, line: low, column: column + 1)
    }
}
