/// What became of points that were issued together, as far as the model of breakage looks at it.
package struct BreakageLot: Sendable, Equatable {
    package enum End: Sendable, Equatable, CaseIterable {
        case redeemed
        case expired
        /// A refund or a correction took them back.
        case reversed
    }

    /// Points that ended on one day in one way.
    package struct Piece: Sendable, Equatable {
        /// Days since the epoch.
        package var day: Int
        package var points: Int64
        package var end: End

        package init(day: Int, points: Int64, end: End) {
            self.day = day
            self.points = points
            self.end = end
        }
    }

    package var customer: Int64
    /// Days since the epoch, as all days here.
    package var issuedDay: Int
    package var pieces: [Piece]
    /// Points that haven't ended.
    package var left: Int64
    /// The last day they can be used; nil for never expiring.
    package var expiresDay: Int?

    package init(
        customer: Int64, issuedDay: Int, pieces: [Piece], left: Int64, expiresDay: Int?
    ) {
        self.customer = customer
        self.issuedDay = issuedDay
        self.pieces = pieces
        self.left = left
        self.expiresDay = expiresDay
    }

    /// From issue to expiry; nil for never.
    var lifeDays: Int? { expiresDay.map { max(0, $0 - issuedDay) } }

    /// Points that are open at the end of a day: what is left, and what ended only later.
    package func open(on today: Int) -> Int64 {
        guard issuedDay <= today else { return 0 }
        var open = max(0, left)
        for piece in pieces where piece.day > today && piece.points > 0 {
            let (more, overflow) = open.addingReportingOverflow(piece.points)
            open = overflow ? .max : more
        }
        return open
    }
}
