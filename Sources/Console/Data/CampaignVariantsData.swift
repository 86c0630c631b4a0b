package import Kernel

/// A campaign's variants: what each brought, and which was chosen.
package struct CampaignVariants: Sendable, Equatable {
    package enum Goal: String, Sendable, CaseIterable {
        case clicks, opens, orders
    }

    /// One of them, as far as chance gave it to people.
    package struct Row: Sendable, Equatable {
        package var name: String
        package var template: DefinitionLink?
        package var sent: Int
        /// Of these, opened and clicked by people, and followed by an order within the campaign's window.
        package var opened: Int
        package var clicked: Int
        package var ordered: Int
        /// Messages to those who waited for the winner.
        package var sentAfterwards: Int

        package init(
            name: String, template: DefinitionLink? = nil, sent: Int = 0, opened: Int = 0,
            clicked: Int = 0, ordered: Int = 0, sentAfterwards: Int = 0
        ) {
            self.name = name
            self.template = template
            self.sent = sent
            self.opened = opened
            self.clicked = clicked
            self.ordered = ordered
            self.sentAfterwards = sentAfterwards
        }

        package func successes(_ goal: Goal) -> Int {
            switch goal {
            case .clicks: clicked
            case .opens: opened
            case .orders: ordered
            }
        }
    }

    package enum Choice: Sendable, Equatable {
        /// It was proven to be the best.
        case evidence
        /// The time was over, and it was ahead.
        case time
        case hand(by: String)
    }

    /// Some try them out, and the others wait for the best; without it everybody gets one.
    package struct Test: Sendable, Equatable {
        /// 0...1
        package var share: Double
        package var span: String
        /// Nil until all who try them out are written to, or soon will be.
        package var endsAt: Timestamp?

        package init(share: Double, span: String, endsAt: Timestamp? = nil) {
            self.share = share
            self.span = span
            self.endsAt = endsAt
        }
    }

    /// In the order of the definition.
    package var rows: [Row]
    package var goal: Goal
    package var test: Test?
    /// Nil as long as none is chosen.
    package var winner: (name: String, at: Timestamp, choice: Choice)?
    /// What was known when it was chosen.
    package var rowsAtChoice: [Row]
    /// Whether one can be chosen by hand now.
    package var mayChoose: Bool

    package init(
        rows: [Row], goal: Goal = .clicks, test: Test? = nil,
        winner: (name: String, at: Timestamp, choice: Choice)? = nil, rowsAtChoice: [Row] = [],
        mayChoose: Bool = false
    ) {
        self.rows = rows
        self.goal = goal
        self.test = test
        self.winner = winner
        self.rowsAtChoice = rowsAtChoice
        self.mayChoose = mayChoose
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.rows == right.rows && left.goal == right.goal && left.test == right.test
            && left.winner?.name == right.winner?.name && left.winner?.at == right.winner?.at
            && left.winner?.choice == right.winner?.choice
            && left.rowsAtChoice == right.rowsAtChoice && left.mayChoose == right.mayChoose
    }
}
