package import Kernel

extension CustomerAutomation {
    /// Takes over what another customer had, who turned out to be the same.
    ///
    /// Of two runs in the same journey with the same key that both go on, the older one stays and the other ends as
    /// merged; all other runs stay as they are, with their ids. What was sent to both counts towards the caps, the
    /// later of two entries towards re-entry, and a date that either was entered for isn't had again. The next
    /// wake is at once, so that messages that were planned apart are planned together.
    package mutating func merge(_ other: CustomerAutomation, at now: Timestamp) -> JourneyOutcome {
        var outcome = JourneyOutcome()
        if other.isEmpty { return outcome }
        var all = (runs + other.runs).sorted { ($0.enteredAt, $0.id) < ($1.enteredAt, $1.id) }
        var kept: [JourneyRun] = []
        for index in all.indices {
            let run = all[index]
            // A merge that is told twice brings nothing new.
            if kept.contains(where: { $0.id == run.id }) { continue }
            let older = kept.first {
                !$0.isEnded && $0.journey == run.journey && $0.key == run.key
            }
            guard !run.isEnded, let older else {
                kept.append(run)
                continue
            }
            all[index].state = .ended(.merged, at: now)
            all[index].clockOffset = nil
            outcome.runs.append(all[index])
            outcome.decisions.append(
                Decision(
                    .merged, journey: run.journey, version: run.version, run: run.id, at: now,
                    reason: "the customer is another's too, whose run of \(older.enteredAt) goes on"
                ))
        }
        runs = kept
        sent = Self.merged(sent, other.sent)
        for entry in other.past {
            if let place = past.firstIndex(where: {
                $0.journey == entry.journey && $0.key == entry.key
            }) {
                if past[place].enteredAt < entry.enteredAt { past[place] = entry }
            } else {
                past.append(entry)
            }
        }
        past.sort { $0.enteredAt < $1.enteredAt }
        for occasion in other.occasions {
            if let place = occasions.firstIndex(where: { $0.isSame(as: occasion) }) {
                if let last = occasion.lastDay {
                    occasions[place].lastDay = max(occasions[place].lastDay ?? last, last)
                }
            } else {
                occasions.append(occasion)
            }
        }
        lastRunNumber = max(lastRunNumber, other.lastRunNumber)
        // Asks to be brought under the plan, which looks for dates and plans messages.
        revision = 0
        nextWake = runs.contains { !$0.isEnded } || !occasions.isEmpty ? now : nextWake
        return outcome
    }

    private static func merged(_ left: [Sent], _ right: [Sent]) -> [Sent] {
        if right.isEmpty { return left }
        var all = (left + right).sorted { $0.at < $1.at }
        if all.count > sentMax { all.removeFirst(all.count - sentMax) }
        return all
    }
}

extension CustomerAutomation.Occasion {
    func isSame(as other: Self) -> Bool {
        journey == other.journey && attribute == other.attribute && shiftDays == other.shiftDays
    }
}
