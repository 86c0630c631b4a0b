/// How people went through a journey: what was counted, put together by step.
package struct JourneyFlow: Sendable {
    package struct Step: Sendable {
        package var outline: StepOutline
        package var there: Int
        package var passed: Int
        /// Why people left from here, the most frequent first.
        package var leavings: [Reason]
        package var lanes: [Lane]

        package var left: Int { leavings.reduce(0) { $0 + $1.people } }
    }

    package struct Lane: Sendable {
        package var label: String
        package var taken: Int
        package var steps: [Step]
    }

    package struct Reason: Sendable, Equatable {
        package var reason: String
        package var people: Int

        package init(_ reason: String, people: Int) {
            self.reason = reason
            self.people = people
        }
    }

    /// What was counted of a journey, of all its versions.
    package struct Counts: Sendable {
        package var entered = 0
        /// By step's id, and by decision's kind or tally.
        package var decided: [String: [String: Int]] = [:]
        /// Who is where now, by step's id.
        package var there: [String: Int] = [:]
        package var leavings: [String: [Reason]] = [:]

        package init() {}

        fileprivate func sum(_ step: String, _ kinds: [Decision.Kind]) -> Int {
            let found = decided[step] ?? [:]
            return kinds.reduce(0) { $0 + (found[$1.rawValue] ?? 0) }
        }
    }

    package let steps: [Step]

    package init(_ journey: Journey, _ counts: Counts) {
        (steps, _) = Self.steps(journey.outline, arriving: counts.entered, counts)
    }

    /// - Returns: The steps, and how many came to their end.
    private static func steps(
        _ outlines: [StepOutline], arriving: Int, _ counts: Counts
    ) -> ([Step], Int) {
        var arriving = arriving
        var steps: [Step] = []
        for outline in outlines {
            let id = outline.step.id
            var step = Step(
                outline: outline, there: counts.there[id] ?? 0, passed: 0,
                leavings: counts.leavings[id] ?? [], lanes: [])
            switch outline.step.action {
            case .wait, .waitUntil, .waitUntilOrder:
                // Waits are noted where they begin, some more than once.
                step.passed = max(0, arriving - step.there - step.left)
            case .waitFor:
                let tallies = counts.decided[id] ?? [:]
                step.passed =
                    (tallies[Decision.happened] ?? 0) + (tallies[Decision.timedOut] ?? 0)
            case .branch, .split: step.passed = counts.sum(id, [.branched])
            case .send:
                step.passed = counts.sum(id, [.sent, .withheld, .suppressed, .expired])
            case .coupon, .task, .set, .webhook, .award:
                step.passed = counts.sum(id, [.done, .withheld, .failed])
            case .exit: break
            }
            arriving = step.passed
            if !outline.lanes.isEmpty { arriving = 0 }
            for lane in outline.lanes {
                let taken = counts.decided[id]?[lane.tally] ?? 0
                let (inner, out) = Self.steps(lane.steps, arriving: taken, counts)
                step.lanes.append(Lane(label: lane.label, taken: taken, steps: inner))
                arriving += out
            }
            steps.append(step)
        }
        return (steps, arriving)
    }
}

extension JourneyFlow.Reason {
    /// Reasons as they are counted together: without what differs from person to person.
    package static func grouped(
        _ reasons: [(reason: String, people: Int)], most: Int
    ) -> [JourneyFlow.Reason] {
        var sums: [String: Int] = [:]
        for (reason, people) in reasons { sums[plain(reason), default: 0] += people }
        let sorted = sums.map { JourneyFlow.Reason($0.key, people: $0.value) }
            .sorted { ($1.people, $0.reason) < ($0.people, $1.reason) }
        let rest = sorted.dropFirst(most).reduce(0) { $0 + $1.people }
        return sorted.prefix(most)
            + (rest > 0 ? [JourneyFlow.Reason("other reasons", people: rest)] : [])
    }

    /// A reason with moments and how long ago things were taken out, so that those of many people can be counted
    /// together. What was asked for stays as it is.
    package static func plain(_ reason: String) -> String {
        var words = reason.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        for index in words.indices {
            let word = words[index]
            if word.utf8.count >= 20, word.prefix(4).allSatisfy(\.isNumber) {
                words[index] = "…" + tail(word)
            }
            let isAgo = index + 2 < words.count && words[index + 2].hasPrefix("ago")
            // `less than 90 days ago` is what was asked for.
            let isRule = index > 0 && words[index - 1] == "than"
            if isAgo, !isRule, Int(word) != nil { words[index] = "…" }
            let isCount = index + 1 < words.count && words[index + 1].hasPrefix("times")
            if isCount, Int(word) != nil { words[index] = "…" }
        }
        // `1 day ago` is one with `12 days ago`.
        for index in words.indices where words[index] == "…" && index + 1 < words.count {
            for unit in ["day", "hour", "minute"] where words[index + 1] == unit {
                words[index + 1] = unit + "s"
            }
        }
        return words.joined(separator: " ")
    }

    /// The comma or semicolon after a moment.
    private static func tail(_ word: String) -> String {
        String(word.suffix(while: { $0 == "," || $0 == ";" }))
    }
}

extension String {
    fileprivate func suffix(while isWanted: (Character) -> Bool) -> Substring {
        var start = endIndex
        while start > startIndex, isWanted(self[index(before: start)]) {
            start = index(before: start)
        }
        return self[start...]
    }
}
