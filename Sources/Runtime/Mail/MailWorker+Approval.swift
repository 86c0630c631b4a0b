import Kernel
import Records
import ServiceLifecycle
import Synchronization

/// The moment of sending.
extension MailWorker {
    /// Reads consent again, and writes down what is about to be handed over.
    func approve(
        _ run: Range<Int>, of sent: [MailBatch.Entry], _ lane: OutboxLane,
        _ refused: borrowing Mutex<[Int: MessageResult.Outcome]>
    ) async throws -> [Int] {
        if Task.isShuttingDownGracefully { throw CancellationError() }
        let workspace = workspace
        let entries = run.map { sent[$0] }
        let now = workspace.clock.now
        let pauses = entries.map { pause($0, at: now) }
        let answers = try await StoreThread.mail.run {
            let subjects = try workspace.records.mailSubjects(
                of: entries.map(\.item.customer.rawValue))
            var answers: [MessageAdmission?] = []
            var asked: [Int] = []
            for (place, entry) in entries.enumerated() {
                // Of whom nothing is known anew, what they said stands.
                let isSame = entry.order?.testAddress != nil || entry.subject == subjects[place]
                answers.append(nil)
                if isSame, pauses[place] == nil { asked.append(place) }
            }
            let begun = try workspace.records.beginMessages(
                asked.map { entries[$0].message },
                attempts: asked.map { entries[$0].item.attempts },
                lanes: asked.map { _ in lane.receiver }, caps: workspace.campaignCaps(at: now),
                at: now)
            for (place, answer) in zip(asked, begun) { answers[place] = answer }
            return answers
        }
        var approved: [Int] = []
        refused.withLock { refused in
            for (index, (answer, pause)) in zip(run, zip(answers, pauses)) {
                switch answer {
                case nil:
                    refused[index] =
                        pause
                        ?? .returned(
                            until: now, reason: "something came in about the customer; made anew")
                case .go: approved.append(index)
                case .held:
                    refused[index] = .returned(until: now, reason: "its lane is held")
                case .taken:
                    refused[index] = .inDoubt(
                        reason: "it was being sent already, and isn't sent twice")
                case .suppressed(let reason): refused[index] = .suppressed(reason: reason)
                }
            }
        }
        return approved
    }
}
