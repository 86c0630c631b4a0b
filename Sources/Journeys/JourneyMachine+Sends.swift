import Documents
import JSONParsing
import Kernel

extension JourneyMachine {
    /// Lets the messages go whose turn it is, the most important first, and plans the others.
    mutating func sendMessages() {
        guard sendsChanged || hasDueMessages else { return }
        // Each turn takes at least one run further.
        while true {
            sendsChanged = false
            let (ready, waits) = planMessages()
            if ready.isEmpty {
                for wait in waits { put(wait) }
                return
            }
            for index in ready {
                // What the one before caused may have ended this one.
                guard case .sending = automation.runs[index].state else { continue }
                sendOne(index)
                // Another is judged anew: this one may have been kept from going, so that a slot is free.
                if sendsChanged { break }
            }
        }
    }

    private var hasDueMessages: Bool {
        automation.runs.contains {
            if case .sending(let at) = $0.state { at <= now } else { false }
        }
    }

    /// Messages in the order in which they choose: the most important first, of the same the one that waits longest.
    private func waiting() -> [(index: Int, terms: SendTerms)] {
        var found: [(index: Int, terms: SendTerms)] = []
        for index in automation.runs.indices {
            let run = automation.runs[index]
            guard case .sending = run.state, plan[journey: run.journey]?.isMoving == true,
                let journey = journey(of: run), run.step < journey.steps.count,
                case .send(let terms) = journey.steps[run.step].action
            else { continue }
            found.append((index, terms))
        }
        if found.count < 2 { return found }
        let runs = automation.runs
        return found.sorted {
            let (left, right) = (runs[$0.index], runs[$1.index])
            return (-$0.terms.priority, left.reachedAt, left.id)
                < (-$1.terms.priority, right.reachedAt, right.id)
        }
    }

    /// A message that must wait, and what for.
    private struct Wait {
        let index: Int
        let moment: Timestamp
        let deadline: Timestamp
        let obstacle: SendPlanner.Obstacle?
    }

    /// Plans each message.
    ///
    /// - Returns: The runs whose message goes now, or is too late; and those whose message must wait.
    private func planMessages() -> (ready: [Int], waits: [Wait]) {
        let candidates = waiting()
        if candidates.isEmpty { return ([], []) }
        let sent = automation.sent + (plan.rules.caps.isEmpty ? [] : context.elsewhere())
        var planner = SendPlanner(
            rules: plan.rules, now: now,
            quietZone: plan.zone(
                plan.rules.quietHours?.zone ?? .workspace, customer: context.timeZone),
            customerZone: plan.zone(.customer, customer: context.timeZone),
            bestHour: context.bestHour,
            slots: sent.map {
                SendPlanner.Slot(
                    at: $0.at, channel: $0.channel, topic: $0.topic, isWithheld: $0.isWithheld,
                    journey: nil, priority: 0)
            })
        var ready: [Int] = []
        var waits: [Wait] = []
        for (index, terms) in candidates {
            let run = automation.runs[index]
            let deadline = run.reachedAt.adding(milliseconds: terms.deadline.milliseconds)
            let isExempt = plan.rules.isExempt(terms.tags)
            if now >= deadline || isExempt {
                ready.append(index)
                continue
            }
            let isWithheld = run.holdout != .none
            let isService = plan.serviceTemplates.contains(terms.template)
            let found = planner.earliest(
                SendPlanner.Question(
                    terms: terms, isWithheld: isWithheld, deadline: deadline, isService: isService))
            if found.at < deadline, !isService {
                planner.slots.append(
                    SendPlanner.Slot(
                        at: found.at, channel: terms.channel, topic: terms.topic,
                        isWithheld: isWithheld, journey: run.journey, priority: terms.priority))
            }
            if found.at <= now {
                ready.append(index)
            } else {
                waits.append(
                    Wait(
                        index: index, moment: min(found.at, deadline), deadline: deadline,
                        obstacle: found.obstacle))
            }
        }
        return (ready, waits)
    }

