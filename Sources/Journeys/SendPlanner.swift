import Documents
import Kernel

/// Finds the earliest moment at which a message may go: by the caps, what went and what holds a slot, the
/// quiet hours, and the best hour.
struct SendPlanner {
    /// A message that went, or is to go.
    struct Slot {
        let at: Timestamp
        let channel: String
        let topic: String
        let isWithheld: Bool
        /// The journey of a message that is to go; nil of one that went.
        let journey: String?
        let priority: Int
    }

    /// What keeps a message from going at once.
    enum Obstacle: Equatable {
        case cap(SendingRules.Cap)
        /// A cap, and in it a message that comes first.
        case moreImportant(SendingRules.Cap, journey: String, priority: Int)
        case quietHours
        case bestHour

        var phrase: String {
            switch self {
            case .cap(let cap): cap.phrase
            case .moreImportant(let cap, let journey, let priority):
                "\(journey) with priority \(priority) comes first; \(cap.phrase)"
            case .quietHours: "quiet hours"
            case .bestHour: "the hour in which the customer is usually there"
            }
        }
    }

    struct Question {
        let terms: SendTerms
        let isWithheld: Bool
        let deadline: Timestamp
        /// Whether it is something that the customer asked for, which no cap keeps.
        var isService = false
    }

    let rules: SendingRules
    let now: Timestamp
    let quietZone: ZoneRules
    let customerZone: ZoneRules
    let bestHour: Int?
    var slots: [Slot]

    /// The earliest moment from now on, and what kept it from being earlier; it may lie behind the deadline.
    func earliest(_ question: Question) -> (at: Timestamp, obstacle: Obstacle?) {
        if question.terms.moment == .best, let bestHour {
            // The best hour is a wish: what can't have it before its deadline goes without.
            if let found = search(question, hour: bestHour), found.at < question.deadline {
                return found
            }
        }
        return search(question, hour: nil) ?? (question.deadline, nil)
    }

    /// - Parameter hour: The local hour in which alone it may go; nil: any.
    private func search(
        _ question: Question, hour: Int?
    ) -> (at: Timestamp, obstacle: Obstacle?)? {
        var moment = now
        var obstacle: Obstacle?
        // Each turn leaves a slot's window, a night or a day behind.
        for _ in 0..<(4 * (slots.count + 4) * (rules.caps.count + 1)) {
            if let quiet = rules.quietHours {
                let end = quiet.end(at: moment, in: quietZone)
                if end > moment {
                    moment = end
                    obstacle = .quietHours
                }
            }
            if let hour, customerZone.local(moment).millisecondOfDay / 3_600_000 != hour {
                moment = customerZone.next(
                    TimeOfDay(minutes: hour * 60), on: nil, atOrAfter: moment)
                obstacle = .bestHour
                // What the best hour asks for, the quiet hours may forbid.
                if moment >= question.deadline { return nil }
                continue
            }
            guard let block = block(question, at: moment) else { return (moment, obstacle) }
            moment = block.until
            obstacle = block.obstacle
            if moment >= question.deadline { return (moment, obstacle) }
        }
        return nil
    }

    /// The cap that keeps a message from going at a moment, and until when at least.
    private func block(
        _ question: Question, at moment: Timestamp
    ) -> (until: Timestamp, obstacle: Obstacle)? {
        if slots.isEmpty || question.isService { return nil }
        var latest: (until: Timestamp, obstacle: Obstacle)?
        for cap in rules.caps
        where cap.covers(channel: question.terms.channel, topic: question.terms.topic) {
            // Those that are withheld take no one's place but one another's.
            let taken = slots.filter {
                cap.covers(channel: $0.channel, topic: $0.topic)
                    && (!$0.isWithheld || question.isWithheld)
            }.sorted { $0.at < $1.at }
            guard cap.isFull(taken.map(\.at), at: moment) else { continue }
            let window = cap.within.milliseconds
            let ends = taken.map { $0.at.adding(milliseconds: window) }
            guard let until = ends.filter({ $0 > moment }).min() else { continue }
            if let latest, latest.until >= until { continue }
            let first = taken.first {
                $0.journey != nil && abs($0.at.milliseconds - moment.milliseconds) < window
            }
            let obstacle: Obstacle =
                first.map {
                    .moreImportant(cap, journey: $0.journey ?? "", priority: $0.priority)
                } ?? .cap(cap)
            latest = (until, obstacle)
        }
        return latest
    }
}
