import Kernel

/// The list of promotions.
struct PromotionsView {
    struct Row {
        let title: String
        let name: String
        let path: String
        let gives: String
        let codes: String
        let redeemed: String
        let reserved: String
        let discount: String
    }

    struct Guess {
        let caller: String
        let what: String
    }

    struct Look {
        let code: String
        let isAsked: Bool
        let answer: String
        let promotionPath: String?
        let promotion: String
    }

    let rows: [Row]
    let hasRows: Bool
    let look: Look
    let guesses: [Guess]
    let hasGuesses: Bool

    init(
        _ promotions: [PromotionRow], look: CodeAnswer?, guesses: [GuessRow], formats: Formats
    ) {
        let words = formats.words
        rows = promotions.map { row in
            Row(
                title: row.title, name: row.name, path: Self.path(row.name), gives: row.gives,
                codes: row.codes, redeemed: formats.integer(row.redeemed),
                reserved: formats.integer(row.reserved),
                discount: Self.money(row.discounts, formats))
        }
        hasRows = !rows.isEmpty
        self.look = Look(
            code: look?.code ?? "", isAsked: look != nil,
            answer: look?.standing ?? words("promotions.look.none"),
            promotionPath: (look?.promotion).flatMap { $0.isEmpty ? nil : Self.path($0) },
            promotion: look?.promotion ?? "")
        self.guesses = guesses.map {
            Guess(
                caller: $0.caller,
                what: words(
                    "promotions.guesses.what", formats.integer($0.wrongCount),
                    formats.moment($0.since)))
        }
        hasGuesses = !guesses.isEmpty
    }

    static func path(_ name: String) -> String { "/promotions/\(FormFields.encode(name))" }

    static func money(_ amounts: [Money], _ formats: Formats) -> String {
        amounts.isEmpty ? "–" : amounts.map { formats.money($0) }.joined(separator: ", ")
    }
}

/// The page of one promotion.
struct PromotionView {
    struct Fact {
        let label: String
        let value: String
        let note: String
    }

    struct Use {
        let checkout: String
        /// Nil where nobody is known, or may be seen.
        let customerPath: String?
        let state: String
        let code: String
        let discount: String
        let at: String
    }

    struct Batch {
        let label: String
        let size: String
        let at: String
        let path: String
    }

    let title: String
    let name: String
    let path: String
    let subtitle: String
    let facts: [Fact]
    let rules: [String]
    let yaml: String
    let uses: [Use]
    let hasUses: Bool
    let hasUniqueCodes: Bool
    let mayMakeCodes: Bool
    let batches: [Batch]
    let hasBatches: Bool
    let problem: String?
    let count: String
    let countMax: String

    init(
        _ data: PromotionPageData, seesCustomers: Bool, mayMakeCodes: Bool, count: String = "",
        problem: String? = nil, formats: Formats
    ) {
        let words = formats.words
        let row = data.row
        title = row.title
        name = row.name
        path = PromotionsView.path(row.name)
        subtitle = words(
            "definition.version", formats.integer(data.version), formats.moment(data.appliedAt))
        facts = [
            Fact(
                label: words("promotions.redeemed"), value: formats.integer(row.redeemed),
                note: words("promotions.refunded.note", formats.integer(row.refunded))),
            Fact(
                label: words("promotions.reserved"), value: formats.integer(row.reserved),
                note: words("promotions.reserved.note")),
            Fact(
                label: words("promotions.discount"),
                value: PromotionsView.money(row.discounts, formats),
                note: words("promotions.discount.note")),
        ]
        rules = data.rules
        yaml = data.yaml
        uses = data.newest.map { use in
            Use(
                checkout: use.checkout,
                customerPath: seesCustomers ? use.customer.map { "/customers/\($0)" } : nil,
                state: words("promotions.state.\(use.state)"),
                code: seesCustomers ? use.code : "",
                discount: use.discount.map { formats.money($0) } ?? "–",
                at: formats.moment(use.at))
        }
        hasUses = !uses.isEmpty
        hasUniqueCodes = data.hasUniqueCodes
        self.mayMakeCodes = mayMakeCodes
        batches = data.batches.map { batch in
            Batch(
                label: words(
                    batch.isOpen ? "promotions.batch.open" : "promotions.batch",
                    String(batch.number)),
                size: formats.integer(batch.size), at: formats.moment(batch.at),
                path: PromotionsView.path(row.name) + "/codes/\(batch.number).txt")
        }
        hasBatches = !batches.isEmpty
        self.problem = problem
        self.count = count
        countMax = formats.integer(PromotionData.batchMax)
    }
}
