import Analytics
import Dispatch
import Events
package import Journeys
import Kernel
import Logging
package import Records
import Segments
import Synchronization

/// What the engine does beside folding events: timers that are due, customers who are looked at since
/// definitions changed, and events that were decided and go onto the log.
extension Engine {
    /// However far off the next timer is, the clock is looked at again by then: it may have been set.
    static let alarmMsMax: Int64 = 30_000

    /// Runs something within a transaction of its own, between two batches; what is in memory is read anew after.
    package func perform<Value: Sendable>(
        _ body: @escaping @Sendable (FoldTables) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { done in
            queue.async { [self] in
                forget()
                done.resume(
                    with: Result {
                        let value = try records.fold(body)
                        try noteTimers()
                        return value
                    })
                wake()
            }
        }
    }

    /// Changes what is decided by, between two batches and in a transaction of its own.
    ///
    /// - Parameter body: Gives the new plan; nil where it stays as it is.
    package func change<Value: Sendable>(
        _ body: @escaping @Sendable (FoldTables) throws -> (Value, AutomationPlan?)
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { done in
            queue.async { [self] in
                let result = Result {
                    try archiveNow()
                    guard try archive.position() == records.foldedPosition() else {
                        throw Workspace.Failure.folding("events are being folded; try again")
                    }
                    return try records.fold(body)
                }
                if case .success(let (_, plan?)) = result {
                    let mustReview = try? records.fold { try $0.note(.reviewedCustomer) >= 0 }
                    // Where that can't be read, a look too many does no harm.
                    follow(plan, mustReview: mustReview ?? true)
                }
                wake()
                done.resume(with: result.map(\.0))
            }
        }
    }

    /// What is decided by; nil where nothing is defined.
    package var plan: AutomationPlan? { state.withLock { $0.plan } }

    /// Goes by these definitions from now on: known before anybody can wait for what they bring.
    ///
    /// - Parameter mustReview: Whether customers are left to look at.
    package func use(_ plan: AutomationPlan?, mustReview: Bool) throws {
        try queue.sync {
            follow(plan, mustReview: mustReview)
            try noteTimers()
        }
        wake()
    }

    /// Fires the timers that are due, in order of their moments.
    func fireTimers() throws {
        try withAutomation { batch, _ in
            _ = try batch.fireTimers(
                dueBy: clock.now, clock: clock.now, limit: options.pace.timersPerBatch,
                memory.identities)
        }
    }

    /// Looks at the next customers since definitions changed, or fills in what these ask of the past.
    func review() throws {
        if memory.filling != nil || memory.plan?.filling != nil {
            if try fillNext() { return }
            guard try records.fold({ try $0.note(.reviewedCustomer) }) >= 0 else { return }
        }
        let isDone = try withAutomation { batch, tables in
            let after = try tables.note(.reviewedCustomer)
            let limit = options.pace.reviewedPerBatch
            let customers = try tables.customers(after: after, limit: limit)
            for customer in customers {
                try batch.review(customer, now: clock.now, memory.identities)
            }
            let isDone = customers.count < limit
            try tables.setNote(.reviewedCustomer, to: isDone ? -1 : customers.last ?? -1)
            if isDone, let plan = memory.plan {
                try tables.setNote(.reviewedGeneration, to: plan.generation)
            }
            return isDone
        }
        if isDone { state.withLock { $0.mustReview = memory.plan?.filling != nil } }
    }

    /// Decides without events: what it changes is one transaction.
    private func withAutomation<Value>(
        _ body: (inout FoldBatch, FoldTables) throws -> Value
    ) throws -> Value {
        let value = try records.fold { tables in
            var batch = try FoldBatch(
                rules: rules, plan: memory.plan, tables: tables, fragments: memory.fragments,
                states: memory.states, archivedPosition: .max)
            memory.fragments = FoldBatch.Fragments()
            let automation = batch.automation
            defer { automation?.abandon() }
            let value = try body(&batch, tables)
            try batch.write([])
            memory.fragments = batch.fragments
            return value
        }
        trim()
        do {
            try noteTimers()
            try tellDecided()
        } catch {
            tellLater(error)
        }
        return value
    }

    /// What is decided couldn't be told: again in a while, unless the next batch of events tells it before.
    private func tellLater(_ error: any Error) {
        logger.error("decisions wait to be told", metadata: ["reason": "\(error)"])
        let pause = DispatchTimeInterval.seconds(options.pace.retryAfterSeconds)
        queue.asyncAfter(deadline: .now() + pause) { [weak self] in
            guard let self, !self.state.withLock({ $0.isClosed }) else { return }
            do {
                try self.noteTimers()
                try self.tellDecided()
                self.wake()
            } catch {
                self.tellLater(error)
            }
        }
    }

    /// Notes when the next timer is due.
    func noteTimers() throws {
        let due = try records.fold { try $0.automation.nextTimer() }
        state.withLock { $0.nextDue = due }
    }

    /// Arranges to look at the timers again when the next is due.
    func setAlarm() {
        guard let due = state.withLock({ $0.nextDue }), memory.alarm.map({ due < $0 }) ?? true
        else { return }
        memory.alarm = due
        let wait = min(max(due.milliseconds - clock.now.milliseconds, 0), Self.alarmMsMax)
        // Weakly: what is closed must also go, for the archive's file to be opened again.
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(wait))) { [weak self] in
            guard let self else { return }
            self.memory.alarm = nil
            self.wake()
        }
    }

    /// Puts onto the log what was decided; where the machine stopped in between, again, which the log leaves out.
    func tellDecided() throws {
        while true {
            let tellings = try records.tellings(limit: 200)
            guard let last = tellings.last else { return }
            let blocks = try tellings.map { try PreparedBlock(bytes: $0.frames, hash: hash) }
            _ = try log.append(blocks, receivedAt: clock.now)
            try records.removeTellings(through: last.id)
        }
    }
}

extension Engine {
    /// Gives a customer a stimulus that is no event: somebody enters them by hand.
    ///
    /// - Returns: What was decided.
    package func decide(_ stimulus: Stimulus, for customer: Int64) async throws -> [Decision] {
        try await withCheckedThrowingContinuation { done in
            queue.async { [self] in
                let result = Result {
                    try withAutomation { batch, _ in
                        try batch.decide(stimulus, for: customer, now: clock.now, memory.identities)
                    }
                }
                if case .failure = result { forget() }
                wake()
                done.resume(with: result)
            }
        }
    }
}
