import GRDB
package import Kernel
package import Promotions

/// How a promotion does.
package struct PromotionFigures: Sendable, Equatable {
    package var reserved = 0
    package var redeemed = 0
    package var refunded = 0
    /// What redeemed uses took off their orders, by currency, in minor units.
    package var discounts: [Currency: Int64] = [:]
    package var codes = 0

    package init() {}
}

/// A use with the checkout that it belongs to.
package struct PromotionUse: Sendable, Equatable {
    package var use: Checkout.Use
    package var checkout: String
    package var customer: String
    package var state: Checkout.State
    package var changedAt: Timestamp
    package var currency: String
}

extension PromotionStore {
    /// How each promotion does, by name. Looks through all uses.
    package func figures() throws -> [String: PromotionFigures] {
        try file.reading().read { db in
            var figures: [String: PromotionFigures] = [:]
            let uses = try Row.fetchCursor(
                db,
                sql: """
                    SELECT u.promotion, c.state, c.currency, count(*), sum(u.discount)
                    FROM promotion_uses AS u JOIN promotion_checkouts AS c ON c.number = u.checkout
                    GROUP BY 1, 2, 3
                    """)
            while let row = try uses.next() {
                let count: Int = row[3]
                var one = figures[row[0], default: PromotionFigures()]
                switch Checkout.State(rawValue: row[1]) {
                case .reserved: one.reserved += count
                case .confirmed:
                    one.redeemed += count
                    if let currency = Currency(row[2] as String) {
                        one.discounts[currency, default: 0] += row[4] as Int64
                    }
                case .refunded: one.refunded += count
                case .released, .expired, nil: break
                }
                figures[row[0]] = one
            }
            let codes = try Row.fetchAll(
                db,
                sql: """
                    SELECT promotion, sum(size) FROM promotion_batches WHERE is_whole = 1 GROUP BY 1
                    """)
            for row in codes { figures[row[0], default: PromotionFigures()].codes = row[1] }
            return figures
        }
    }

    /// A promotion's uses, those of the newest checkouts first.
    package func uses(of promotion: String, limit: Int) throws -> [PromotionUse] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT u.promotion, u.code, u.is_unique, u.counters, u.discount, u.points,
                        u.is_back, c.id, c.customer, c.state, c.changed_at, c.currency
                    FROM promotion_uses AS u JOIN promotion_checkouts AS c ON c.number = u.checkout
                    WHERE u.promotion = ? ORDER BY u.checkout DESC LIMIT ?
                    """, arguments: [promotion, limit]
            ).map { row in
                PromotionUse(
                    use: Checkout.Use(row: row), checkout: row[7], customer: row[8],
                    state: Checkout.State(rawValue: row[9]) ?? .released,
                    changedAt: Timestamp(milliseconds: row[10]), currency: row[11])
            }
        }
    }

    /// A checkout with what it holds; nil where there is none.
    package func checkout(_ id: String) throws -> (checkout: Checkout, currency: Currency?)? {
        try file.reader.read { db in
            guard let checkout = try PromotionCommit(db).checkout(id) else { return nil }
            let currency = try String.fetchOne(
                db, sql: "SELECT currency FROM promotion_checkouts WHERE id = ?", arguments: [id])
            return (checkout, currency.flatMap { Currency($0) })
        }
    }

    /// What doesn't add up: counts that aren't what checkouts hold, or are above what their limit was when they last grew,
    /// and codes that are held by none or by more than one.
    package func problems() throws -> (uses: Int, problems: [String]) {
        try file.reading().read { db in
            var problems: [String] = []
            var uses = 0
            var held: [CounterKey: Int] = [:]
            var holders: [CodeKey: String] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT u.promotion, u.code, u.is_unique, u.counters, u.discount, u.points,
                        u.is_back, c.id, c.state
                    FROM promotion_uses AS u JOIN promotion_checkouts AS c ON c.number = u.checkout
                    """)
            while let row = try rows.next() {
                uses += 1
                let use = Checkout.Use(row: row)
                let checkout = Checkout(
                    id: row[7], customer: "",
                    state: Checkout.State(rawValue: row[8]) ?? .released, expiresAt: .earliest,
                    uses: [use])
                guard !checkout.heldUses.isEmpty else { continue }
                for scope in use.counters {
                    held[CounterKey(promotion: use.promotion, scope: scope), default: 0] += 1
                }
                if let key = use.key, let other = holders.updateValue(checkout.id, forKey: key) {
                    problems.append(
                        "a code of \(use.promotion) is held by checkouts \(other) and \(checkout.id)"
                    )
                }
            }
            let counts = try Row.fetchCursor(
                db, sql: "SELECT promotion, counter, taken, most FROM promotion_counts")
            while let row = try counts.next() {
                let (promotion, text, taken) = (row[0] as String, row[1] as String, row[2] as Int)
                guard let scope = Promotion.CounterScope(text: text) else {
                    problems.append("promotion \(promotion) counts '\(text)', which is nothing")
                    continue
                }
                let sum =
                    held.removeValue(
                        forKey: CounterKey(promotion: promotion, scope: scope)) ?? 0
                if sum != taken {
                    problems.append(
                        "promotion \(promotion) counts \(taken) uses (\(text)), and checkouts hold \(sum)"
                    )
                }
                let most: Int = row[3]
                if taken > most {
                    problems.append(
                        "promotion \(promotion) has \(taken) uses (\(text)), and may have \(most)")
                }
            }
            for key in held.keys {
                problems.append(
                    "promotion \(key.promotion) has uses (\(key.scope.text)) that aren't counted")
            }
            let codes = try Row.fetchCursor(
                db, sql: "SELECT bits, is_odd, state FROM promotion_codes WHERE state IN (1, 2)")
            while let row = try codes.next() {
                let key = CodeKey(bits: UInt64(bitPattern: row[0] as Int64), isOdd: row[1])
                if holders.removeValue(forKey: key) == nil {
                    problems.append("a code is marked as taken, and no checkout holds it")
                }
            }
            for checkout in holders.values {
                problems.append("checkout \(checkout) holds a code that isn't marked as taken")
            }
            return (uses, problems)
        }
    }
}
