import GRDB
package import Kernel

/// What a program's ledger comes to.
package struct LedgerFigures: Sendable, Equatable {
    /// Points by what happened to them: taken ones are negative.
    package typealias Sums = [String: Int64]

    package var accounts = 0
    /// Points that are left, and of them those that can't be spent yet, and those that are reserved.
    package var outstanding: Int64 = 0
    package var pending: Int64 = 0
    package var held: Int64 = 0
    /// What customers owe.
    package var owed: Int64 = 0
    /// Before the first of the spans that were asked for, then in each of them, by the entries' kind.
    package var spans: [Sums] = []
    /// Points that end in each of the spans to come that were asked for.
    package var ending: [Int64] = []
    /// How many accounts are in each tier, by its place.
    package var tiers: [Int: Int] = [:]
}

extension LedgerStore {
    /// Adds a program's ledger up.
    ///
    /// - Parameters:
    ///   - starts: When each span begins, ascending; the last has no end.
    ///   - ends: When each span to come ends, ascending; the first begins at `now`.
    package func figures(
        program: String, starts: [Timestamp], ends: [Timestamp], now: Timestamp
    ) throws -> LedgerFigures {
        // A connection of its own: who asks goes on meanwhile.
        try file.reading().read { db in
            var figures = LedgerFigures()
            for row in try Row.fetchAll(
                db,
                sql: "SELECT tier, count(*) FROM ledger_accounts WHERE program = ? GROUP BY tier",
                arguments: [program])
            {
                let (tier, count): (Int, Int) = (row[0], row[1])
                figures.tiers[tier] = count
                figures.accounts += count
            }
            try Self.addLots(of: program, ends, now, to: &figures, db)
            try Self.addEntries(of: program, starts, to: &figures, db)
            return figures
        }
    }

    private static func addLots(
        of program: String, _ ends: [Timestamp], _ now: Timestamp, to figures: inout LedgerFigures,
        _ db: Database
    ) throws {
        figures.ending = ends.map { _ in 0 }
        let accounts = try HotStatement(
            db, "SELECT lots FROM ledger_accounts WHERE program = ?1")
        accounts.bind(1, text: program)
        while try accounts.step() {
            accounts.withSpan(0) { bytes in
                for place in 0..<bytes.count / LedgerLots.lotSize {
                    let lot = LedgerLots.lot(place, in: bytes)
                    if lot.remaining <= 0 { continue }
                    figures.outstanding += lot.remaining
                    figures.held += lot.held
                    if lot.availableAt.map({ $0 > now }) ?? true {
                        figures.pending += lot.remaining
                    }
                    guard let at = lot.expiresAt, let span = ends.firstIndex(where: { at < $0 })
                    else { continue }
                    figures.ending[span] += lot.remaining
                }
            }
        }
    }

    private static func addEntries(
        of program: String, _ starts: [Timestamp], to figures: inout LedgerFigures, _ db: Database
    ) throws {
        // Kinds are few: they are found by their bytes.
        var sums = KindSums(spans: starts.count + 1)
        let operations = try HotStatement(
            db, "SELECT number, first_entry, entries FROM ledger_operations WHERE program = ?1")
        operations.bind(1, text: program)
        while try operations.step() {
            let (number, first) = (operations.integer(0), operations.integer(1))
            try operations.withSpan(2) { bytes in
                do throws(ByteReader.Damaged) {
                    try LedgerEntries.each(bytes, first: first) { entry, bytes in
                        let span = starts.count { $0.milliseconds <= entry.atMs }
                        sums.add(entry.amount, bytes.extracting(entry.kind), span: span)
                        if entry.lot == 0 { figures.owed -= entry.amount }
                    }
                } catch {
                    throw StorageFailure.damaged(
                        "the entries of ledger operation \(number) at byte \(error.offset)")
                }
            }
        }
        figures.spans = sums.spans
    }

    private struct KindSums {
        private var kinds: [[UInt8]] = []
        /// [kind × span]
        private var sums: [[Int64?]] = []
        private let spanCount: Int

        init(spans: Int) { spanCount = spans }

        mutating func add(_ amount: Int64, _ kind: Span<UInt8>, span: Int) {
            let place: Int
            if let known = kinds.firstIndex(where: { $0.span.isSame(as: kind) }) {
                place = known
            } else {
                place = kinds.count
                kinds.append(kind.withUnsafeBufferPointer(Array.init))
                sums.append(Array(repeating: nil, count: spanCount))
            }
            sums[place][span] = (sums[place][span] ?? 0) &+ amount
        }

        var spans: [LedgerFigures.Sums] {
            (0..<spanCount).map { span in
                var found: LedgerFigures.Sums = [:]
                for (kind, sums) in zip(kinds, sums) {
                    if let sum = sums[span] { found[String(decoding: kind, as: UTF8.self)] = sum }
                }
                return found
            }
        }
    }

    /// The newest movements in a program, with whose they are.
    package func newest(
        program: String, limit: Int
    ) throws -> [(entry: LedgerEntry, customer: ID<Customer>)] {
        try file.reader.read { db in
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT o.number, o.first_entry, o.entries, a.customer
                    FROM (SELECT number, account, first_entry, entries FROM ledger_operations
                        WHERE program = ? AND length(entries) > 0
                        ORDER BY number DESC LIMIT ?) AS o
                    JOIN ledger_accounts AS a ON a.id = o.account ORDER BY o.number DESC
                    """, arguments: [program, limit])
            var newest: [(entry: LedgerEntry, customer: ID<Customer>)] = []
            while newest.count < limit, let row = try rows.next() {
                let customer = ID<Customer>(rawValue: row[3])
                let entries = try LedgerEntries.all(
                    row.blob(2).span, first: row[1], operation: row[0])
                for entry in entries.reversed() { newest.append((entry, customer)) }
            }
            return Array(newest.prefix(limit))
        }
    }
}
