import Documents
import Experiments
import JSONParsing
import Kernel
import Segments

extension JourneyMachine {
    /// Takes a run through its steps, up to one that waits or the end.
    mutating func advance(_ index: Int) {
        while true {
            let run = automation.runs[index]
            guard let entry = plan[journey: run.journey], entry.isMoving,
                let journey = entry.journey(version: run.version)
            else { return }
            guard run.step < journey.steps.count else {
                switch run.state {
                case .ended, .sending: return
                case .ready, .waiting: break
                }
                return end(index, .completed, as: .completed, "came to the end")
            }
            let step = journey.steps[run.step]
            switch run.state {
            case .ended, .sending: return
            case .waiting(let until):
                guard until <= now, endWait(index, step, until) else { return }
            case .ready:
                guard stepsLeft > 0 else {
                    return decide(
                        .waited, run, step,
                        "came to \(Self.stepsMax) steps at once; goes on a moment later")
                }
                stepsLeft -= 1
                guard perform(index, step) else { return }
            }
        }
    }

    /// Ends a wait whose moment has come.
    ///
    /// - Returns: Whether the run goes on.
    private mutating func endWait(
        _ index: Int, _ step: JourneyStep, _ until: Timestamp
    ) -> Bool {
        let run = automation.runs[index]
        switch step.action {
        case .waitFor(let match, let atMost, _, let timedOut):
            decide(.waited, run, step, "no \(match.name) within \(atMost)")
            move(index, to: timedOut)
        case .waitUntil(let time, _, let choice):
            // The customer may have gone to a later zone.
            let zone = plan.zone(choice, customer: context.timeZone)
            let due = run.moment(time, in: zone) ?? until
            if due > now {
                wait(index, step, until: due, "the time zone is now \(zone.name)", in: zone)
                return false
            }
            move(index, to: step.next)
        default: move(index, to: step.next)
        }
        return true
    }

    /// Does a step that hasn't begun.
    ///
    /// - Returns: Whether the run goes on.
    private mutating func perform(_ index: Int, _ step: JourneyStep) -> Bool {
        let run = automation.runs[index]
        touched.insert(run.id)
        if run.done.contains(run.step) {
            decide(.moved, run, step, "was done already, before the journey was edited")
            move(index, to: step.next)
            return true
        }
        switch step.action {
        case .wait(let span):
            wait(index, step, until: now.adding(milliseconds: span.milliseconds), "for \(span)")
            return false
        case .waitUntil(let time, let weekday, let choice):
            let zone = plan.zone(choice, customer: context.timeZone)
            let due = zone.next(time, on: weekday, atOrAfter: now)
            if due > now {
                let day = weekday.map { "\($0.rawValue), " } ?? ""
                wait(index, step, until: due, "until \(day)\(time) by \(zone.name)", in: zone)
                return false
            }
            move(index, to: step.next)
        case .waitUntilOrder(let before):
            guard let order = context.nextOrderAt else {
                decide(.waited, run, step, "no next order is expected; goes on at once")
                move(index, to: step.next)
                return true
            }
            let due = order.adding(milliseconds: -before.milliseconds)
            if due > now {
                let day = CalendarDay(
                    daysSinceEpoch: plan.workspaceZone.day(of: order).daysSinceEpoch)
                wait(
                    index, step, until: due,
                    "until \(before) before \(day), when the next order is expected")
                return false
            }
            move(index, to: step.next)
        case .waitFor(let match, let atMost, _, _):
            wait(
                index, step, until: now.adding(milliseconds: atMost.milliseconds),
                "for \(match.name), at most \(atMost)")
            return false
        case .branch(let arms, let otherwise):
            move(index, to: arm(of: arms, otherwise, run, step))
        case .split(let shares): move(index, to: part(of: shares, run, step))
        case .send:
            automation.runs[index].state = .sending(at: now)
            newSends.insert(run.id)
            sendsChanged = true
            return false
        case .exit:
            end(index, .exited, as: .exited, "the step says so", step)
            return false
        case .coupon, .task, .set, .webhook, .award:
            carryOut(index, step)
            move(index, to: step.next)
        }
        return true
    }

    /// - Parameter zone: By whose clock; nil where it is a length of time.
    mutating func wait(
        _ index: Int, _ step: JourneyStep, until moment: Timestamp, _ reason: String,
        in zone: ZoneRules? = nil
    ) {
        automation.runs[index].state = .waiting(until: moment)
        automation.runs[index].clockOffset = zone?.offsetSeconds(at: moment)
        touched.insert(automation.runs[index].id)
        decide(.waited, automation.runs[index], step, reason, until: moment)
    }

    private mutating func arm(
        of arms: [JourneyStep.Arm], _ otherwise: Int, _ run: JourneyRun, _ step: JourneyStep
    ) -> Int {
        var reasons: [String] = []
        for (number, arm) in arms.enumerated() {
            let verdict = context.holds(arm.condition)
            if verdict.holds {
                decide(.branched, run, step, "arm \(number + 1): \(verdict.reason)")
                return arm.first
            }
            reasons.append(verdict.reason)
        }
        decide(.branched, run, step, "else: \(reasons.joined(separator: "; "))")
        return otherwise
    }