    /// Lets a message wait for its moment, and says why where that is news.
    private mutating func put(_ wait: Wait) {
        let moment = wait.moment
        let run = automation.runs[wait.index]
        guard case .sending(let before) = run.state, let journey = journey(of: run) else { return }
        let isNew = newSends.remove(run.id) != nil
        if !isNew, before == moment { return }
        automation.runs[wait.index].state = .sending(at: moment)
        touched.insert(run.id)
        var kind: Decision.Kind
        switch wait.obstacle {
        case .cap: kind = .capped
        case .moreImportant: kind = isNew ? .capped : .displaced
        case .quietHours, .bestHour, nil: kind = .deferred
        }
        var reason = wait.obstacle?.phrase ?? "can't go before its deadline"
        if !isNew, moment < before {
            kind = .deferred
            reason = "a slot came free sooner; " + reason
        }
        if moment >= wait.deadline { reason += "; no room before its deadline" }
        decide(kind, run, journey.steps[run.step], reason, until: moment)
    }

    /// Sends a message, or says why it doesn't go; the run goes on.
    private mutating func sendOne(_ index: Int) {
        let run = automation.runs[index]
        guard let journey = journey(of: run), case .send(let terms) = journey.steps[run.step].action
        else { return }
        let step = journey.steps[run.step]
        let deadline = run.reachedAt.adding(milliseconds: terms.deadline.milliseconds)
        automation.runs[index].done.insert(run.step)
        newSends.remove(run.id)
        if now >= deadline {
            decide(.expired, run, step, "could not go within \(terms.deadline)")
            sendsChanged = true
        } else if !plan.serviceTemplates.contains(terms.template),
            let reason = context.suppression(terms.channel, terms.topic)
        {
            decide(.suppressed, run, step, reason)
            sendsChanged = true
        } else {
            deliver(run, step, terms, deadline)
        }
        move(index, to: step.next)
        advance(index)
    }

    private mutating func deliver(
        _ run: JourneyRun, _ step: JourneyStep, _ terms: SendTerms, _ deadline: Timestamp
    ) {
        let isExempt = plan.rules.isExempt(terms.tags)
        let isWithheld = run.holdout != .none && !isExempt
        var filler = TextFiller(run: run, attribute: context.attribute)
        var json = JSONWriter(reserving: 256)
        json.beginObject()
        json.member("channel", terms.channel)
        json.member("template", terms.template)
        json.member("topic", terms.topic)
        json.member("priority", terms.priority)
        if !terms.tags.isEmpty {
            json.key("tags")
            json.beginArray()
            for tag in terms.tags { json.string(tag) }
            json.endArray()
        }
        json.member("deadline", deadline.rfc3339)
        json.key("data")
        filler.write(terms.data, to: &json)
        if let coupon = run.coupon {
            json.key("coupon")
            json.beginObject()
            json.member("code", coupon.code)
            if let expiresAt = coupon.expiresAt { json.member("expires", expiresAt.rfc3339) }
            json.endObject()
        }
        json.endObject()
        outcome.effects.append(
            Effect(
                key: effectKey(run, step), kind: .send, journey: run.journey,
                version: run.version, run: run.id, step: step.id, isWithheld: isWithheld,
                dueAt: now, receiver: nil, payload: json.bytes))
        // What is exempt takes no one's place, nor does what somebody asked for.
        if !isExempt, !plan.serviceTemplates.contains(terms.template) {
            automation.sent.append(
                CustomerAutomation.Sent(
                    at: now, channel: terms.channel, topic: terms.topic, isWithheld: isWithheld))
            if automation.sent.count > CustomerAutomation.sentMax { automation.sent.removeFirst() }
        }
        decide(
            isWithheld ? .withheld : .sent, run, step,
            "\(terms.template) by \(terms.channel)" + filler.note + heldOutNote(run, isWithheld))
    }
}
