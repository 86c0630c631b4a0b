package import Kernel

/// A task that a person or a program asks for, read and checked.
package struct NewTask: Sendable, Equatable {
    package enum Problem: Error, Equatable, CustomStringConvertible {
        case noTitle
        case longTitle
        case longOwner
        case badDue(String)

        package var description: String {
            switch self {
            case .noTitle: "needs a title: what is to be done"
            case .longTitle: "has more than \(titleBytesMax) bytes"
            case .longOwner: "has more than \(ownerBytesMax) bytes"
            case .badDue(let text):
                "takes a day such as 2026-03-01 or a moment such as 2026-03-01T12:00:00Z, not \(text)"
            }
        }

        /// The member that is wrong.
        package var path: String {
            switch self {
            case .noTitle, .longTitle: "title"
            case .longOwner: "owner"
            case .badDue: "due"
            }
        }
    }

    package static let titleBytesMax = 500
    package static let ownerBytesMax = 200
    /// Where no time is said.
    package static let dueDaysDefault = 7

    package let title: String
    package let owner: String
    package let dueAt: Timestamp

    /// - Parameters:
    ///   - due: A day, which lasts to its end in the workspace's zone, or a moment; empty for a week from now.
    package init(
        title: String, owner: String, due: String, now: Timestamp, zone: ZoneRules
    ) throws(Problem) {
        let title = Self.trimmed(title)
        let owner = Self.trimmed(owner)
        let due = Self.trimmed(due)
        guard !title.isEmpty else { throw .noTitle }
        guard title.utf8.count <= Self.titleBytesMax else { throw .longTitle }
        guard owner.utf8.count <= Self.ownerBytesMax else { throw .longOwner }
        self.title = title
        self.owner = owner
        if due.isEmpty {
            dueAt = now.adding(days: Self.dueDaysDefault)
        } else if let day = CalendarDay(due) {
            let next = CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1)
            dueAt = zone.start(of: next).adding(milliseconds: -1)
        } else if let moment = Timestamp(due) {
            dueAt = moment
        } else {
            throw .badDue(String(due.prefix(60)))
        }
    }

    /// Without spaces at its ends, and with one space for each control character within.
    private static func trimmed(_ text: String) -> String {
        let plain = String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
        let start = plain.drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}
