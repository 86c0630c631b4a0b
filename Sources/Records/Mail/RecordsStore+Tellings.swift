import GRDB
package import Kernel

/// What comes back about messages, and goes onto the log as events.
extension RecordsStore {
    /// What is due to be told, the oldest first.
    package func dueTellings(
        now: Timestamp, limit: Int
    ) throws -> [(telling: MailTelling, message: MessageRecord)] {
        try read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT \(messageColumns), t.id, t.kind, t.at, t.detail
                    FROM mail_tellings AS t JOIN messages AS m ON m.id = t.message
                    WHERE t.due <= ? ORDER BY t.due, t.id LIMIT ?
                    """, arguments: [now.milliseconds, limit]
            ).compactMap { row in
                guard let message = MessageRecord(row: row),
                    let kind = MailTelling.Kind(rawValue: row[messageColumnCount + 1])
                else { return nil }
                let telling = MailTelling(
                    number: row[messageColumnCount], message: message.id, kind: kind,
                    at: Timestamp(milliseconds: row[messageColumnCount + 2]),
                    detail: row[messageColumnCount + 3])
                return (telling, message)
            }
        }
    }

    /// When the next is due; nil where there is none.
    package func nextTelling() throws -> Timestamp? {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT min(due) FROM mail_tellings").map {
                Timestamp(milliseconds: $0)
            }
        }
    }

    /// Forgets what was told: it is on the log.
    package func removeTellings(_ numbers: [Int64]) throws {
        try write { db in
            let remove = try HotStatement(db, "DELETE FROM mail_tellings WHERE id = ?1")
            for number in numbers {
                remove.bind(1, number)
                try remove.run()
            }
        }
    }

    /// Keeps opens and clicks of people until it is sure that they were people's; notes those of programs.
    ///
    /// - Parameters:
    ///   - due: When it is told.
    ///   - retracted: Numbers of earlier ones that were a program's after all.
    /// - Returns: The number that it can be taken back by; nil for a program's, and for an unknown message.
    package func keepHit(
        _ telling: MailTelling, isPerson: Bool, due: Timestamp, retracted: [Int64]
    ) throws -> Int64? {
        let number: Int64? = try write { db in
            guard
                let domain = try String.fetchOne(
                    db, sql: "SELECT domain FROM messages WHERE id = ?",
                    arguments: [telling.message.rawValue])
            else { return nil }
            let counting = try MailCounting(db, at: telling.at)
            let isClick = telling.kind == .clicked
            var number: Int64?
            var programs: Int64 = isPerson ? 0 : 1
            if isPerson {
                let tell = try HotStatement(db, MailTelling.keeping)
                try tell.keep(telling, due: due)
                number = db.lastInsertedRowID
            }
            for number in retracted {
                try db.execute(
                    sql: "DELETE FROM mail_tellings WHERE id = ?", arguments: [number])
                programs += Int64(db.changesCount)
            }
            if programs > 0 {
                try db.execute(
                    sql: "UPDATE messages SET machine_hits = machine_hits + ? WHERE id = ?",
                    arguments: [programs, telling.message.rawValue])
                try counting.add(
                    domain, isClick ? "clickedByPrograms" : "openedByPrograms", programs)
            }
            try counting.write()
            return number
        }
        if number != nil { outboxBell.ring() }
        return number
    }

    /// Notes that opens, clicks and complaints are told, the first of each on its message.
    package func noteTold(_ told: [MailTelling], at now: Timestamp) throws {
        try write { db in
            let counting = try MailCounting(db, at: now)
            let addresses = try AddressHealth(db, at: now)
            for telling in told {
                guard let (column, what) = telling.kind.noted else { continue }
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        UPDATE messages SET \(column) = ? WHERE id = ? AND \(column) = 0
                        RETURNING domain, address
                        """, arguments: [telling.at.milliseconds, telling.message.rawValue])
                for row in rows {
                    try counting.add(row[0], what)
                    if telling.kind != .complained { try addresses.wasRead(row[1]) }
                }
            }
            try counting.write()
            let remove = try HotStatement(db, "DELETE FROM mail_tellings WHERE id = ?1")
            for telling in told {
                remove.bind(1, telling.number)
                try remove.run()
            }
        }
    }

    /// Notes what a report said of a message that had been accepted.
    ///
    /// - Returns: False where there is no such message, or it was known before.
    package func noteReport(
        on id: ID<OutboxItem>, _ report: MailReport, at now: Timestamp
    ) throws -> Bool {
        let isNew: Bool = try writeDurably { db in
            guard let record = try MessageRecord.fetch(db, "WHERE m.id = ?", [id.rawValue]).first
            else { return false }
            let counting = try MailCounting(db, at: now)
            let addresses = try AddressHealth(db, at: now)
            let tell = try HotStatement(db, MailTelling.keeping)
            defer { _ = tell }
            switch report {
            case .bounced(let words):
                guard record.state != .bounced else { return false }
                try db.execute(
                    sql: """
                        UPDATE messages SET state = 'bounced', reply = ?, state_at = ?
                        WHERE id = ?
                        """, arguments: [String(words.prefix(500)), now.milliseconds, id.rawValue])
                try db.endItem(id, from: ["sending", "dead", "pending"], at: now)
                try addresses.suppress(record.draft, .bounced, String(words.prefix(500)))
                if record.draft.isTest { break }
                try counting.add(record.draft.domain, MessageState.bounced.rawValue)
                try tell.keep(MailTelling(message: id, kind: .bounced, at: now, detail: words))
            case .bouncedSoftly(let words):
                try db.execute(
                    sql: "UPDATE messages SET reply = ? WHERE id = ?",
                    arguments: [String(words.prefix(500)), id.rawValue])
                try addresses.bouncedSoftly(record.draft, String(words.prefix(500)))
                try counting.add(record.draft.domain, "bouncedSoftly")
            case .confirmed:
                guard [.accepted, .sending, .inDoubt].contains(record.state) else { return false }
                if record.state != .accepted {
                    try db.execute(
                        sql: """
                            UPDATE messages SET state = 'accepted', state_at = ?,
                                reply = 'its provider says that it arrived'
                            WHERE id = ?
                            """, arguments: [now.milliseconds, id.rawValue])
                    try db.endItem(id, from: ["sending", "dead", "pending"], at: now)
                }
                if record.draft.isTest { break }
                if record.state != .accepted {
                    try counting.add(record.draft.domain, MessageState.accepted.rawValue)
                    try tell.keep(MailTelling(message: id, kind: .delivered, at: now))
                }
                try tell.keep(MailTelling(message: id, kind: .confirmed, at: now))
            case .undelivered(let words):
                guard [.accepted, .sending, .inDoubt].contains(record.state) else { return false }
                // What was in doubt stays a dead letter, for somebody to send it again.
                try db.endItem(id, from: ["sending"], at: now)
                try db.execute(
                    sql: """
                        UPDATE messages SET state = 'refused', reply = ?, state_at = ?
                        WHERE id = ?
                        """, arguments: [String(words.prefix(500)), now.milliseconds, id.rawValue])
                if record.draft.isTest { break }
                try counting.add(record.draft.domain, MessageState.refused.rawValue)
            case .complained(let words):
                guard record.complainedAt == nil else { return false }
                if record.draft.isTest { return false }
                try addresses.suppress(record.draft, .complained, String(words.prefix(500)))
                try tell.keep(MailTelling(message: id, kind: .complained, at: now, detail: words))
            }
            try counting.write()
            return true
        }
        if isNew { outboxBell.ring() }
        return isNew
    }
}

