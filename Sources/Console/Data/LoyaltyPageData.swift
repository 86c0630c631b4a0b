package import Kernel

/// One loyalty program in the list.
package struct ProgramRow: Sendable, Equatable {
    package var name: String
    package var title: String
    package var unit: String
    package var version: Int
    package var members: Int
    /// Points that are left to be spent.
    package var outstanding: Int

    package init(
        name: String, title: String, unit: String, version: Int, members: Int, outstanding: Int
    ) {
        self.name = name
        self.title = title
        self.unit = unit
        self.version = version
        self.members = members
        self.outstanding = outstanding
    }
}

/// A tier of a program, and how many are in it.
package struct TierRow: Sendable, Equatable {
    package var title: String
    /// From which amount on, as text.
    package var from: String
    package var benefits: [String]
    package var members: Int

    package init(title: String, from: String, benefits: [String], members: Int) {
        self.title = title
        self.from = from
        self.benefits = benefits
        self.members = members
    }
}

/// One movement of points.
package struct MovementRow: Sendable, Equatable {
    package var at: Timestamp
    package var points: Int
    /// The account's points after it.
    package var balance: Int
    /// In plain words.
    package var reason: String
    package var lot: Int
    /// Whose; nil where the page is about one customer.
    package var customer: ID<Customer>?
    package var name: String

    package init(
        at: Timestamp, points: Int, balance: Int, reason: String, lot: Int,
        customer: ID<Customer>? = nil, name: String = ""
    ) {
        self.at = at
        self.points = points
        self.balance = balance
        self.reason = reason
        self.lot = lot
        self.customer = customer
        self.name = name
    }
}

/// What the page of one program shows.
package struct ProgramPageData: Sendable {
    /// Points that moved in a span.
    package struct Flow: Sendable, Equatable {
        package var issued: Int
        package var spent: Int
        package var takenBack: Int
        package var expired: Int

        package init(issued: Int = 0, spent: Int = 0, takenBack: Int = 0, expired: Int = 0) {
            self.issued = issued
            self.spent = spent
            self.takenBack = takenBack
            self.expired = expired
        }
    }

    /// An expectation with its 95 % interval.
    package struct Expected: Sendable, Equatable {
        package var points: Int
        package var from: Int
        package var to: Int

        package init(points: Int, from: Int, to: Int) {
            self.points = points
            self.from = from
            self.to = to
        }
    }

    package struct Month: Sendable, Equatable {
        package var month: CalendarMonth
        package var points: Int
        /// Of those points, what is expected to be redeemed; nil where too little was known.
        package var expected: Expected?

        package init(month: CalendarMonth, points: Int) {
            self.month = month
            self.points = points
        }
    }

    package var row: ProgramRow
    package var appliedAt: Timestamp
    /// Up to when it is told.
    package var asOf: Timestamp
    package var pending: Int
    package var held: Int
    package var owed: Int
    package var ever: Flow
    /// The twelve months up to now.
    package var year: Flow
    /// What was outstanding at the end of each month, the oldest first.
    package var liability: [Month]
    /// What ends in the months to come.
    package var ending: [Month]
    package var tiers: [TierRow]
    /// In plain words, one rule a line.
    package var rules: [String]
    package var yaml: String
    package var newest: [MovementRow]
    /// What is expected to be redeemed, in sentences.
    package var expectation: [String] = []
    /// What each tier got and spent, by month, the newest first.
    package var costs: [TierCost] = []

    /// What members of one tier, as it is now, got and spent in a month.
    package struct TierCost: Sendable, Equatable {
        package var month: CalendarMonth
        package var tier: String
        package var issued: Int
        package var spent: Int

        package init(month: CalendarMonth, tier: String, issued: Int, spent: Int) {
            self.month = month
            self.tier = tier
            self.issued = issued
            self.spent = spent
        }
    }

    package init(
        row: ProgramRow, appliedAt: Timestamp, asOf: Timestamp, pending: Int = 0, held: Int = 0,
        owed: Int = 0, ever: Flow = Flow(), year: Flow = Flow(), liability: [Month] = [],
        ending: [Month] = [], tiers: [TierRow] = [], rules: [String] = [], yaml: String = "",
        newest: [MovementRow] = []
    ) {
        self.row = row
        self.appliedAt = appliedAt
        self.asOf = asOf
        self.pending = pending
        self.held = held
        self.owed = owed
        self.ever = ever
        self.year = year
        self.liability = liability
        self.ending = ending
        self.tiers = tiers
        self.rules = rules
        self.yaml = yaml
        self.newest = newest
    }
}

/// What a basket of some money would earn.
package struct BasketAnswer: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        /// Nil where the program has no tiers.
        package var tier: String?
        package var points: Int

        package init(tier: String?, points: Int) {
            self.tier = tier
            self.points = points
        }
    }

    package var amount: String
    /// Nil where the amount isn't one.
    package var lines: [Line]?

    package init(amount: String, lines: [Line]?) {
        self.amount = amount
        self.lines = lines
    }
}

