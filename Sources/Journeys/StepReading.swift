import Documents
import Kernel

/// What the models foretell that a run may wait for.
private enum ForetoldMoment: String, CaseIterable {
    case nextOrder
}

/// Reads the contents of single steps.
enum StepReading {
    static func waitUntil(_ reader: DocumentReader) throws(DocumentProblem) -> JourneyStep.Action {
        var members = try reader.members()
        if let foretold = members.optional("prediction") {
            _ = try foretold.choice(ForetoldMoment.self)
            let before = try members.required("before").timeSpan()
            try members.end()
            return .waitUntilOrder(before: before)
        }
        let weekday = try members.optional("weekday")?.choice(Weekday.self)
        let at = try members.required("at").timeOfDay()
        let zone = try ZoneChoice(reading: members.optional("zone"))
        try members.end()
        return .waitUntil(at, on: weekday, zone: zone)
    }

    static func send(
        _ reader: DocumentReader, topic: String, priority: Int
    ) throws(DocumentProblem) -> SendTerms {
        var members = try reader.members()
        let channel = try members.required("channel").definitionName()
        let template = try members.required("template").definitionName()
        let ownTopic = try members.optional("topic")?.definitionName()
        let ownPriority = try members.optional("priority")?.integer(0...100)
        var deadline = SendTerms.deadlineDefault
        if let span = members.optional("deadline") {
            deadline = try span.timeSpan()
            guard deadline <= SendTerms.deadlineMax else {
                throw span.problem("must be at most \(SendTerms.deadlineMax)")
            }
        }
        let moment = try members.optional("at")?.choice(SendTerms.Moment.self) ?? .now
        var tags: [String] = []
        if let list = members.optional("tags") {
            for tag in try list.elementsOrSelf() { tags.append(try tag.definitionName()) }
            guard tags.count <= SendTerms.tagsMax else {
                throw list.problem("must have at most \(SendTerms.tagsMax) tags")
            }
        }
        let data = try members.optional("data").map(StepValue.init(reading:))
        try members.end()
        return SendTerms(
            channel: channel, template: template, topic: ownTopic ?? topic,
            priority: ownPriority ?? priority, deadline: deadline, moment: moment, tags: tags,
            data: data ?? .empty)
    }

    static func coupon(_ reader: DocumentReader) throws(DocumentProblem) -> CouponTerms {
        var members = try reader.members()
        let percent = try members.optional("percent")?.integer(1...100)
        let amount = try members.optional("amount")?.money()
        let promotion = try members.optional("promotion")?.definitionName()
        let expires = try members.optional("expires")?.timeSpan()
        var prefix = ""
        if let text = members.optional("prefix") {
            prefix = try text.text()
            let isPlain = prefix.utf8.allSatisfy { $0 &- 0x41 < 26 || $0 &- 0x30 < 10 }
            guard isPlain, prefix.utf8.count <= CouponTerms.prefixBytesMax else {
                throw text.problem(
                    "must be at most \(CouponTerms.prefixBytesMax) of A-Z and 0-9")
            }
        }
        try members.end()
        switch (percent, amount, promotion) {
        case (nil, nil, let promotion?):
            return CouponTerms(worth: .promotion(promotion), expires: expires, prefix: prefix)
        case (let percent?, nil, nil):
            return CouponTerms(worth: .percent(percent), expires: expires, prefix: prefix)
        case (nil, let amount?, nil):
            return CouponTerms(worth: .amount(amount), expires: expires, prefix: prefix)
        default: throw reader.problem("must have one of percent, amount, promotion")
        }
    }

    static func task(_ reader: DocumentReader) throws(DocumentProblem) -> TaskTerms {
        var members = try reader.members()
        let title = try Template(reading: try members.required("title"))
        let due = try members.optional("due")?.timeSpan()
        let owner = try members.optional("owner")?.shortText()
        try members.end()
        return TaskTerms(title: title, due: due, owner: owner)
    }

    static func set(_ reader: DocumentReader) throws(DocumentProblem) -> [NamedValue] {
        guard case .mapping(let values) = try StepValue(reading: reader), !values.isEmpty else {
            throw reader.problem("must name the traits to set: {winBackTried: true}")
        }
        return values
    }

    static func webhook(_ reader: DocumentReader) throws(DocumentProblem) -> JourneyStep.Action {
        var members = try reader.members()
        let receiver = try members.required("to").definitionName()
        let data = try members.optional("data").map(StepValue.init(reading:))
        try members.end()
        return .webhook(receiver: receiver, data: data ?? .empty)
    }

    static func award(_ reader: DocumentReader) throws(DocumentProblem) -> JourneyStep.Action {
        var members = try reader.members()
        let points = try members.required("points").integer(1...1_000_000_000)
        let program = try members.optional("program").map { reader throws(DocumentProblem) in
            try reader.definitionName()
        }
        try members.end()
        return .award(points: points, program: program)
    }
}

extension DocumentReader {
    /// `5 GBP` or `12.50 GBP`, above zero.
    func money() throws(DocumentProblem) -> Money {
        let words = try text().split(separator: " ")
        guard words.count == 2, let currency = Currency(words[1]),
            let minor = try? DecimalText.minor(
                Array(words[0].utf8).span, digits: currency.minorDigits), minor > 0
        else { throw problem("must be an amount such as 5 GBP") }
        return Money(minor: minor, currency: currency)
    }
}
