package import Documents
package import Kernel

/// An advantage that customers get on an order, as a person wrote it: what it gives, to whom, how often, and what
/// it goes together with.
package struct Promotion: Hashable, Sendable {
    package static let usesMax = 1_000_000_000
    package static let orders = 0...1_000_000
    package static let orderDefault = 100
    package static let holdDefault = TimeSpan(milliseconds: 1_800_000)
    package static let holdMax = TimeSpan.days(30)

    package let name: String
    package let title: String
    package let description: String?
    /// What a customer types to get it.
    package let codes: Codes
    package let effect: Effect
    /// What a discount is taken off.
    package let appliesTo: Scope
    package let conditions: Conditions
    package let limits: Limits
    /// How long a use stays reserved for a checkout that hasn't been paid.
    package let hold: TimeSpan
    /// Whether a use comes back when its order is refunded.
    package let afterRefund: AfterRefund
    /// What it goes together with on one order.
    package let group: Group
    /// Its place among all promotions on an order: the smallest number goes first; of equal ones the name decides.
    package let order: Int

    /// Reads a promotion.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        try members.take(kind: "promotion")
        name = try members.required("name").definitionName()
        title = try members.optional("title")?.shortText() ?? name
        description = try members.optional("description")?.text()
        codes = try Codes(reading: members.optional("codes"))
        effect = try Effect(reading: try members.required("effect"))
        let scope = members.optional("appliesTo")
        appliesTo = try scope.map(Scope.init(reading:)) ?? .order
        if let scope, appliesTo != .order, !effect.isDiscountOnLines {
            throw scope.problem("is for amount and percent only; leave it out")
        }
        let conditionsReader = members.optional("conditions")
        conditions = try conditionsReader.map(Conditions.init(reading:)) ?? Conditions()
        if let minimum = conditions.minimum, let own = effect.currency, own != minimum.currency {
            throw (conditionsReader ?? reader).problem(
                "minimum is in \(minimum.currency), the effect in \(own); say both in one currency")
        }
        var limits = try members.optional("limits").map(Limits.init(reading:)) ?? Limits()
        // Two checkouts at once are both a first order.
        if conditions.isFirstOrderOnly { limits.perCustomer = limits.perCustomer ?? 1 }
        self.limits = limits
        if let span = members.optional("hold") {
            let hold = try span.timeSpan()
            guard hold <= Self.holdMax else {
                throw span.problem("must be at most \(Self.holdMax)")
            }
            self.hold = hold
        } else {
            hold = Self.holdDefault
        }
        afterRefund = try members.optional("afterRefund")?.choice(AfterRefund.self) ?? .staysUsed
        group = try members.optional("group")?.choice(Group.self) ?? .stackable
        order = try members.optional("order")?.integer(Self.orders) ?? Self.orderDefault
        try members.end()
    }

    /// The one currency that it can be used in; nil for any.
    package var currency: Currency? { effect.currency ?? conditions.minimum?.currency }

    /// What it goes together with.
    package enum Group: String, Sendable, CaseIterable {
        /// With nothing: whoever of it and the others comes first in order is applied.
        case exclusive
        /// With all but exclusive ones.
        case stackable
        /// Of all promotions of this group the one that gives most is applied, as a stackable one.
        case best
    }

    /// What happens to a use when its order is refunded.
    package enum AfterRefund: String, Sendable, CaseIterable {
        case staysUsed
        case usableAgain
    }
}

extension Promotion {
    /// What a customer types.
    package enum Codes: Hashable, Sendable {
        package static let countMax = 100
        /// Bytes of a public code and of a prefix, without hyphens.
        package static let publicBytes = 3...32
        package static let prefixBytesMax = 12

        /// Nothing: it is applied by itself.
        case none
        /// Any of these words, the same for everybody; in normal form (`CodeText`).
        case `public`([String])
        /// A code of one's own, which begins with the prefix; the prefix may be empty.
        case unique(prefix: String)

        init(reading reader: DocumentReader?) throws(DocumentProblem) {
            guard let reader else {
                self = .none
                return
            }
            guard case .mapping = reader.node.value else {
                let codes = try reader.texts(countMax: Self.countMax) {
                    element throws(DocumentProblem) in
                    guard let code = CodeText.normal(try element.text()),
                        Self.publicBytes.contains(code.utf8.count)
                    else {
                        throw element.problem(
                            "must have \(Self.publicBytes.lowerBound) to "
                                + "\(Self.publicBytes.upperBound) of A-Z and 0-9; hyphens don't count"
                        )
                    }
                    return code
                }
                self = .public(codes)
                return
            }
            var members = try reader.members()
            var unique = try members.required("unique").members()
            try members.end()
            var prefix = ""
            if let text = unique.optional("prefix") {
                prefix = try text.text()
                let isPlain = prefix.utf8.allSatisfy { $0 &- 0x41 < 26 || $0 &- 0x30 < 10 }
                guard isPlain, prefix.utf8.count <= Self.prefixBytesMax else {
                    throw text.problem("must be at most \(Self.prefixBytesMax) of A-Z and 0-9")
                }
            }
            try unique.end()
            self = .unique(prefix: prefix)
        }
    }

    /// What a discount is taken off.
    package enum Scope: Hashable, Sendable {
        package static let countMax = 1000

        /// Every line; not the shipping.
        case order
        /// Lines of one of the products or one of the categories.
        case lines(products: [String], categories: [String])

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            if case .text(let text) = reader.node.value {
                guard text == "order" else {
                    throw reader.problem(
                        "must be order, or name products or categories; not \(text)")
                }
                self = .order
                return
            }
            var members = try reader.members()
            let products = try members.optional("products").map { list throws(DocumentProblem) in
                try list.texts(countMax: Self.countMax) { text throws(DocumentProblem) in
                    try text.shortText()
                }
            }
            let categories = try members.optional("categories").map {
                list throws(DocumentProblem) in
                try list.texts(countMax: Self.countMax) { text throws(DocumentProblem) in
                    try text.shortText()
                }
            }
            try members.end()
            guard products != nil || categories != nil else {
                throw reader.problem("must be order, or name products or categories")
            }
            self = .lines(products: products ?? [], categories: categories ?? [])
        }

        package func covers(_ line: Cart.Line) -> Bool {
            switch self {
            case .order: true
            case .lines(let products, let categories):
                products.contains(line.product)
                    || line.category.map(categories.contains) ?? false
            }
        }
    }

    /// Whether it gives points, which need an account to go to.
    var givesPoints: Bool {
        if case .points = effect { return true }
        return false
    }

    /// How often it can be used; nil for as often as one likes.
    package struct Limits: Hashable, Sendable {
        /// Uses by everybody together.
        package var total: Int?
        /// Uses by one customer.
        package var perCustomer: Int?
        /// Uses by one customer in one period of the calendar, in the program's zone.
        package var perPeriod: [Period: Int] = [:]

        package init() {}

        init(reading reader: DocumentReader) throws(DocumentProblem) {
            var members = try reader.members()
            total = try members.optional("total")?.integer(1...Promotion.usesMax)
            perCustomer = try members.optional("perCustomer")?.integer(1...Promotion.usesMax)
            if let periods = members.optional("perCustomerIn") {
                var members = try periods.members()
                for period in Period.allCases {
                    perPeriod[period] = try members.optional(period.rawValue)?
                        .integer(1...Promotion.usesMax)
                }
                try members.end()
            }
            try members.end()
        }

        /// Whether one must know the customer to count.
        var needsCustomer: Bool { perCustomer != nil || !perPeriod.isEmpty }
    }
}
