import GRDB
package import Kernel
package import Promotions

/// Codes that were made together.
package struct CodeBatch: Sendable, Equatable {
    package var number: Int64
    package var promotion: String
    package var prefix: String
    package var size: Int
    /// Whether it grows, a code at a time, as they are issued to customers.
    package var isOpen: Bool
    package var madeAt: Timestamp

    package init(
        number: Int64, promotion: String, prefix: String, size: Int, isOpen: Bool,
        madeAt: Timestamp
    ) {
        self.number = number
        self.promotion = promotion
        self.prefix = prefix
        self.size = size
        self.isOpen = isOpen
        self.madeAt = madeAt
    }
}

extension PromotionStore {
    package enum CodeFailure: Error, Equatable, CustomStringConvertible {
        /// A code of the batch is another's already: chance, 1 in 700,000 for ten million codes.
        case collision

        package var description: String {
            "two codes came out the same, so none was made; try again"
        }
    }

    private static let codesAtOnce = 20_000

    /// A batch that has no codes yet, and is none until `finish(batch:size:)`.
    package func startBatch(
        promotion: String, prefix: String, at now: Timestamp
    ) throws -> Int64 {
        try file.writer.write { db in
            try Int64.fetchOne(
                db,
                sql: """
                    INSERT INTO promotion_batches
                        (promotion, prefix, size, is_whole, is_open, made_at)
                    VALUES (?, ?, 0, 0, 0, ?) RETURNING number
                    """, arguments: [promotion, prefix, now.milliseconds]) ?? 0
        }
    }

    /// Keeps a batch's codes, some at a time, so that checkouts needn't wait for all of them.
    ///
    /// - Parameter keys: In ascending order, so that each page of the file is written once.
    package func fill(batch: Int64, _ keys: [CodeKey]) throws {
        var start = 0
        while start < keys.count {
            let end = min(start + Self.codesAtOnce, keys.count)
            try file.writer.write { db in
                let add = try HotStatement(
                    db,
                    """
                    INSERT INTO promotion_codes (bits, is_odd, batch, state, checkout, customer)
                    VALUES (?1, ?2, ?3, 0, 0, '') ON CONFLICT DO NOTHING
                    """)
                for key in keys[start..<end] {
                    add.bind(1, Int64(bitPattern: key.bits))
                    add.bind(2, key.isOdd ? 1 : 0)
                    add.bind(3, batch)
                    try add.run()
                    if add.changes == 0 { throw CodeFailure.collision }
                }
            }
            start = end
        }
    }

    /// From now on the batch's codes are valid.
    package func finish(batch: Int64, size: Int) throws {
        try file.writer.write { db in
            try db.execute(
                sql: "UPDATE promotion_batches SET is_whole = 1, size = ? WHERE number = ?",
                arguments: [size, batch])
        }
    }

    /// Removes the codes of batches that were never finished. Their numbers stay taken.
    package func clearUnfinished() throws {
        try file.writer.write { db in
            guard
                try Bool.fetchOne(
                    db,
                    sql: """
                        SELECT EXISTS (SELECT 1 FROM promotion_batches
                            WHERE is_whole = 0 AND size = 0)
                        """) == true
            else { return }
            try db.execute(
                sql: """
                    DELETE FROM promotion_codes WHERE batch IN
                        (SELECT number FROM promotion_batches WHERE is_whole = 0 AND size = 0)
                    """)
            // Seen to: it isn't looked for again.
            try db.execute(
                sql: "UPDATE promotion_batches SET size = -1 WHERE is_whole = 0 AND size = 0")
        }
    }

    /// A promotion's batches, the newest first.
    package func batches(of promotion: String) throws -> [CodeBatch] {
        try file.reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT number, promotion, prefix, size, is_open, made_at FROM promotion_batches
                    WHERE promotion = ? AND is_whole = 1 ORDER BY number DESC
                    """, arguments: [promotion]
            ).map(CodeBatch.init(row:))
        }
    }

    /// A code as it is kept, with the checkout that has it; nil where there is none.
    package func code(_ key: CodeKey) throws -> (code: IssuedCode, checkout: Checkout?)? {
        try file.reader.read { db in
            let reading = PromotionCommit(db)
            guard let code = try reading.code(key) else { return nil }
            let holder = try String.fetchOne(
                db,
                sql: """
                    SELECT h.id FROM promotion_codes AS c
                    JOIN promotion_checkouts AS h ON h.number = c.checkout WHERE c.bits = ?
                    """, arguments: [Int64(bitPattern: key.bits)])
            return (code, try holder.flatMap { try reading.checkout($0) })
        }
    }
}

extension PromotionCommit {
    /// The next number of a promotion's open batch; it makes one where there is none.
    package func nextIssued(
        of promotion: String, prefix: String, at now: Timestamp
    ) throws -> (batch: Int64, number: Int) {
        let open = try Row.fetchOne(
            db,
            sql: """
                UPDATE promotion_batches SET size = size + 1
                WHERE promotion = ? AND prefix = ? AND is_open = 1 RETURNING number, size
                """, arguments: [promotion, prefix])
        if let open { return (open[0], open[1] - 1) }
        let batch =
            try Int64.fetchOne(
                db,
                sql: """
                    INSERT INTO promotion_batches
                        (promotion, prefix, size, is_whole, is_open, made_at)
                    VALUES (?, ?, 1, 1, 1, ?) RETURNING number
                    """, arguments: [promotion, prefix, now.milliseconds]) ?? 0
        return (batch, 0)
    }

    /// Keeps a code of a customer's own; false where it is another's already.
    ///
    /// - Parameter expiresAt: From when it isn't good any more; nil for never.
    package func issue(
        _ key: CodeKey, batch: Int64, to customer: String, expiresAt: Timestamp? = nil
    ) throws -> Bool {
        try db.cachedStatement(
            sql: """
                INSERT INTO promotion_codes
                    (bits, is_odd, batch, state, checkout, customer, expires_at)
                VALUES (?, ?, ?, 0, 0, ?, ?) ON CONFLICT DO NOTHING
                """
        ).execute(arguments: [
            Int64(bitPattern: key.bits), key.isOdd, batch, customer, expiresAt?.milliseconds ?? 0,
        ])
        return db.changesCount > 0
    }

    /// Takes a code that nobody has used out of use; false where it is none, or used.
    package func withdraw(_ key: CodeKey) throws -> Bool {
        try db.execute(
            sql: """
                UPDATE promotion_codes SET state = 3 WHERE bits = ? AND is_odd = ? AND state = 0
                """, arguments: [Int64(bitPattern: key.bits), key.isOdd])
        return db.changesCount > 0
    }
}

extension CodeBatch {
    init(row: Row) {
        self.init(
            number: row[0], promotion: row[1], prefix: row[2], size: row[3], isOpen: row[4],
            madeAt: Timestamp(milliseconds: row[5]))
    }
}
