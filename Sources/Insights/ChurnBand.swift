/// How likely it is that a customer orders nothing in the next 90 days, as one of three.
///
/// A band has edges that hold on to it: who is in one leaves it only where the probability passes the edge by
/// `slack`. So a customer near an edge doesn't cross it every night.
package enum ChurnBand: UInt8, Sendable, CaseIterable, Comparable {
    case low
    case middle
    case high

    /// Between low and middle, and between middle and high.
    package static let edges = (low: 0.35, high: 0.7)
    package static let slack = 0.03

    /// The band of somebody who was in none before.
    package init(_ probability: Double) {
        self = probability < Self.edges.low ? .low : probability < Self.edges.high ? .middle : .high
    }

    /// The band of somebody who was in another before; nil for none.
    package init(_ probability: Double, before: ChurnBand?) {
        let plain = ChurnBand(probability)
        guard let before, plain != before else {
            self = plain
            return
        }
        // Towards the old band by the slack: where that is the old band, it holds.
        let held = ChurnBand(probability + (plain > before ? -Self.slack : Self.slack))
        self = plain > before ? max(held, before) : min(held, before)
    }

    /// The word in events, files and the API.
    package var name: String {
        switch self {
        case .low: "low"
        case .middle: "middle"
        case .high: "high"
        }
    }

    package static func < (one: ChurnBand, other: ChurnBand) -> Bool {
        one.rawValue < other.rawValue
    }
}
