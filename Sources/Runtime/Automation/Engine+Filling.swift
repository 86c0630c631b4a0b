import Analytics
import Dispatch
import Kernel
import Logging
import Records
import Segments
import Synchronization

/// Fills in what new definitions ask of the past, so that they can decide.
///
/// From the moment at which they are applied the fold remembers what they ask, for everyone; what was before is read
/// from the archive. Both are the same where nothing happened to a customer between the archive's answer and the
/// transaction that writes it: then it is all there is, and what the fold remembers goes on from it. Whoever
/// something did happen to is asked for again. So nobody is missed or doubled, however long the archive takes.
extension Engine {
    /// Returns once the newest definitions decide.
    ///
    /// - Returns: Nil, or why they don't yet.
    func filled() async -> String? {
        await withCheckedContinuation { done in
            queue.async { [self] in
                if memory.plan?.filling == nil {
                    done.resume(returning: nil)
                } else if state.withLock({ $0.isClosed }) {
                    done.resume(returning: "the workspace is closing")
                } else {
                    memory.awaitingForce.append(done)
                }
            }
        }
    }

    /// Up to which customer it is filled what newer definitions ask of the past; nil where the newest decide.
    var filledThrough: Int64? {
        state.withLock { $0.plan?.filling == nil ? nil : $0.filledThrough }
    }

    /// Goes by a plan from now on; on the queue.
    func follow(_ plan: AutomationPlan?, mustReview: Bool) {
        memory.plan = plan
        forget()
        // One that is under way asks for what was wanted before.
        memory.filling?.stop()
        memory.filling = nil
        state.withLock { state in
            state.plan = plan
            state.mustReview = plan != nil && (mustReview || plan?.filling != nil)
            state.waitsForArchive = false
            state.filledThrough = 0
        }
        if plan?.filling == nil { resumeAwaitingForce(nil) }
    }

    /// Does what the archive's next answer asks for, and asks it where that was not done.
    ///
    /// - Returns: Whether there was anything to do.
    func fillNext() throws -> Bool {
        guard let wanted = memory.plan?.filling else { return false }
        if memory.fillingRests {
            state.withLock { $0.waitsForArchive = true }
            return false
        }
        let filling = memory.filling ?? begin(wanted)
        // Said before it's looked at, so that no answer is passed over.
        state.withLock { $0.waitsForArchive = true }
        let next: TraceFilling.Turn?
        do {
            next = try filling.take()
        } catch {
            fillLater(error)
            return false
        }
        guard let turn = next else {
            let mustReview = try records.fold { try $0.note(.reviewedCustomer) >= 0 }
            if mustReview { state.withLock { $0.waitsForArchive = false } }
            return false
        }
        state.withLock { $0.waitsForArchive = false }
        // Where it isn't so, events are left to fold, and they come first.
        try archiveNow()
        guard try archive.position() == records.foldedPosition() else { return false }
        switch turn {
        case .fill(let answer):
            filling.didFill(answer, left: try fill(answer, wanted))
            state.withLock { $0.filledThrough = filling.filledThrough }
        case .rest:
            if let left = filling.endRound() { try end(left, wanted) }
        }
        return true
    }

    /// The archive can't answer: it is asked again in a while. Events are folded and timers fire meanwhile.
    private func fillLater(_ error: any Error) {
        let reason = String(describing: error)
        logger.error(
            "new definitions can't be filled in; trying again", metadata: ["reason": "\(reason)"])
        stopFilling(reason)
        memory.fillingRests = true
        state.withLock { $0.waitsForArchive = true }
        let pause = DispatchTimeInterval.seconds(options.pace.retryAfterSeconds)
        queue.asyncAfter(deadline: .now() + pause) { [weak self] in
            guard let self else { return }
            self.memory.fillingRests = false
            self.state.withLock { $0.waitsForArchive = false }
            self.wake()
        }
    }

    /// Stops filling; it begins anew when the engine goes on.
    func stopFilling(_ reason: String) {
        memory.filling?.stop()
        memory.filling = nil
        state.withLock { $0.waitsForArchive = false }
        resumeAwaitingForce(reason)
    }

    private func begin(_ wanted: AutomationPlan.Filling) -> TraceFilling {
        let filling = TraceFilling(wanted, archive, options.pace) { [weak self] in
            guard let self else { return }
            self.state.withLock { $0.waitsForArchive = false }
            self.wake()
        }
        memory.filling = filling
        filling.start()
        return filling
    }

    /// Writes what the archive told, but of those of whom something happened since.
    ///
    /// - Returns: Who they are.
    private func fill(
        _ answer: TraceFilling.Answer, _ wanted: AutomationPlan.Filling
    ) throws -> [Int64] {
        guard let first = answer.behaviours.first, let last = answer.behaviours.last else {
            return []
        }
        let touched = try archive.fragments(
            touchedAfter: answer.position, in: first.fragment...last.fragment)
        try records.fold { tables in
            var writer = ByteWriter(reserving: 1024)
            for (fragment, found) in answer.behaviours where !touched.contains(fragment) {
                try fill(fragment, found, wanted, tables, &writer)
            }
        }
        return answer.behaviours.lazy.map(\.fragment).filter { touched.contains($0) }
    }

    /// Fills those who are left while nothing happens, and lets the newest definitions decide.
    private func end(_ left: [Int64], _ wanted: AutomationPlan.Filling) throws {
        let plan = try records.fold { tables in
            var writer = ByteWriter(reserving: 1024)
            if !left.isEmpty {
                try archive.readBehaviours(
                    for: wanted.traces, hasOrders: wanted.hasOrders, among: left
                ) { _, fragment, found in
                    try fill(fragment, found, wanted, tables, &writer)
                }
            }
            return try bringIntoForce(tables)
        }
        follow(plan, mustReview: true)
    }

    private func fill(
        _ fragment: Int64, _ found: Behaviours, _ wanted: AutomationPlan.Filling,
        _ tables: FoldTables, _ writer: inout ByteWriter
    ) throws {
        var behaviours = found
        let held = memory.fragments[fragment]
        if !wanted.hasOrders {
            if let held {
                behaviours = held.behaviours
                behaviours.fill(from: found)
            } else {
                let bytes = try tables.reads.behaviours(of: fragment)
                if !bytes.isEmpty {
                    behaviours = try Behaviours(decoding: bytes.span)
                    behaviours.fill(from: found)
                }
            }
        }
        guard let traces = memory.plan?.traces else { return }
        writer.removeAll()
        behaviours.encode(to: &writer, plan: traces)
        try tables.automation.setBehaviours(of: fragment, to: writer.span)
        held?.behaviours = behaviours
        held?.hasBehaviours = true
    }

    private func resumeAwaitingForce(_ reason: String?) {
        let waiting = memory.awaitingForce
        memory.awaitingForce = []
        for done in waiting { done.resume(returning: reason) }
    }
}
