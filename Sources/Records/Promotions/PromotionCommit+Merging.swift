import GRDB
package import Promotions

extension PromotionCommit {
    /// Makes one customer's checkouts, counts and codes another's, who was found to be the same. Together they may have
    /// more uses than one may have: nothing is taken away, and nothing new is given until there is room.
    package func merge(_ loser: String, into winner: String) throws {
        let checkouts = try Row.fetchAll(
            db,
            sql: """
                SELECT number, id, customer, state, expires_at FROM promotion_checkouts
                WHERE customer = ? AND customer <> ''
                """, arguments: [loser])
        for row in checkouts {
            let number: Int64 = row[0]
            let checkout = try read(row)
            for (place, use) in checkout.uses.enumerated() {
                let counters = use.counters.map { $0.moved(from: loser, to: winner) }
                guard counters != use.counters else { continue }
                try db.execute(
                    sql: """
                        UPDATE promotion_uses SET counters = ? WHERE checkout = ? AND place = ?
                        """,
                    arguments: [
                        counters.map(\.text).joined(separator: "\n"), number, place,
                    ])
                guard checkout.isHeld(use) else { continue }
                for (old, new) in zip(use.counters, counters) where old != new {
                    try move(use.promotion, old, new)
                }
            }
        }
        try db.execute(
            sql: """
                UPDATE promotion_checkouts SET customer = ? WHERE customer = ? AND customer <> ''
                """, arguments: [winner, loser])
        try db.execute(
            sql: "UPDATE promotion_codes SET customer = ? WHERE customer = ? AND customer <> ''",
            arguments: [winner, loser])
    }

    private func move(
        _ promotion: String, _ old: Promotion.CounterScope, _ new: Promotion.CounterScope
    ) throws {
        try db.execute(
            sql: """
                UPDATE promotion_counts SET taken = taken - 1 WHERE promotion = ? AND counter = ?
                """, arguments: [promotion, old.text])
        try db.execute(
            sql: """
                INSERT INTO promotion_counts (promotion, counter, taken, most) VALUES (?, ?, 1, 1)
                ON CONFLICT (promotion, counter) DO UPDATE SET taken = taken + 1,
                    most = max(most, taken + 1)
                """, arguments: [promotion, new.text])
    }

    /// How far something was followed; nil where it never was.
    package func position(_ name: String) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT position FROM promotion_positions WHERE name = ?", arguments: [name])
    }

    package func setPosition(_ name: String, _ position: Int64) throws {
        try db.execute(
            sql: """
                INSERT INTO promotion_positions (name, position) VALUES (?, ?)
                ON CONFLICT (name) DO UPDATE SET position = excluded.position
                """, arguments: [name, position])
    }
}
