import Delivery
package import Kernel
import Logging
import Records
import Synchronization

/// The pace of one process that sends, for who asks from outside, too.
package final class DomainPacer: Sendable {
    private let pace = Mutex(DomainPace())

    init() {}

    /// Receivers that nothing is sent to for now.
    package func waits(now: Timestamp) -> [DomainPace.Wait] {
        pace.withLock { $0.waits(now: now) }
    }

    func with<Value: Sendable>(_ body: (inout DomainPace) -> Value) -> Value {
        pace.withLock { body(&$0) }
    }
}

/// Marketing keeps to the pace of each receiver; what somebody asked for doesn't wait for news.
extension MailWorker {
    /// Gives back those of a batch whose receiver's turn isn't now.
    func paced(_ batch: MailBatch) -> MailBatch {
        let limits = preparation.maker.settings.limits
        let now = workspace.clock.now
        var paced = batch
        workspace.mailStatus.domains.with { pace in
            for index in paced.entries.indices where paced.entries[index].mail != nil {
                let entry = paced.entries[index]
                guard entry.isPaced,
                    let until = pace.admit(entry.message.domain, limits, now: now)
                else { continue }
                paced.entries[index].mail = nil
                paced.entries[index].verdict = .returned(
                    until: until,
                    reason: pace.wait(of: entry.message.domain, now: now)?.reason
                        ?? "its turn by the domain's limit hasn't come")
            }
        }
        return paced
    }

    /// Why a message may not go at the moment of sending, as its receiver asked for patience meanwhile.
    func pause(_ entry: MailBatch.Entry, at now: Timestamp) -> MessageResult.Outcome? {
        guard entry.isPaced else { return nil }
        return workspace.mailStatus.domains.with { pace in
            guard let wait = pace.wait(of: entry.message.domain, now: now) else { return nil }
            let until = pace.admit(entry.message.domain, DomainLimits(), now: now) ?? wait.until
            return .returned(until: until, reason: wait.reason)
        }
    }

    /// Hears what became of a message.
    func notePace(_ entry: MailBatch.Entry, _ outcome: SMTPOutcome) {
        let now = workspace.clock.now
        let wait = workspace.mailStatus.domains.with {
            $0.note(entry.message.domain, outcome, now: now)
        }
        guard let wait else { return }
        workspace.logger.warning(
            "a receiver asks for less",
            metadata: [
                "receiver": "\(wait.receiver)", "until": "\(wait.until.rfc3339)",
                "reason": "\(wait.reason)",
            ])
    }
}

extension MailBatch.Entry {
    fileprivate var isPaced: Bool { message.stream == .marketing && !message.isTest }
}
