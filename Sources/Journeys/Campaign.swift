package import Documents
package import Kernel

/// A message to everyone in a segment, once or again and again, as a person wrote it.
package struct Campaign: Hashable, Sendable {
    package static let ratesPerHour = 1...100_000_000
    package static let everyMin = TimeSpan(milliseconds: 3_600_000)

    package let name: String
    package let title: String
    package let description: String?
    /// Who gets it.
    package let segment: String
    /// What it says; with variants, the first one's.
    package let template: String
    /// What it says in place of one template, chance deciding who gets which; empty for none, else 2 to 5.
    package let variants: [Variant]
    /// How the best variant is found; nil where everybody gets one by chance.
    package let test: Test?
    package let topic: String
    /// Messages an hour; nil for as many as go.
    package let ratePerHour: Int?
    /// When it begins, where it doesn't wait for somebody to say so: in the workspace's zone.
    package let startDay: CalendarDay?
    package let startTime: TimeOfDay
    /// How long after it began it begins again; nil for once.
    package let every: TimeSpan?
    /// The share of the segment that gets nothing, in hundredths of a percent.
    package let holdoutBasisPoints: Int
    /// What it gives to the template.
    package let data: DocumentNode

    /// Reads a campaign.
    ///
    /// - Throws: Where it isn't one, with the place.
    package init(reading reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        try members.take(kind: "campaign")
        name = try members.required("name").definitionName()
        title = try members.optional("title")?.shortText() ?? name
        description = try members.optional("description")?.text()
        segment = try members.required("segment").definitionName()
        let template = try members.optional("template")?.definitionName()
        variants = try Self.variants(members.optional("variants"))
        if let template {
            guard variants.isEmpty else {
                throw members.problem("says a template and variants; say one of them")
            }
            self.template = template
        } else {
            guard let first = variants.first else {
                throw members.problem("template is missing; or say variants")
            }
            self.template = first.template
        }
        let test = members.optional("test")
        if let test, variants.isEmpty {
            throw test.problem("needs variants that are to be tried out")
        }
        self.test = try test.map { reader throws(DocumentProblem) in try Test(reading: reader) }
        topic = try members.optional("topic")?.definitionName() ?? "general"
        ratePerHour = try members.optional("rate")?.integer(Self.ratesPerHour)
        if let at = members.optional("at") {
            (startDay, startTime) = try Self.start(at)
        } else {
            (startDay, startTime) = (nil, TimeOfDay(minutes: 0))
        }
        if let span = members.optional("every") {
            let every = try span.timeSpan()
            guard every >= Self.everyMin else { throw span.problem("must be at least 1 hour") }
            self.every = every
        } else {
            every = nil
        }
        holdoutBasisPoints = try members.optional("holdout")?.share() ?? 0
        data = try Self.data(members.optional("data"))
        try members.end()
    }

    /// `2026-03-01T09:00`, and `2026-03-01 09:00`.
    private static func start(
        _ reader: DocumentReader
    ) throws(DocumentProblem) -> (CalendarDay, TimeOfDay) {
        let parts = try reader.text().split { $0 == "T" || $0 == " " }.map(String.init)
        guard parts.count == 2, let day = CalendarDay(parts[0]), let time = TimeOfDay(parts[1])
        else { throw reader.problem("must be a day and a time such as 2026-03-01T09:00") }
        return (day, time)
    }

    /// When it begins; nil where somebody says so.
    package func startsAt(in zone: ZoneRules) -> Timestamp? {
        startDay.map { zone.instant($0, startTime) }
    }

    /// Whether a customer is held out of it.
    ///
    /// - Parameter place: Theirs among all, 0..<1, in the campaign's own experiment.
    package func holdsOut(place: Double) -> Bool { place * 10_000 < Double(holdoutBasisPoints) }
}
