import Documents
import Kernel
import Segments

/// Journeys in plain words, for those who read them on a page.
extension Journey {
    /// What lets people in, one a line.
    package var entryLines: [String] {
        var lines = entry.triggers.map(\.words)
        if let condition = entry.condition { lines.append("If " + condition.words) }
        return lines
    }

    /// All that holds beside the steps, one a line.
    package var ruleLines: [String] {
        var lines: [String] = []
        switch entry.reentry {
        case .never: lines.append("Nobody enters twice")
        case .always: lines.append("People enter again whenever it happens again")
        case .after(let span): lines.append("People enter again \(span) after they last entered")
        }
        if let key = entry.keyPath { lines.append("One run at a time for each \(key)") }
        if holdoutBasisPoints > 0 {
            lines.append("\(Self.percent(holdoutBasisPoints)) of those who enter are held out")
        }
        if let goal {
            lines.append("Goal: \(goal.event.words) within \(goal.within) of the entry")
        }
        for exit in exits {
            switch exit {
            case .event(let match): lines.append("Leave at once on \(match.words)")
            case .segment(let name, let isMember):
                lines.append(
                    isMember
                        ? "Leave at once on entering \(name)" : "Leave at once on leaving \(name)")
            }
        }
        lines.append(
            edits == .stay
                ? "After an edit, people inside stay on their version"
                : "After an edit, people inside go on in the new version")
        lines.append("Messages are about \(topic), with priority \(priority)")
        return lines
    }

    /// Hundredths of a percent: `10%`, `2.5%`.
    private static func percent(_ basisPoints: Int) -> String {
        var text = DecimalText.format(minor: Int64(basisPoints), digits: 2)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text + "%"
    }
}

extension EventMatch {
    /// `Order Completed where cart_id is that of the entry`.
    package var words: String {
        guard !tests.isEmpty else { return name }
        let said = tests.map { test in
            switch test {
            case .property(let test): PropertyTest.words([test])
            case .entry(let path, let kept, let negated):
                path.description == kept
                    ? "\(path) \(negated ? "isn't" : "is") that of the entry"
                    : "\(path) \(negated ? "isn't" : "is") the entry's \(kept)"
            }
        }
        return "\(name) where \(said.joined(separator: " and "))"
    }
}

extension JourneyEntry.Trigger {
    package var words: String {
        switch self {
        case .event(let match): "When \(match.words) happens"
        case .segment(let name, let entered):
            entered ? "On entering \(name)" : "On leaving \(name)"
        case .date(let date): date.words
        case .manual: "By hand, by a member of the team"
        case .api: "By a call of the API"
        }
    }
}

extension DateTrigger {
    fileprivate var words: String {
        let day =
            shiftDays == 0
            ? "On"
            : "\(TimeSpan.days(abs(shiftDays))) \(shiftDays < 0 ? "before" : "after")"
        return "\(day) \(attribute)\(isYearly ? ", each year" : ""), at \(at)\(zone.words)"
    }
}

extension ZoneChoice {
    fileprivate var words: String {
        switch self {
        case .customer: " in the customer's time zone"
        case .workspace: ""
        case .named(let name): " by \(name)"
        }
    }
}

extension JourneyStep {
    package var words: String {
        switch action {
        case .wait(let span): "Wait \(span)"
        case .waitUntil(let time, let weekday, let zone):
            "Wait until "
                + (weekday.map {
                    $0.rawValue.prefix(1).uppercased() + $0.rawValue.dropFirst() + ", "
                }
                    ?? "") + "\(time)\(zone.words)"
        case .waitUntilOrder(let before):
            "Wait until \(before) before the day on which the next order is expected"
        case .waitFor(let match, let atMost, _, _): "Wait for \(match.words), at most \(atMost)"
        case .branch: "By what holds first"
        case .split: "Split at random, each person always the same way"
        case .send(let terms): terms.words
        case .coupon(let terms): terms.words
        case .task(let terms): terms.words
        case .set(let values):
            "Set " + values.map { "\($0.name) to \($0.value.words)" }.joined(separator: ", ")
        case .webhook(let receiver, _): "Webhook to \(receiver)"
        case .award(let points, let program):
            "Award \(points) points" + (program.map { " in \($0)" } ?? "")
        case .exit: "Leave the journey"
        }
    }
}

extension SendTerms {
    /// The channel by which colleagues are told, not the customer.
    package static let colleagues = "chat"
    /// Channels whose messages are made of templates.
    package static let templated: Set<String> = ["email", "sms", "push", "chat", "inbox"]

    /// `E-mail`.
    package static func channelName(_ channel: String) -> String {
        switch channel {
        case "email": "E-mail"
        case "sms": "SMS"
        default: channel.prefix(1).uppercased() + channel.dropFirst()
        }
    }

    fileprivate var words: String {
        "\(Self.channelName(channel)) \(template)"
            + (moment == .best ? ", at the customer's best hour" : "")
    }
}

extension CouponTerms {
    fileprivate var words: String {
        let until = expires.map { ", good for \($0)" } ?? ""
        if case .promotion(let name) = worth {
            return "A personal code of promotion \(name)" + until
        }
        let value =
            switch worth {
            case .promotion(let name): name
            case .percent(let percent): "\(percent)%"
            case .amount(let money): money.description
            }
        return "A personal code for \(value) off" + until
    }
}

extension TaskTerms {
    fileprivate var words: String {
        var text = title.words
        if let owner { text += " · for \(owner)" }
        if let due { text += " · within \(due)" }
        return text
    }
}

extension Template {
    /// The text with its places by name.
    package var words: String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .customer(let trait): "‹\(trait)›"
            case .entry(let path): "‹\(path)›"
            case .couponCode: "‹code›"
            case .couponExpires: "‹expiry›"
            }
        }.joined()
    }
}

extension StepValue {
    fileprivate var words: String {
        switch self {
        case .fixed(let node): String(decoding: node.json, as: UTF8.self)
        case .text(let template): template.words
        case .list(let values): values.map(\.words).joined(separator: ", ")
        case .mapping: "several values"
        }
    }
}
