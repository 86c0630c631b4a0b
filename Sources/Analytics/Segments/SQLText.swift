/// A piece of SQL with what is bound to its places, so that pieces can be put together in any order.
///
/// What is interpolated is bound, never pasted; only pieces are, and `raw`, which is for names of tables and
/// columns that this code chose.
struct SQLText: ExpressibleByStringInterpolation {
    private(set) var text: String
    private(set) var arguments: [Argument]

    init(stringLiteral text: String) {
        self.text = text
        arguments = []
    }

    init(stringInterpolation interpolation: Interpolation) {
        text = interpolation.text
        arguments = interpolation.arguments
    }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""
        fileprivate var arguments: [Argument] = []

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ piece: SQLText) {
            text += piece.text
            arguments += piece.arguments
        }

        mutating func appendInterpolation(_ value: Int64) {
            text += "?::BIGINT"
            arguments.append(.integer(value))
        }

        mutating func appendInterpolation(_ value: Double) {
            text += "?::DOUBLE"
            arguments.append(.real(value))
        }

        mutating func appendInterpolation(_ value: String) {
            text += "?::VARCHAR"
            arguments.append(.text(value))
        }

        mutating func appendInterpolation(raw: String) { text += raw }
    }
}

extension [SQLText] {
    func joined(_ separator: String) -> SQLText {
        guard var all = first else { return "" }
        for piece in dropFirst() { all = "\(all)\(raw: separator)\(piece)" }
        return all
    }
}

extension Connection {
    /// Named apart from `rows(_:_:)`, so that a literal is never taken for a plain text.
    func rows(of sql: SQLText) throws(ArchiveError) -> Rows { try rows(sql.text, sql.arguments) }

    func stream(of sql: SQLText) throws(ArchiveError) -> Rows {
        try stream(sql.text, sql.arguments)
    }
}