    /// The part that the customer falls into by a hash, the same in each of their runs.
    private mutating func part(
        of shares: [JourneyStep.Share], _ run: JourneyRun, _ step: JourneyStep
    ) -> Int {
        let place = plan.assignment.place(
            of: context.customer, in: "split/\(run.journey)/\(step.id)")
        let whole = shares.reduce(0) { $0 + $1.share }
        var upTo = 0
        for part in shares {
            upTo += part.share
            if place * Double(whole) < Double(upTo) {
                decide(.branched, run, step, "\(part.name): \(part.share) of \(whole)")
                return part.first
            }
        }
        return step.next
    }

    // MARK: Effects

    /// When a code is no longer good: counted in days, after the last moment of its last day where its customer is, as
    /// messages name that day.
    private func couponEnd(_ span: TimeSpan) -> Timestamp {
        let end = now.adding(milliseconds: span.milliseconds)
        guard span.milliseconds % Self.dayMs == 0 else { return end }
        let zone = plan.zone(.customer, customer: context.timeZone)
        let next = CalendarDay(daysSinceEpoch: zone.day(of: end).daysSinceEpoch + 1)
        return zone.start(of: next).adding(milliseconds: -1)
    }

    private static let dayMs: Int64 = 86_400_000

    private mutating func carryOut(_ index: Int, _ step: JourneyStep) {
        let run = automation.runs[index]
        let key = effectKey(run, step)
        automation.runs[index].done.insert(run.step)
        var writer = TextFiller(run: run, attribute: context.attribute)
        var json = JSONWriter(reserving: 128)
        json.beginObject()
        var receiver: String?
        let kind: Effect.Kind
        let phrase: String
        switch step.action {
        case .coupon(let terms):
            kind = .coupon
            let coupon = JourneyRun.IssuedCoupon(
                code: terms.code(key: key, hash: plan.hash),
                expiresAt: terms.expires.map(couponEnd))
            automation.runs[index].coupon = coupon
            terms.write(coupon, to: &json)
            phrase = "coupon \(coupon.code)"
        case .task(let terms):
            kind = .task
            let title = writer.text(terms.title)
            json.member("title", title)
            if let due = terms.due {
                json.member("due", now.adding(milliseconds: due.milliseconds).rfc3339)
            }
            if let owner = terms.owner { json.member("owner", owner) }
            phrase = "task: \(title)"
        case .set(let values):
            kind = .attribute
            for value in values { writer.write(value, to: &json) }
            phrase = "set \(values.map(\.name).joined(separator: ", "))"
        case .webhook(let to, let data):
            kind = .webhook
            receiver = to
            if let known = plan.receivers, !known.contains(to) {
                return decide(.failed, run, step, "there is no receiver \(to)")
            }
            json.key("data")
            writer.write(data, to: &json)
            phrase = "webhook to \(to)"
        case .award(let points, let program):
            kind = .award
            json.member("points", points)
            if let program { json.member("program", program) }
            phrase = "\(points) points"
        case .wait, .waitUntil, .waitUntilOrder, .waitFor, .branch, .split, .send, .exit: return
        }
        json.endObject()
        // What is noted of a customer treats nobody differently, and later steps may ask for it.
        let isWithheld = run.holdout != .none && kind != .attribute
        outcome.effects.append(
            Effect(
                key: key, kind: kind, journey: run.journey, version: run.version, run: run.id,
                step: step.id, isWithheld: isWithheld, dueAt: now, receiver: receiver,
                payload: json.bytes))
        decide(
            isWithheld ? .withheld : .done, run, step,
            phrase + writer.note + heldOutNote(run, isWithheld))
    }

    func heldOutNote(_ run: JourneyRun, _ isWithheld: Bool) -> String {
        guard isWithheld else { return "" }
        return run.holdout == .global
            ? "; held out of everything" : "; held out of this journey"
    }

    /// A step is come to at most once in a run, so that the visit is always the first.
    func effectKey(_ run: JourneyRun, _ step: JourneyStep) -> String {
        "\(run.journey)/\(run.id)/\(step.id)/1"
    }
}

extension CouponTerms {
    func code(key: String, hash: SipHash) -> String {
        if case .promotion = worth {
            return CouponCode.promotionText(key: key, prefix: prefix, hash: hash)
        }
        return CouponCode.text(key: key, prefix: prefix, hash: hash)
    }

    func write(_ coupon: JourneyRun.IssuedCoupon, to json: inout JSONWriter) {
        json.member("code", coupon.code)
        switch worth {
        case .promotion(let name): json.member("promotion", name)
        case .percent(let percent): json.member("percent", percent)
        case .amount(let money):
            json.key("amount")
            json.decimal(minor: money.minor, digits: money.currency.minorDigits)
            json.member("currency", money.currency.description)
        }
        if let expiresAt = coupon.expiresAt { json.member("expires", expiresAt.rfc3339) }
    }
}