/// What somebody's server says of a message after it was accepted.
package enum MailReport: Sendable, Equatable {
    case bounced(String)
    case bouncedSoftly(String)
    case complained(String)
    /// It is on the phone.
    case confirmed
    /// It could not be brought to the phone, and the number isn't at fault.
    case undelivered(String)
}

extension Database {
    /// Ends an item whose message has its end by a report: it isn't claimed again, neither now nor after a crash.
    ///
    /// - Parameter states: Those that it is ended from.
    fileprivate func endItem(
        _ id: ID<OutboxItem>, from states: [String], at now: Timestamp
    ) throws {
        let end = try HotStatement(
            self,
            """
            UPDATE outbox SET state = 'done', done_at = ?1, last_error = ''
            WHERE id = ?2 AND state = ?3
            """)
        for state in states {
            end.bind(1, now.milliseconds)
            end.bind(2, id.rawValue)
            end.bind(3, text: state)
            try end.run()
            guard end.changes > 0 else { continue }
            return try HotStatement(self, OutboxCountKey.adding).add(
                1, OutboxCountKey(state: .done, kind: .send))
        }
    }
}

extension MailTelling {
    static let keeping = """
        INSERT INTO mail_tellings (message, kind, at, due, detail) VALUES (?1, ?2, ?3, ?4, ?5)
        """
}

extension MailTelling.Kind {
    /// The message's column for the first time, and what is counted then.
    fileprivate var noted: (column: String, what: String)? {
        switch self {
        case .opened: ("opened_at", "opened")
        case .clicked: ("clicked_at", "clicked")
        case .complained: ("complained_at", "complained")
        case .delivered, .bounced, .unsubscribed, .confirmed: nil
        }
    }
}

extension HotStatement {
    /// Runs `MailTelling.keeping`.
    func keep(_ telling: MailTelling, due: Timestamp? = nil) throws {
        bind(1, telling.message.rawValue)
        bind(2, text: telling.kind.rawValue)
        bind(3, telling.at.milliseconds)
        bind(4, (due ?? telling.at).milliseconds)
        bind(5, text: String(telling.detail.prefix(2000)))
        try run()
    }
}
