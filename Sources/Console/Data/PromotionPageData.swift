package import Kernel

/// One promotion in the list.
package struct PromotionRow: Sendable, Equatable {
    package var name: String
    package var title: String
    /// What it gives, in plain words.
    package var gives: String
    /// What is typed to get it, in plain words.
    package var codes: String
    package var reserved: Int
    package var redeemed: Int
    package var refunded: Int
    /// What redeemed uses took off.
    package var discounts: [Money]

    package init(
        name: String, title: String, gives: String, codes: String, reserved: Int = 0,
        redeemed: Int = 0, refunded: Int = 0, discounts: [Money] = []
    ) {
        self.name = name
        self.title = title
        self.gives = gives
        self.codes = codes
        self.reserved = reserved
        self.redeemed = redeemed
        self.refunded = refunded
        self.discounts = discounts
    }
}

/// What the page of one promotion shows.
package struct PromotionPageData: Sendable {
    package struct Use: Sendable, Equatable {
        package var checkout: String
        package var customer: ID<Customer>?
        /// Reserved, confirmed, released, expired or refunded.
        package var state: String
        package var code: String
        /// Nil where its currency isn't known any more.
        package var discount: Money?
        package var at: Timestamp

        package init(
            checkout: String, customer: ID<Customer>?, state: String, code: String,
            discount: Money?, at: Timestamp
        ) {
            self.checkout = checkout
            self.customer = customer
            self.state = state
            self.code = code
            self.discount = discount
            self.at = at
        }
    }

    package struct Batch: Sendable, Equatable {
        package var number: Int64
        package var size: Int
        /// Whether its codes are issued one by one.
        package var isOpen: Bool
        package var at: Timestamp

        package init(number: Int64, size: Int, isOpen: Bool, at: Timestamp) {
            self.number = number
            self.size = size
            self.isOpen = isOpen
            self.at = at
        }
    }

    package var row: PromotionRow
    package var version: Int
    package var appliedAt: Timestamp
    /// In plain words, one rule a line.
    package var rules: [String]
    package var yaml: String
    package var newest: [Use]
    package var hasUniqueCodes: Bool
    package var batches: [Batch]

    package init(
        row: PromotionRow, version: Int, appliedAt: Timestamp, rules: [String], yaml: String,
        newest: [Use] = [], hasUniqueCodes: Bool = false, batches: [Batch] = []
    ) {
        self.row = row
        self.version = version
        self.appliedAt = appliedAt
        self.rules = rules
        self.yaml = yaml
        self.newest = newest
        self.hasUniqueCodes = hasUniqueCodes
        self.batches = batches
    }
}

/// What a unique code is.
package struct CodeAnswer: Sendable, Equatable {
    /// As it was typed.
    package var code: String
    /// In plain words; nil where there is no such code.
    package var standing: String?
    package var promotion: String

    package init(code: String, standing: String?, promotion: String = "") {
        self.code = code
        self.standing = standing
        self.promotion = promotion
    }
}

/// Somebody who tries codes.
package struct GuessRow: Sendable, Equatable {
    package var caller: String
    package var wrongCount: Int
    package var since: Timestamp

    package init(caller: String, wrongCount: Int, since: Timestamp) {
        self.caller = caller
        self.wrongCount = wrongCount
        self.since = since
    }
}

/// What the pages of promotions ask for.
package struct PromotionData: Sendable {
    /// Codes that the console makes at once.
    package static let batchMax = 1_000_000

    package var promotions: @Sendable () async throws -> [PromotionRow] = { [] }
    package var promotion: @Sendable (_ name: String) async throws -> PromotionPageData? = { _ in
        nil
    }
    package var look: @Sendable (_ code: String) async throws -> CodeAnswer = {
        CodeAnswer(code: $0, standing: nil)
    }
    package var guesses: @Sendable () async throws -> [GuessRow] = { [] }
    /// Makes codes; false where the promotion has none of its own.
    package var makeBatch: @Sendable (_ name: String, _ count: Int) async throws -> Bool = {
        _, _ in false
    }
    /// A part of a batch's codes as text, from one on; nil where there is no such batch, empty at its end.
    package var batchText:
        @Sendable (_ name: String, _ batch: Int64, _ start: Int) async throws -> [UInt8]? = {
            _, _, _ in nil
        }
    /// Codes that one part of a batch has.
    package static let textCodes = 10_000

    package init() {}
}
