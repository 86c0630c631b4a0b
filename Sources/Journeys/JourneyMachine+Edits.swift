import Documents
import Kernel

extension JourneyMachine {
    /// Brings the customer under the plan in force.
    mutating func takePlan() {
        for index in automation.runs.indices where !automation.runs[index].isEnded {
            let run = automation.runs[index]
            guard let entry = plan[journey: run.journey], !entry.isDeleted else {
                end(index, .deleted, as: .exited, "the journey was deleted")
                continue
            }
            guard let old = entry.journey(version: run.version) else {
                end(index, .deleted, as: .exited, "version \(run.version) isn't kept any more")
                continue
            }
            if run.version != entry.version, entry.journey.edits == .move {
                moveVersion(index, from: old, to: entry)
            }
        }
        refreshOccasions()
        retime()
        automation.revision = plan.revision
    }

    /// Takes a run into the new version, by the ids of the steps.
    ///
    /// It stays at its step where that is still there and of the same kind, with the new terms counted from when it
    /// came there; else it goes to the next step of its way that is left.
    private mutating func moveVersion(
        _ index: Int, from old: Journey, to entry: JourneyPlan.Entry
    ) {
        let run = automation.runs[index]
        let new = entry.journey
        var moved = run
        moved.version = entry.version
        moved.done = StepSet()
        for (number, step) in old.steps.enumerated() where run.done.contains(number) {
            if let place = new.number(ofStep: step.id) { moved.done.insert(place) }
        }
        automation.runs[index] = moved
        touched.insert(run.id)
        let before = run.step < old.steps.count ? old.steps[run.step] : nil
        if let before, let place = new.number(ofStep: before.id) {
            automation.runs[index].step = place
            let step = new.steps[place]
            if step.kind == before.kind {
                decide(.moved, automation.runs[index], step, "from version \(run.version)")
                resume(index, step)
            } else {
                move(index, to: place)
                decide(
                    .moved, automation.runs[index], step,
                    "from version \(run.version), where the step was another")
            }
            return
        }
        // The way that was left to go in the old version, without the arms of what it stands at.
        var number = before?.next ?? old.steps.count
        while number < old.steps.count, new.number(ofStep: old.steps[number].id) == nil {
            number = old.steps[number].next
        }
        let place =
            number < old.steps.count ? new.number(ofStep: old.steps[number].id) : nil
        let step = place.map { new.steps[$0] }
        move(index, to: place ?? new.steps.count)
        sendsChanged = true
        decide(
            .moved, automation.runs[index], step,
            "from version \(run.version), where it was at \(before?.id ?? "the end"), "
                + (step == nil ? "after which nothing is left" : "which is no more"))
    }

    /// Counts a step's new terms from when the run came to it.
    private mutating func resume(_ index: Int, _ step: JourneyStep) {
        let run = automation.runs[index]
        switch (run.state, step.action) {
        case (.waiting, .wait(let span)), (.waiting, .waitFor(_, let span, _, _)):
            automation.runs[index].state = .waiting(
                until: run.reachedAt.adding(milliseconds: span.milliseconds))
        case (.waiting, .waitUntil(let time, let weekday, let choice)):
            let zone = plan.zone(choice, customer: context.timeZone)
            let due = zone.next(time, on: weekday, atOrAfter: run.reachedAt)
            automation.runs[index].state = .waiting(until: due)
            automation.runs[index].clockOffset = zone.offsetSeconds(at: due)
        // Messages are planned anew anyway.
        default: break
        }
    }
}
