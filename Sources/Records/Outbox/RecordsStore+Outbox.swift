import GRDB
package import Kernel

/// An item of the outbox as it is stored.
package struct OutboxRecord: Sendable, Equatable {
    package var id: ID<OutboxItem>
    package var key: String
    package var kind: OutboxKind
    package var customer: ID<Customer>
    package var origin: OutboxOrigin
    /// The receiver's name for a webhook, the lane of a message; empty for the others.
    package var receiver: String
    /// A JSON object.
    package var payload: [UInt8]
    package var state: OutboxState
    /// When it is tried next; of an item that somebody is at, when their claim runs out.
    package var dueAt: Timestamp
    /// How often it was begun.
    package var attempts: Int
    /// What went wrong last; empty where nothing did.
    package var lastError: String
    package var createdAt: Timestamp
    /// Nil while it isn't over.
    package var doneAt: Timestamp?
}

/// Items of one kind for one receiver, which wait for one another and for no others.
package struct OutboxLane: Hashable, Sendable {
    package var kind: OutboxKind
    /// A webhook's receiver, a message's lane; empty for the other kinds.
    package var receiver: String

    package init(kind: OutboxKind, receiver: String = "") {
        self.kind = kind
        self.receiver = receiver
    }
}

extension RecordsStore {
    /// The lanes that have open items, each with the time at which its next one is due.
    package func outboxLanes() throws -> [(lane: OutboxLane, dueAt: Timestamp)] {
        try read { db in
            // One step in the index for each lane, however many items it has. (A comparison of pairs would do
            // it in one statement, but SQLite begins that at the first item of the lane before.)
            let nextReceiver = try HotStatement(
                db,
                """
                SELECT kind, receiver, due_at FROM outbox INDEXED BY outbox_due
                WHERE state IN ('pending', 'sending') AND kind = ?1 AND receiver > ?2
                ORDER BY kind, receiver, due_at LIMIT 1
                """)
            let nextKind = try HotStatement(
                db,
                """
                SELECT kind, receiver, due_at FROM outbox INDEXED BY outbox_due
                WHERE state IN ('pending', 'sending') AND kind > ?1
                ORDER BY kind, receiver, due_at LIMIT 1
                """)
            var lanes: [(lane: OutboxLane, dueAt: Timestamp)] = []
            var (kind, receiver) = ("", "")
            while true {
                var found = nextReceiver
                nextReceiver.bind(1, text: kind)
                nextReceiver.bind(2, text: receiver)
                if try !nextReceiver.step() {
                    nextKind.bind(1, text: kind)
                    guard try nextKind.step() else { return lanes }
                    found = nextKind
                }
                (kind, receiver) = (found.text(0), found.text(1))
                let dueAt = Timestamp(milliseconds: found.integer(2))
                found.reset()
                if let kind = OutboxKind(rawValue: kind) {
                    lanes.append((OutboxLane(kind: kind, receiver: receiver), dueAt))
                }
            }
        }
    }

    /// Claims a lane's due items, the longest due first. Nobody else gets them until the claims run out, as those of
    /// a worker that died do.
    package func claimOutbox(
        _ lane: OutboxLane, limit: Int, now: Timestamp, until: Timestamp
    ) throws -> [OutboxRecord] {
        try write { db in
            try Row.fetchAll(
                db,
                sql: """
                    UPDATE outbox SET state = 'sending', attempts = attempts + 1, due_at = ?
                    WHERE id IN (
                        SELECT id FROM outbox INDEXED BY outbox_due
                        WHERE kind = ? AND receiver = ? AND state IN ('pending', 'sending')
                            AND due_at <= ?
                        ORDER BY due_at, id LIMIT ?)
                    RETURNING \(outboxColumns)
                    """,
                arguments: [
                    until.milliseconds, lane.kind.rawValue, lane.receiver, now.milliseconds, limit,
                ]
            ).compactMap(OutboxRecord.init(row:)).sorted { $0.id < $1.id }
        }
    }

