import GRDB
package import Kernel

/// What keeps an e-mail from being sent twice: it is written down as being sent, durably, before anything of it is
/// handed over; and what is written so isn't begun again by itself.
extension RecordsStore {
    /// Soft bounces in a row after which an address gets no more mail.
    package static let softBouncesMax = 5

    /// Notes that messages are about to be handed over. Durable when this returns.
    ///
    /// - Parameters:
    ///   - attempts: Which attempt each is, as its item was claimed.
    ///   - lanes: Each one's, which may be held by now.
    ///   - caps: What campaigns' messages are held against, each with those before it; nil for none.
    /// - Returns: Which of them may go: those whose item is claimed by this attempt still, that aren't being sent and
    ///   whose address may get them; with why the others may not.
    package func beginMessages(
        _ messages: [MessageDraft], attempts: [Int], lanes: [String], caps: CampaignCaps? = nil,
        at now: Timestamp
    ) throws -> [MessageAdmission] {
        try writeDurably { db in
            let isClaimed = try HotStatement(
                db,
                """
                SELECT 1 FROM outbox WHERE id = ?1 AND state = 'sending' AND attempts = ?2
                    AND NOT EXISTS (
                        SELECT 1 FROM messages WHERE id = ?1 AND state IN ('sending', 'accepted'))
                """)
            let suppression = try HotStatement(
                db, "SELECT reason, evidence FROM suppressions WHERE address = ?1")
            let put = try HotStatement(db, MessageDraft.putting)
            let held = Set(try String.fetchAll(db, sql: "SELECT lane FROM mail_holds"))
            let totals = try MessageTotals(db)
            let campaigns = try CampaignGuard(db)
            let capped = try caps.map { try CapGuard($0, db) }
            var answers: [MessageAdmission] = []
            for (index, message) in messages.enumerated() {
                if held.contains("") || held.contains(lanes[index]) {
                    answers.append(.held)
                    continue
                }
                isClaimed.bind(1, message.id.rawValue)
                isClaimed.bind(2, Int64(attempts[index]))
                guard try isClaimed.exists() else {
                    answers.append(.taken)
                    continue
                }
                if let reason = try campaigns.obstacle(message) ?? capped?.obstacle(message) {
                    answers.append(.suppressed(reason))
                    continue
                }
                suppression.bind(1, text: message.address.lowercased())
                if try suppression.step() {
                    let record = SuppressionRecord(
                        address: message.address,
                        reason: SuppressionRecord.Reason(rawValue: suppression.text(0)) ?? .manual,
                        evidence: suppression.text(1), since: now)
                    suppression.reset()
                    if record.stops(message.stream) {
                        answers.append(.suppressed(record.words))
                        continue
                    }
                }
                try totals.note(message.id)
                put.bind(message, .sending, "", attempts: attempts[index], at: now)
                put.bind(18, now.milliseconds)
                try put.run()
                answers.append(.go)
            }
            try totals.write()
            return answers
        }
    }

