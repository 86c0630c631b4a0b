import Kernel

extension JourneyMachine {
    /// Looks for the customer's dates that journeys begin by.
    mutating func refreshOccasions() {
        if plan.entriesByDate.isEmpty, automation.occasions.isEmpty { return }
        var kept: [CustomerAutomation.Occasion] = []
        for number in plan.entriesByDate {
            let journey = plan.entries[number].journey
            for case .date(let trigger) in journey.entry.triggers {
                let before = automation.occasions.first { $0.isOf(journey.name, trigger) }
                var occasion =
                    before
                    ?? CustomerAutomation.Occasion(
                        journey: journey.name, attribute: trigger.attribute,
                        shiftDays: trigger.shiftDays)
                let next = next(trigger, occasion)
                occasion.day = next?.day
                occasion.due = next?.due
                if occasion.due != nil || occasion.lastDay != nil { kept.append(occasion) }
            }
        }
        // Those of a paused journey wait for nothing, and must not be had twice when it goes on.
        for var occasion in automation.occasions where occasion.lastDay != nil {
            guard let entry = plan[journey: occasion.journey], !entry.isDeleted, !entry.isOpen
            else { continue }
            occasion.day = nil
            occasion.due = nil
            kept.append(occasion)
        }
        automation.occasions = kept
    }

    /// Enters for the dates whose moment has come.
    mutating func enterForDates() {
        for index in automation.occasions.indices {
            guard let due = automation.occasions[index].due, due <= now,
                let day = automation.occasions[index].day
            else { continue }
            let occasion = automation.occasions[index]
            automation.occasions[index].lastDay = day
            automation.occasions[index].day = nil
            automation.occasions[index].due = nil
            guard let number = plan.places[occasion.journey] else { continue }
            for case .date(let trigger) in plan.entries[number].journey.entry.triggers
            where occasion.isOf(occasion.journey, trigger) {
                if let next = next(trigger, automation.occasions[index]) {
                    automation.occasions[index].day = next.day
                    automation.occasions[index].due = next.due
                }
                enter(
                    number, EntryCause(reason: "\(occasion.attribute) is on \(day)", at: now))
                break
            }
        }
    }

    private func next(
        _ trigger: DateTrigger, _ occasion: CustomerAutomation.Occasion
    ) -> (day: CalendarDay, due: Timestamp)? {
        guard let text = context.attribute(trigger.attribute) else { return nil }
        let zone = plan.zone(trigger.zone, customer: context.timeZone)
        guard let date = WrittenDate(text, zone) else { return nil }
        return trigger.next(
            date, in: zone, after: now, waitingFor: occasion.day, last: occasion.lastDay)
    }

    /// Waits for a local time anew, for a zone that may be another.
    mutating func retime() {
        sendsChanged = true
        for index in automation.runs.indices {
            let run = automation.runs[index]
            guard case .waiting(let until) = run.state, let journey = journey(of: run),
                run.step < journey.steps.count,
                case .waitUntil(let time, _, let choice) = journey.steps[run.step].action
            else { continue }
            let zone = plan.zone(choice, customer: context.timeZone)
            guard let due = run.moment(time, in: zone), due != until else { continue }
            wait(
                index, journey.steps[run.step], until: due, "the time zone is now \(zone.name)",
                in: zone)
        }
    }
}

extension JourneyRun {
    /// The moment of the local time that it waits for, on the same day by another clock; nil where it waits for none.
    func moment(_ time: TimeOfDay, in zone: ZoneRules) -> Timestamp? {
        guard case .waiting(let until) = state, let clockOffset else { return nil }
        return zone.instant(CalendarDateTime(until, offsetSeconds: clockOffset).day, time)
    }
}

extension CustomerAutomation.Occasion {
    func isOf(_ journey: String, _ trigger: DateTrigger) -> Bool {
        self.journey == journey && attribute == trigger.attribute && shiftDays == trigger.shiftDays
    }
}

/// A date as a trait says it: `1990-05-01`, an instant, or a day of each year (`05-01`, `--05-01`).
struct WrittenDate: Equatable {
    /// Nil of a day of each year.
    var year: Int?
    var month: Int
    var day: Int

    /// - Parameter zone: Where an instant's day is taken; a midnight in UTC is meant as the day alone.
    init?(_ text: String, _ zone: ZoneRules) {
        let bytes = text.utf8
        if bytes.count <= 7 {
            let parts = (text.hasPrefix("--") ? text.dropFirst(2) : text[...])
                .split(separator: "-", omittingEmptySubsequences: false)
            // A leap year, so that 29 February is one.
            guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }),
                let month = Int(parts[0]), let day = Int(parts[1]),
                CalendarDay(year: 2000, month: month, day: day) != nil
            else { return nil }
            (year, self.month, self.day) = (nil, month, day)
            return
        }
        guard let time = Timestamp(text) else { return nil }
        let isDay = time.milliseconds % 86_400_000 == 0
        let parts = (isDay ? ZoneRules.utc : zone).day(of: time).components
        (year, month, day) = (parts.year, parts.month, parts.day)
    }

    /// The day in a year; 29 February is the 28th where there is none.
    func day(inYear year: Int) -> CalendarDay? {
        CalendarDay(year: year, month: month, day: day)
            ?? (month == 2 && day == 29 ? CalendarDay(year: year, month: 2, day: 28) : nil)
    }
}

extension DateTrigger {
    /// The next time that the date comes, and when its journey begins.
    ///
    /// - Parameters:
    ///   - waiting: The date that was waited for; it isn't lost where its moment has passed since, as when the
    ///     customer went to an earlier zone.
    ///   - last: The date that was had last: it isn't had again, nor another of its year.
    func next(
        _ date: WrittenDate, in zone: ZoneRules, after now: Timestamp,
        waitingFor waiting: CalendarDay?, last: CalendarDay?
    ) -> (day: CalendarDay, due: Timestamp)? {
        var days: [CalendarDay] = []
        if isYearly {
            let year = zone.day(of: now).components.year
            // The shift may lead into the years beside it.
            for year in year - 2...year + 2 {
                if let last, year <= last.components.year { continue }
                if let day = date.day(inYear: year) { days.append(day) }
            }
        } else if let year = date.year, let day = date.day(inYear: year), day != last {
            days.append(day)
        }
        for day in days {
            let due = zone.instant(
                CalendarDay(daysSinceEpoch: day.daysSinceEpoch + shiftDays), at)
            if due > now || day == waiting { return (day, due) }
        }
        return nil
    }
}
