import Kernel
import Logging
import Records

/// What one process that sends leaves to the next.
extension MailWorker {
    /// So long without a process that sends, and what came due meanwhile waits for a person.
    static let absenceMs: Int64 = 12 * 3_600_000
    private static let aliveSetting = "mail-alive"
    private static let aliveEveryMs: Int64 = 600_000

    /// Takes over from the process before: says what it left in doubt, and holds mail that came due while nobody ran for
    /// long, as after a backup was restored: some of it may have been sent, and some is stale.
    func takeOver() async throws {
        let (records, now) = (workspace.records, workspace.clock.now)
        let found = try await StoreThread.mail.run { try records.recoverMessages(now: now) }
        if found.inDoubt + found.again > 0 {
            workspace.logger.warning(
                "messages were being sent when the process before ended",
                metadata: ["inDoubt": "\(found.inDoubt)", "sentAgain": "\(found.again)"])
        }
        let isHeld = try await StoreThread.mail.run {
            guard let text = try records.setting(Self.aliveSetting), let alive = Int64(text),
                now.milliseconds - alive >= Self.absenceMs,
                try records.outboxLanes().contains(where: {
                    $0.lane.kind == .send && $0.dueAt <= now
                }) || !records.openCampaignRuns().isEmpty
            else { return false }
            let hours = (now.milliseconds - alive) / 3_600_000
            try records.holdMail(
                MailHold(
                    lane: "",
                    reason: "nobody sent for \(hours) hours, and mail came due meanwhile; look at "
                        + "what is waiting, then let it go",
                    actor: "", since: now))
            return true
        }
        if isHeld {
            workspace.logger.warning(
                "mail is held, as it came due while nobody sent; then: perennial mail resume")
        }
    }

    /// Notes that somebody sends, now and then.
    func noteAlive(since last: inout Timestamp?) async throws {
        let (records, now) = (workspace.records, workspace.clock.now)
        if let last, now.milliseconds - last.milliseconds < Self.aliveEveryMs {
            return
        }
        last = now
        try await StoreThread.mail.run {
            try records.setSetting(Self.aliveSetting, to: String(now.milliseconds))
        }
    }
}