    /// Lets go of every claim but those of mail (`recoverMessages`): for the start of a process, which nobody else
    /// shares the outbox with.
    package func releaseOutboxClaims(now: Timestamp) throws {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'pending', due_at = ?
                    WHERE state IN ('pending', 'sending') AND state = 'sending' AND kind <> 'send'
                    """,
                arguments: [now.milliseconds])
        }
    }

    /// Notes what came of attempts, and of their receivers, in one transaction.
    ///
    /// Where a claim ran out and another has begun, or the item is over already, only a success counts: what was
    /// carried out is done, whoever says so.
    package func settleOutbox(
        _ results: [OutboxResult], receivers: [ReceiverNote] = [], at now: Timestamp
    ) throws {
        try write { db in
            let finish = try HotStatement(
                db,
                """
                UPDATE outbox SET state = 'done', done_at = ?2, last_error = ''
                WHERE id = ?1 AND state IN ('pending', 'sending') RETURNING kind
                """)
            var ended: [OutboxKind: Int64] = [:]
            let change = try HotStatement(
                db,
                """
                UPDATE outbox SET state = ?3, due_at = ?4, attempts = ?5, last_error = ?6, done_at = ?7
                WHERE id = ?1 AND state = 'sending' AND attempts = ?2
                """)
            for result in results {
                if case .done = result.outcome {
                    finish.bind(1, result.id.rawValue)
                    finish.bind(2, now.milliseconds)
                    if try finish.step() {
                        if let kind = OutboxKind(rawValue: finish.text(0)) {
                            ended[kind, default: 0] += 1
                        }
                        finish.reset()
                    }
                } else {
                    change.bind(result, at: now)
                    try change.run()
                }
            }
            let addCount = try HotStatement(db, OutboxCountKey.adding)
            for (kind, count) in ended {
                try addCount.add(count, OutboxCountKey(state: .done, kind: kind))
            }
            for note in receivers { try self.write(note, db, at: now) }
        }
    }

    /// Takes a dead letter up again, with all its attempts before it.
    ///
    /// - Returns: False where there is no such dead letter.
    package func replayOutbox(_ id: ID<OutboxItem>, now: Timestamp) throws -> Bool {
        try replay("id = ?", [id.rawValue], now) > 0
    }

    /// Takes up again all dead letters, of one receiver or of all.
    ///
    /// - Returns: How many there were.
    package func replayOutbox(receiver: String?, now: Timestamp) throws -> Int {
        guard let receiver else {
            // What may have arrived goes again one by one only.
            return try replay(
                """
                (kind <> 'send' OR id NOT IN (
                    SELECT id FROM messages WHERE state = 'inDoubt' AND state <> 'accepted'))
                """, [], now)
        }
        return try replay("kind = 'webhook' AND receiver = ?", [receiver], now)
    }

    private func replay(
        _ condition: String, _ arguments: StatementArguments, _ now: Timestamp
    ) throws -> Int {
        let count = try writeDurably { db in
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'pending', due_at = ?, attempts = 0, done_at = 0
                    WHERE state = 'dead' AND \(condition)
                    """, arguments: [now.milliseconds] + arguments)
            return db.changesCount
        }
        if count > 0 { outboxBell.ring() }
        return count
    }
}

extension HotStatement {
    /// Binds what isn't a success.
    fileprivate func bind(_ result: OutboxResult, at now: Timestamp) {
        bind(1, result.id.rawValue)
        bind(2, Int64(result.attempt))
        bind(5, Int64(result.attempt))
        bind(7, 0)
        switch result.outcome {
        case .done: break
        case .retry(let dueAt, let reason):
            bind(3, text: OutboxState.pending.rawValue)
            bind(4, dueAt.milliseconds)
            bind(6, text: reason)
        case .returned(let dueAt, let reason):
            bind(3, text: OutboxState.pending.rawValue)
            bind(4, dueAt.milliseconds)
            bind(5, Int64(result.attempt - 1))
            bind(6, text: reason)
        case .dead(let reason):
            bind(3, text: OutboxState.dead.rawValue)
            bind(4, now.milliseconds)
            bind(6, text: reason)
            bind(7, now.milliseconds)
        }
    }
}

let outboxColumns = """
    id, key, kind, customer, journey, version, run, step, receiver, payload, state, due_at, attempts,
    last_error, created_at, done_at
    """

extension OutboxRecord {
    /// Nil for a kind or state of another version.
    init?(row: Row) {
        guard let kind = OutboxKind(rawValue: row[2]), let state = OutboxState(rawValue: row[10])
        else { return nil }
        let payload: String = row[9]
        let doneAt: Int64 = row[15]
        self.init(
            id: ID(rawValue: row[0]), key: row[1], kind: kind, customer: ID(rawValue: row[3]),
            origin: OutboxOrigin(journey: row[4], version: row[5], run: row[6], step: row[7]),
            receiver: row[8], payload: Array(payload.utf8), state: state,
            dueAt: Timestamp(milliseconds: row[11]), attempts: row[12], lastError: row[13],
            createdAt: Timestamp(milliseconds: row[14]),
            doneAt: doneAt == 0 ? nil : Timestamp(milliseconds: doneAt))
    }
}