    /// Says what was being sent when the process before ended: marketing, and what its receiver would take twice, is in
    /// doubt and not sent again; other messages are, with the same Message-ID or key. What was claimed only is let go.
    ///
    /// For the start of a process, which nobody else shares the outbox with.
    ///
    /// - Returns: How many are in doubt, and how many are sent again.
    package func recoverMessages(now: Timestamp) throws -> (inDoubt: Int, again: Int) {
        try writeDurably { db in
            let reason = "the machine stopped while it was being handed over"
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'dead', due_at = ?1, done_at = ?1, last_error = ?2
                    WHERE state IN ('pending', 'sending') AND state = 'sending' AND kind = 'send'
                        AND id IN (
                            SELECT id FROM messages
                            WHERE state = 'sending' AND state <> 'accepted'
                                AND repeatable = 0)
                    """, arguments: [now.milliseconds, reason])
            let doubted = try Row.fetchAll(
                db,
                sql: """
                    UPDATE messages SET state = 'inDoubt', reply = ?2, state_at = ?1
                    WHERE state = 'sending' AND state <> 'accepted' AND repeatable = 0
                    RETURNING domain
                    """, arguments: [now.milliseconds, reason])
            let counting = try MailCounting(db, at: now)
            for row in doubted { try counting.add(row[0], MessageState.inDoubt.rawValue) }
            try counting.write()
            try db.execute(
                sql: """
                    UPDATE messages SET state = 'deferred', reply = ?2, state_at = ?1
                    WHERE state = 'sending' AND state <> 'accepted'
                    """, arguments: [now.milliseconds, reason + "; it is sent again"])
            let again = db.changesCount
            try db.execute(
                sql: """
                    UPDATE outbox SET state = 'pending', due_at = ?
                    WHERE state IN ('pending', 'sending') AND state = 'sending' AND kind = 'send'
                    """, arguments: [now.milliseconds])
            return (doubted.count, again)
        }
    }

    /// Notes what came of attempts, in one transaction.
    package func settleMessages(_ results: [MessageResult], at now: Timestamp) throws {
        try write { db in
            let put = try HotStatement(db, MessageDraft.putting)
            let setState = try HotStatement(
                db,
                """
                UPDATE messages SET state = ?2, reply = ?3, state_at = ?4
                WHERE id = ?1 AND state = 'sending'
                """)
            // Its row stays: of an earlier attempt a copy may be out, whose links go by it.
            let giveBack = try HotStatement(
                db,
                """
                UPDATE messages SET state = 'deferred', reply = ?3, state_at = ?4
                WHERE id = ?1 AND state = 'sending' AND attempts = ?2
                """)
            let change = try HotStatement(
                db,
                """
                UPDATE outbox SET state = ?3, due_at = ?4, attempts = ?5, last_error = ?6, done_at = ?7
                WHERE id = ?1 AND state = 'sending' AND attempts = ?2
                """)
            // A report may be here before the answer, or in place of one; it ended the item then.
            let reported = try HotStatement(
                db,
                """
                SELECT m.state FROM messages AS m JOIN outbox AS o ON o.id = m.id
                WHERE m.id = ?1 AND o.state = 'done' AND (m.state = 'accepted'
                    OR m.state IN ('bounced', 'refused') AND m.attempts = ?2)
                """)
            let tell = try HotStatement(db, MailTelling.keeping)
            let counting = try MailCounting(db, at: now)
            let addresses = try AddressHealth(db, at: now)
            let totals = try MessageTotals(db)
            var ended: Int64 = 0
            for result in results {
                let (message, outcome) = (result.message, result.outcome)
                let reply = String(outcome.reply.prefix(500))
                if let state = outcome.state {
                    setState.bind(1, message.id.rawValue)
                    setState.bind(2, text: state.rawValue)
                    setState.bind(3, text: reply)
                    setState.bind(4, now.milliseconds)
                    try setState.run()
                    if setState.changes == 0 {
                        reported.bind(1, message.id.rawValue)
                        reported.bind(2, Int64(result.attempt))
                        if try reported.step() {
                            let known = reported.text(0)
                            reported.reset()
                            // What arrived was counted and told by the report; of what didn't, that it was taken.
                            if known == MessageState.accepted.rawValue || state != .accepted {
                                continue
                            }
                        } else {
                            try totals.note(message.id)
                            put.bind(message, state, reply, attempts: result.attempt, at: now)
                            put.bind(18, 0)
                            try put.run()
                        }
                    }
                    if !message.isTest { try counting.add(message.domain, state.rawValue) }
                } else {
                    giveBack.bind(1, message.id.rawValue)
                    giveBack.bind(2, Int64(result.attempt))
                    giveBack.bind(3, text: reply)
                    giveBack.bind(4, now.milliseconds)
                    try giveBack.run()
                }
                change.bind(message.id.rawValue, result, reply, at: now)
                try change.run()
                if change.changes > 0, outcome.state.map({ !$0.isDead && $0 != .deferred }) ?? false
                {
                    ended += 1
                }
                switch outcome {
                case .accepted(let text):
                    try counting.note(message.domain, text)
                    if message.isTest { continue }
                    try tell.keep(MailTelling(message: message.id, kind: .delivered, at: now))
                case .bounced(let text):
                    try addresses.suppress(message, .bounced, reply)
                    try counting.note(message.domain, text)
                    if message.isTest { continue }
                    try tell.keep(
                        MailTelling(message: message.id, kind: .bounced, at: now, detail: reply))
                case .deferred(_, let text): try counting.note(message.domain, text)
                case .refused(let text, let isBounce):
                    if isBounce { try addresses.bouncedSoftly(message, reply) }
                    try counting.note(message.domain, text)
                case .unsubscribed(let text):
                    try counting.note(message.domain, text)
                    if message.isTest { continue }
                    try tell.keep(
                        MailTelling(
                            message: message.id, kind: .unsubscribed, at: now, detail: reply))
                case .returned, .inDoubt, .suppressed, .expired, .failed: break
                }
            }
            try counting.write()
            try totals.write()
            if ended > 0 {
                try HotStatement(db, OutboxCountKey.adding).add(
                    ended, OutboxCountKey(state: .done, kind: .send))
            }
        }
    }
}

/// Whether a message may be handed over now.
package enum MessageAdmission: Sendable, Equatable {
    case go
    /// Its lane is held.
    case held
    /// It was sent, is being sent, or somebody else is at it.
    case taken
    /// Its address gets no such mail, for this reason.
    case suppressed(String)
}

extension SuppressionRecord {
    /// In a sentence's words.
    package var words: String {
        let start =
            switch reason {
            case .bounced: "the address takes no mail"
            // Who texts STOP says so of the number; of an address it is a complaint.
            case .complained:
                address.hasPrefix("+")
                    ? "its owner wants no more SMS" : "its owner called a message spam"
            case .softBounces:
                "the address took no mail \(RecordsStore.softBouncesMax) times in a row"
            case .manual: "somebody put the address on the suppression list"
            }
        return evidence.isEmpty ? start : "\(start): \(evidence)"
    }
}

extension MessageDraft {
    static let putting = """
        INSERT INTO messages (
            id, customer, address, domain, template, version, topic, stream, journey, step, campaign,
            subject, message_id, filled, links, state, reply, sending_at, attempts, created_at,
            state_at, channel, repeatable, variant, drawn)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
            ?20, ?21, ?22, ?23, ?24, ?25)
        ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, address = excluded.address,
            domain = excluded.domain, template = excluded.template, version = excluded.version,
            topic = excluded.topic, stream = excluded.stream, subject = excluded.subject,
            message_id = excluded.message_id, filled = excluded.filled, links = excluded.links,
            state = excluded.state, reply = excluded.reply, sending_at = excluded.sending_at,
            attempts = excluded.attempts, state_at = excluded.state_at,
            channel = excluded.channel, repeatable = excluded.repeatable,
            variant = excluded.variant, drawn = excluded.drawn
        WHERE messages.state <> 'accepted'
        """
}

extension HotStatement {
    /// Binds all but the time of sending, at place 18.
    fileprivate func bind(
        _ message: MessageDraft, _ state: MessageState, _ reply: String, attempts: Int,
        at now: Timestamp
    ) {
        bind(1, message.id.rawValue)
        bind(2, message.customer)
        bind(3, text: message.address)
        bind(4, text: message.domain)
        bind(5, text: message.template)
        bind(6, message.version)
        bind(7, text: message.topic)
        bind(8, text: message.stream.rawValue)
        bind(9, text: message.journey)
        bind(10, text: message.step)
        bind(11, text: message.campaign)
        bind(12, text: message.subject)
        bind(13, text: message.messageID)
        bind(14, text: String(decoding: message.filled, as: UTF8.self))
        bind(15, Int64(message.links))
        bind(16, text: state.rawValue)
        bind(17, text: reply)
        bind(19, Int64(attempts))
        bind(20, message.createdAt.milliseconds)
        bind(21, now.milliseconds)
        bind(22, text: message.channel)
        bind(23, message.isRepeatable ? 1 : 0)
        bind(24, text: message.variant)
        bind(25, message.isDrawn ? 1 : 0)
    }

    /// Binds what becomes of the outbox's item.
    fileprivate func bind(
        _ id: Int64, _ result: MessageResult, _ reply: String, at now: Timestamp
    ) {
        bind(1, id)
        bind(2, Int64(result.attempt))
        bind(4, now.milliseconds)
        bind(5, Int64(result.attempt))
        bind(6, text: reply)
        bind(7, now.milliseconds)
        switch result.outcome {
        case .accepted:
            bind(3, text: OutboxState.done.rawValue)
            // Nothing went wrong; what was answered is the message's.
            bind(6, text: "")
        case .bounced, .suppressed, .unsubscribed, .expired:
            bind(3, text: OutboxState.done.rawValue)
        case .refused, .inDoubt, .failed: bind(3, text: OutboxState.dead.rawValue)
        case .deferred(let until, _):
            bind(3, text: OutboxState.pending.rawValue)
            bind(4, until.milliseconds)
            bind(7, 0)
        case .returned(let until, _):
            bind(3, text: OutboxState.pending.rawValue)
            bind(4, until.milliseconds)
            bind(5, Int64(result.attempt - 1))
            bind(7, 0)
        }
    }
}
