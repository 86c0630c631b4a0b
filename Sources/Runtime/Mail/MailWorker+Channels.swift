import Delivery
import Journeys
import Kernel
import Messaging
import Records
import Synchronization
import Templates

/// Messages of channels that aren't e-mail, from claim to outcome.
extension MailWorker {
    /// A provider that breaks off is left alone for so long, as each attempt leaves a message in doubt.
    private static let doubtRestSeconds: Int64 = 30

    /// Who carries a lane; nil where nobody does.
    func channel(ofLane name: String) -> String? {
        if channels[name] != nil { return name }
        if SendTerms.templated.contains(name), name != "email" { return nil }
        return send == nil ? nil : "email"
    }

    func preparation(of carrier: ChannelCarrier) -> MailPreparation {
        var own = preparation
        own.carrier = carrier
        return own
    }

    /// Hands items over, a few at a time: each few are written down durably as being sent, and then sent. Where the
    /// provider is away or wants less at once, what wasn't begun waits.
    func carry(
        _ items: [OutboxRecord], of lane: OutboxLane, by carrier: ChannelCarrier, _ ended: Ended
    ) async {
        let bell = workspace.records.outboxBell
        let making = preparation(of: carrier)
        let batch = await withTaskExecutorPreference(MakingThreads.shared) {
            await making.prepare(items, of: lane)
        }
        func settle(_ entry: MailBatch.Entry, _ outcome: MessageResult.Outcome) {
            let result = MessageResult(
                message: entry.message, attempt: entry.item.attempts, outcome: outcome)
            ended.state.withLock { $0.results.append(result) }
            bell.ring()
        }
        ended.state.withLock { $0.results += batch.results }
        bell.ring()
        let sent = batch.sent
        var trouble: Unreachable?
        var isAnswered = false
        var next = 0
        while next < sent.count {
            let run = next..<min(next + carrier.concurrency, sent.count)
            next = run.upperBound
            if let trouble {
                let until = workspace.clock.now.adding(milliseconds: 5_000)
                for index in run {
                    settle(sent[index], .returned(until: until, reason: trouble.reason))
                }
                continue
            }
            let refused = Mutex<[Int: MessageResult.Outcome]>([:])
            let approved: [Int]
            do {
                approved = try await approve(run, of: sent, lane, refused)
            } catch {
                let until = workspace.clock.now.adding(milliseconds: 5_000)
                for index in run {
                    settle(
                        sent[index],
                        .returned(until: until, reason: "could not be approved: \(error)"))
                }
                continue
            }
            for (index, outcome) in refused.withLock({ $0 }) { settle(sent[index], outcome) }
            await withTaskGroup(of: (Int, ProviderOutcome).self) { group in
                for index in approved {
                    guard let message = sent[index].request else { continue }
                    group.addTask { (index, await carrier.send(message)) }
                }
                var doubt: String?
                var hasAnswer = false
                defer {
                    // One that broke off among others that didn't says nothing of the provider.
                    if let doubt, !hasAnswer, trouble == nil {
                        trouble = Unreachable(
                            reason: doubt, retryAfterSeconds: Self.doubtRestSeconds)
                    }
                    isAnswered = isAnswered || hasAnswer
                }
                for await (index, outcome) in group {
                    if let (reason, seconds) = outcome.trouble {
                        let known = trouble?.retryAfterSeconds ?? 0
                        trouble = Unreachable(
                            reason: reason, retryAfterSeconds: seconds.map { max($0, known) })
                    } else if case .inDoubt(let reason) = outcome {
                        doubt = reason
                    } else {
                        hasAnswer = true
                    }
                    settle(sent[index], decided(outcome, sent[index]))
                }
            }
        }
        let channel = carrier.channel.rawValue
        let (found, answered) = (trouble, isAnswered)
        ended.state.withLock { state in
            state.batches.append(channel)
            if let found {
                state.news.append((channel, .failure(found)))
            } else if answered {
                state.news.append((channel, .success(())))
            }
        }
        bell.ring()
    }

    private func decided(
        _ outcome: ProviderOutcome, _ entry: MailBatch.Entry
    ) -> MessageResult.Outcome {
        var note = ""
        if case .sms(let draft)? = entry.request {
            let count = SMSLength(draft.text).segments
            note = count == 1 ? "1 segment" : "\(count) segments"
        }
        return ChannelDecision.outcome(
            outcome, message: entry.message, note: note, attempt: entry.item.attempts,
            deadline: entry.order?.deadline, now: workspace.clock.now,
            jitter: OutboxMessages.jitter(entry.item, hash: workspace.hash))
    }
}
