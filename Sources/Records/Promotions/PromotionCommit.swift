import FoundationEssentials
import GRDB
package import Kernel
package import Promotions

/// What one commit reads and changes.
///
/// It lives in the closure that it was given to.
package struct PromotionCommit: PromotionShelf {
    let db: Database

    init(_ db: Database) { self.db = db }

    // MARK: Operations

    /// What was answered under an id before, and the digest of what was asked; nil where nothing was.
    package func operation(_ id: String) throws -> (digest: [UInt8], answer: [UInt8])? {
        let statement = try db.cachedStatement(
            sql: "SELECT digest, answer FROM promotion_operations WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map { ($0.blob(0), $0.blob(1)) }
    }

    package func addOperation(
        _ id: String, digest: [UInt8], answer: [UInt8], at: Timestamp
    ) throws {
        try db.cachedStatement(
            sql: "INSERT INTO promotion_operations (id, digest, at, answer) VALUES (?, ?, ?, ?)"
        ).execute(
            arguments: [id, digest.databaseBlob, at.milliseconds, answer.databaseBlob])
    }

    // MARK: Checkouts

    package func checkout(_ id: String) throws -> Checkout? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, id, customer, state, expires_at FROM promotion_checkouts WHERE id = ?
                """)
        return try Row.fetchOne(statement, arguments: [id]).map(read)
    }

    /// Reservations that are over by then, the first to end first.
    package func over(at now: Timestamp, limit: Int) throws -> [Checkout] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, id, customer, state, expires_at FROM promotion_checkouts
                WHERE state = 1 AND expires_at <= ? ORDER BY expires_at, number LIMIT ?
                """)
        return try Row.fetchAll(statement, arguments: [now.milliseconds, limit]).map(read)
    }

    func read(_ row: Row) throws -> Checkout {
        let statement = try db.cachedStatement(
            sql: """
                SELECT promotion, code, is_unique, counters, discount, points, is_back
                FROM promotion_uses WHERE checkout = ? ORDER BY place
                """)
        let number: Int64 = row[0]
        let uses = try Row.fetchAll(statement, arguments: [number]).map(Checkout.Use.init(row:))
        return Checkout(
            id: row[1], customer: row[2], state: Checkout.State(rawValue: row[3]) ?? .released,
            expiresAt: Timestamp(milliseconds: row[4]), uses: uses)
    }

    // MARK: Counts and codes

    package func taken(_ promotion: String, _ scope: Promotion.CounterScope) throws -> Int {
        let statement = try db.cachedStatement(
            sql: "SELECT taken FROM promotion_counts WHERE promotion = ? AND counter = ?")
        return try Int.fetchOne(statement, arguments: [promotion, scope.text]) ?? 0
    }

    package func code(_ key: CodeKey) throws -> IssuedCode? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT b.promotion, b.prefix, c.state, c.customer, c.expires_at
                FROM promotion_codes AS c
                JOIN promotion_batches AS b ON b.number = c.batch
                WHERE c.bits = ? AND c.is_odd = ? AND b.is_whole = 1
                """)
        return try Row.fetchOne(
            statement, arguments: [Int64(bitPattern: key.bits), key.isOdd]
        ).map {
            IssuedCode(
                key: key, promotion: $0[0], prefix: $0[1],
                state: IssuedCode.State(rawValue: $0[2]) ?? .withdrawn, customer: $0[3],
                expiresAt: ($0[4] as Int64) == 0 ? nil : Timestamp(milliseconds: $0[4]))
        }
    }

    // MARK: Changing

    /// Keeps all of a change.
    ///
    /// - Parameter currency: The cart's; nil where it stays as it is.
    package func apply(
        _ change: CheckoutChange, at now: Timestamp, currency: Currency?
    ) throws {
        var number: Int64 = 0
        if let checkout = change.checkout { number = try put(checkout, now, currency) }
        for (key, delta) in change.counts {
            try db.cachedStatement(
                sql: """
                    INSERT INTO promotion_counts (promotion, counter, taken, most)
                    VALUES (?1, ?2, max(?3, 0), coalesce(?4, 0))
                    ON CONFLICT (promotion, counter) DO UPDATE SET taken = taken + ?3,
                        most = coalesce(?4, most)
                    """
            ).execute(
                arguments: [key.promotion, key.scope.text, delta, change.limits[key]])
        }
        for (key, state) in change.codes {
            try db.cachedStatement(
                sql: "UPDATE promotion_codes SET state = ?, checkout = ? WHERE bits = ?"
            ).execute(
                arguments: [
                    state.rawValue, state == .free ? 0 : number, Int64(bitPattern: key.bits),
                ])
        }
    }

    private func put(
        _ checkout: Checkout, _ now: Timestamp, _ currency: Currency?
    ) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO promotion_checkouts
                    (id, customer, state, expires_at, changed_at, currency)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET customer = excluded.customer,
                    state = excluded.state, expires_at = excluded.expires_at,
                    changed_at = excluded.changed_at,
                    currency = CASE excluded.currency WHEN '' THEN currency
                        ELSE excluded.currency END
                RETURNING number
                """)
        let number =
            try Int64.fetchOne(
                statement,
                arguments: [
                    checkout.id, checkout.customer, checkout.state.rawValue,
                    checkout.expiresAt.milliseconds, now.milliseconds, currency?.description ?? "",
                ]) ?? 0
        try db.cachedStatement(sql: "DELETE FROM promotion_uses WHERE checkout = ?")
            .execute(arguments: [number])
        let add = try db.cachedStatement(
            sql: """
                INSERT INTO promotion_uses (checkout, place, promotion, code, is_unique, counters,
                    discount, points, is_back)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        for (place, use) in checkout.uses.enumerated() {
            try add.execute(
                arguments: [
                    number, place, use.promotion, use.code, use.key != nil,
                    use.counters.map(\.text).joined(separator: "\n"), use.discountMinor,
                    use.points, use.isBack,
                ])
        }
        return number
    }

    package func tell(_ event: [UInt8]) throws {
        try db.cachedStatement(sql: "INSERT INTO promotion_news (event) VALUES (?)")
            .execute(arguments: [event.databaseBlob])
    }

    /// Has points given, or taken back where they are below zero, once this is committed.
    package func owe(
        _ points: Int64, for promotion: String, _ checkout: Checkout
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO promotion_points (promotion, checkout, customer, points)
                VALUES (?, ?, ?, ?)
                """
        ).execute(arguments: [promotion, checkout.id, checkout.customer, points])
    }
}

extension Checkout.Use {
    init(row: Row) {
        let code: String = row[1]
        let isUnique: Bool = row[2]
        let counters: String = row[3]
        self.init(
            promotion: row[0], code: code,
            key: isUnique ? CodeKey(letters: code.suffix(PromotionCodes.lettersCount)) : nil,
            counters: counters.split(separator: "\n").compactMap {
                Promotion.CounterScope(text: String($0))
            }, discountMinor: row[4], points: row[5])
        isBack = row[6]
    }
}