/// How a customer stands in one program.
package struct MemberStanding: Sendable, Equatable {
    package struct Lot: Sendable, Equatable {
        package var number: Int
        package var from: String
        package var earnedAt: Timestamp
        /// Nil while it waits for an event.
        package var availableAt: Timestamp?
        package var expiresAt: Timestamp?
        package var issued: Int
        package var left: Int
        package var held: Int

        package init(
            number: Int, from: String, earnedAt: Timestamp, availableAt: Timestamp?,
            expiresAt: Timestamp?, issued: Int, left: Int, held: Int
        ) {
            self.number = number
            self.from = from
            self.earnedAt = earnedAt
            self.availableAt = availableAt
            self.expiresAt = expiresAt
            self.issued = issued
            self.left = left
            self.held = held
        }
    }

    package struct Tier: Sendable, Equatable {
        package var title: String
        /// What counts, as text.
        package var amount: String
        package var next: String?
        package var missing: String
        package var heldUntil: Timestamp?
        package var benefits: [String]

        package init(
            title: String, amount: String, next: String?, missing: String, heldUntil: Timestamp?,
            benefits: [String]
        ) {
            self.title = title
            self.amount = amount
            self.next = next
            self.missing = missing
            self.heldUntil = heldUntil
            self.benefits = benefits
        }
    }

    package var program: String
    package var title: String
    package var unit: String
    package var customer: ID<Customer>
    package var name: String
    package var asOf: Timestamp
    package var available: Int
    package var pending: Int
    package var held: Int
    package var owed: Int
    package var tier: Tier?
    /// Those with points left, in the order in which they are drawn on.
    package var lots: [Lot]

    package init(
        program: String, title: String, unit: String, customer: ID<Customer>, name: String,
        asOf: Timestamp, available: Int, pending: Int = 0, held: Int = 0, owed: Int = 0,
        tier: Tier? = nil, lots: [Lot] = []
    ) {
        self.program = program
        self.title = title
        self.unit = unit
        self.customer = customer
        self.name = name
        self.asOf = asOf
        self.available = available
        self.pending = pending
        self.held = held
        self.owed = owed
        self.tier = tier
        self.lots = lots
    }
}

/// A page of a member's movements, the newest first.
package struct MovementPage: Sendable, Equatable {
    package var movements: [MovementRow]
    /// Where the next page begins; nil on the last.
    package var next: String?

    package init(movements: [MovementRow] = [], next: String? = nil) {
        self.movements = movements
        self.next = next
    }
}

/// A correction of a member's points, as it was filled in.
package struct AdjustmentForm: Sendable, Equatable {
    /// Made with the form: sent twice, it is one correction.
    package var id: String
    package var points: String
    package var reason: String

    package init(id: String, points: String = "", reason: String = "") {
        self.id = id
        self.points = points
        self.reason = reason
    }
}

package enum AdjustmentOutcome: Sendable, Equatable {
    case done
    /// A second person is to approve it.
    case waiting
    case refused(String)
    case unknown
}

/// What the pages of loyalty programs read and do.
package struct LoyaltyData: Sendable {
    package var programs: @Sendable () async throws -> [ProgramRow] = { [] }
    package var program: @Sendable (_ name: String) async throws -> ProgramPageData? = { _ in nil }
    package var basket:
        @Sendable (_ program: String, _ amount: String) async throws -> BasketAnswer =
            { BasketAnswer(amount: $1, lines: nil) }
    /// How a customer stands in each program in which they have an account.
    package var standings: @Sendable (ID<Customer>) async throws -> [MemberStanding] = { _ in [] }
    package var member:
        @Sendable (_ program: String, ID<Customer>) async throws -> MemberStanding? = { _, _ in nil
        }
    package var movements:
        @Sendable (_ program: String, ID<Customer>, _ before: String?, _ limit: Int) async throws ->
            MovementPage = { _, _, _, _ in MovementPage() }
    package var adjust:
        @Sendable (_ program: String, ID<Customer>, AdjustmentForm, ID<Member>) async throws ->
            AdjustmentOutcome = { _, _, _, _ in .unknown }
    package var approvals = ApprovalData()
    package var editor = ProgramEditorData()
    package var referrals = ReferralData()
    package var rewards = RewardsData()
    /// The path of a member's own page, good for a while; nil where there is none.
    package var memberPagePath:
        @Sendable (_ program: String, ID<Customer>) async throws -> String? = { _, _ in nil }
    /// What a member's link leads to.
    ///
    /// Its `before` is what `next` said on the page before; nil for the newest movements.
    package var publicMember:
        @Sendable (_ token: String, _ before: String?, _ limit: Int) async throws ->
            PublicMemberAnswer = { _, _, _ in .unknown }

    package init() {}
}
