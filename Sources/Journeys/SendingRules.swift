package import Documents
package import Kernel

/// What holds for all that is sent in a workspace: how often, when not, and to whom nothing.
package struct SendingRules: Hashable, Sendable {
    /// At most so many messages in any stretch of time of a length.
    package struct Cap: Hashable, Sendable {
        /// Nil: every channel.
        package let channel: String?
        /// Nil: every topic.
        package let topic: String?
        /// 1...100.
        package let atMost: Int
        package let within: TimeSpan

        package init(channel: String? = nil, topic: String? = nil, atMost: Int, within: TimeSpan) {
            self.channel = channel
            self.topic = topic
            self.atMost = atMost
            self.within = within
        }

        func covers(channel: String, topic: String) -> Bool {
            // What colleagues are told fills nobody's mailbox.
            channel != SendTerms.colleagues && (self.channel ?? channel) == channel
                && (self.topic ?? topic) == topic
        }

        /// Whether a message more at this moment would be one too many in some stretch of the cap's length. What went
        /// at t is out of the stretch at exactly t + length.
        ///
        /// - Parameter taken: In order of time.
        func isFull(_ taken: [Timestamp], at moment: Timestamp) -> Bool {
            guard taken.count >= atMost else { return false }
            var times = taken.map(\.milliseconds)
            let place = times.firstIndex { $0 > moment.milliseconds } ?? times.count
            times.insert(moment.milliseconds, at: place)
            for first in max(0, place - atMost)...place {
                let last = first + atMost
                guard last < times.count else { break }
                if times[last] - times[first] < within.milliseconds { return true }
            }
            return false
        }

        /// `at most 2 email messages about offers in 7 days`.
        var phrase: String {
            let about = topic.map { " about \($0)" } ?? ""
            let channel = channel.map { $0 + " " } ?? ""
            return
                "at most \(atMost) \(channel)message\(atMost == 1 ? "" : "s")\(about) in \(within)"
        }
    }

    package static let capsMax = 50
    package static let atMostMax = 100
    package static let within = TimeSpan.days(400)

    package var caps: [Cap] = []
    package var quietHours: QuietHours?
    /// The share of all customers to whom nothing is sent, in hundredths of a percent.
    package var holdoutBasisPoints = 0
    /// Messages with one of these tags pass the holdouts, the caps and the quiet hours.
    package var exemptTags: Set<String> = []
    /// As it was written.
    package private(set) var document = DocumentNode.mapping([("kind", .text("sending"))])

    package init() {}

    /// Reads the rules.
    ///
    /// - Throws: Where they can't be taken, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        document = reader.node
        var members = try reader.members()
        try members.take(kind: "sending")
        if let list = members.optional("caps") {
            let elements = try list.elements()
            guard elements.count <= Self.capsMax else {
                throw list.problem("must have at most \(Self.capsMax) caps")
            }
            for element in elements { caps.append(try Self.cap(element)) }
        }
        if let quiet = members.optional("quietHours") {
            var hours = try quiet.members()
            let from = try hours.required("from").timeOfDay()
            let to = try hours.required("to").timeOfDay()
            let zone = try ZoneChoice(reading: hours.optional("zone"))
            try hours.end()
            guard from != to else {
                throw quiet.problem(
                    "must not begin and end at the same time: nothing would be sent")
            }
            quietHours = QuietHours(from: from, to: to, zone: zone)
        }
        if let holdout = members.optional("holdout") {
            holdoutBasisPoints = try holdout.share()
        }
        if let tags = members.optional("exemptTags") {
            for tag in try tags.elementsOrSelf() { exemptTags.insert(try tag.text()) }
        }
        try members.end()
    }

    private static func cap(_ reader: DocumentReader) throws(DocumentProblem) -> Cap {
        var members = try reader.members()
        let channel = try members.optional("channel")?.definitionName()
        let topic = try members.optional("topic")?.definitionName()
        let atMost = try members.required("atMost").integer(1...atMostMax)
        let span = try members.required("within")
        let within = try span.timeSpan()
        guard within <= Self.within else { throw span.problem("must be at most \(Self.within)") }
        try members.end()
        return Cap(channel: channel, topic: topic, atMost: atMost, within: within)
    }

    /// The cap that keeps a message from going now, in words; nil where none does.
    ///
    /// What journeys and campaigns send is judged by the same caps. What somebody asked for isn't asked about here, and
    /// counts nowhere.
    ///
    /// - Parameter sent: What went to the customer; what was withheld from them is passed over.
    package func fullCap(
        channel: String, topic: String, at moment: Timestamp, after sent: [CustomerAutomation.Sent]
    ) -> String? {
        for cap in caps where cap.covers(channel: channel, topic: topic) {
            let taken = sent.filter {
                !$0.isWithheld && cap.covers(channel: $0.channel, topic: $0.topic)
            }.map(\.at).sorted()
            if cap.isFull(taken, at: moment) { return cap.phrase }
        }
        return nil
    }

    func isExempt(_ tags: [String]) -> Bool { tags.contains { exemptTags.contains($0) } }

    /// How long what was sent is remembered: as long as the longest cap, and 30 days for those to come.
    package var memoryMs: Int64 {
        caps.reduce(TimeSpan.days(30).milliseconds) { max($0, $1.within.milliseconds) }
    }
}

extension DocumentReader {
    /// `10%` or `2.5%`, from 0 to 100, in hundredths of a percent.
    func share() throws(DocumentProblem) -> Int {
        let text = try text()
        let digits = text.hasSuffix("%") ? text.dropLast() : ""
        guard text.utf8.count <= 7,
            let points = try? DecimalText.minor(Array(digits.utf8).span, digits: 2),
            (0...10_000).contains(points)
        else { throw problem("must be a share such as 10%, from 0% to 100%; not \(text)") }
        return Int(points)
    }
}
