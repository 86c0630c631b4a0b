package import Kernel

/// What a member sees of their own account by a signed link.
package struct PublicMemberPage: Sendable, Equatable {
    /// Points that can't be spent any more from a moment on.
    package struct Ending: Sendable, Equatable {
        package var at: Timestamp
        package var points: Int

        package init(at: Timestamp, points: Int) {
            self.at = at
            self.points = points
        }
    }

    /// How far it is to the next tier.
    package struct Progress: Sendable, Equatable {
        /// What was reached of it, in per cent: 0 to 99.
        package var percent: Int
        /// What the next tier brings.
        package var benefits: [String]

        package init(percent: Int, benefits: [String]) {
            self.percent = percent
            self.benefits = benefits
        }
    }

    /// Something that points are good for.
    package struct Reward: Sendable, Equatable {
        package var title: String
        package var points: Int
        /// Such as how many are left; empty for nothing.
        package var note: String

        package init(title: String, points: Int, note: String = "") {
            self.title = title
            self.points = points
            self.note = note
        }
    }

    package var standing: MemberStanding
    package var movements: MovementPage
    /// In groups, as people read it.
    package var cardNumber: String
    /// What the card's code says to a scanner.
    package var cardScan: String
    /// The soonest first.
    package var endings: [Ending]
    /// Nil without tiers, and in the highest.
    package var progress: Progress?
    package var rewards: [Reward]
    /// What the member may hand on to friends: `https://…`; nil for none.
    package var referralURL: String?

    package init(
        standing: MemberStanding, movements: MovementPage, cardNumber: String, cardScan: String,
        endings: [Ending] = [], progress: Progress? = nil, rewards: [Reward] = [],
        referralURL: String? = nil
    ) {
        self.standing = standing
        self.movements = movements
        self.cardNumber = cardNumber
        self.cardScan = cardScan
        self.endings = endings
        self.progress = progress
        self.rewards = rewards
        self.referralURL = referralURL
    }
}

/// What a member's link leads to.
package enum PublicMemberAnswer: Sendable, Equatable {
    case page(PublicMemberPage)
    /// It was ours, and its time is over.
    case expired
    case unknown
}
