import Kernel

/// The list of campaigns.
struct CampaignsView {
    struct Row {
        let title: String
        let name: String
        let path: String
        let state: String
        let mark: String
        let segment: String
        let segmentPath: String?
        let template: String
        let templatePath: String?
        let starts: String
        let audience: String
        let sent: String
        /// Of 1000, how far the bar reaches.
        let width: Int
        let progress: String
    }

    let rows: [Row]
    let hasRows: Bool
    let count: String

    init(_ campaigns: [CampaignRow], formats: Formats) {
        rows = campaigns.map { Row($0, formats) }
        hasRows = !rows.isEmpty
        count = formats.words(
            "campaigns.count", count: campaigns.count, formats.integer(campaigns.count))
    }
}

extension CampaignsView.Row {
    init(_ row: CampaignRow, _ formats: Formats) {
        let words = formats.words
        title = row.title.isEmpty ? row.name : row.title
        name = row.name
        path = DefinitionLink(.campaign, name: row.name, title: "").path
        state = words("campaign.state.\(row.state.rawValue)")
        mark = "campaign-\(row.state.rawValue)"
        segment = row.segment.map { $0.title.isEmpty ? $0.name : $0.title } ?? "–"
        segmentPath = row.segment?.path
        template = row.template.map { $0.title.isEmpty ? $0.name : $0.title } ?? "–"
        templatePath = row.template?.path
        starts = row.startsAt.map { formats.moment($0) } ?? "–"
        audience = formats.integer(row.audience)
        sent = formats.integer(row.sent)
        let done = row.audience > 0 ? min(1, Double(row.settled) / Double(row.audience)) : 0
        width = Int((done * 1000).rounded())
        progress = words(
            "campaign.progress", formats.integer(row.settled), audience, formats.chance(done))
    }
}

/// Who would get a campaign, and who would not.
struct AudienceView {
    struct Why {
        let reason: String
        let people: String
        let share: String
        /// Of 1000, how far the bar reaches.
        let width: Int
    }

    let reached: String
    let ofAll: String
    let whyNot: [Why]
    let hasWhyNot: Bool

    init(_ audience: CampaignAudience, _ formats: Formats) {
        let words = formats.words
        reached = words("segment.size", count: audience.reached, formats.integer(audience.reached))
        ofAll = words("audience.ofAll", formats.integer(audience.size))
        whyNot = audience.whyNot.map { Why($0, of: audience.size, formats) }
        hasWhyNot = !whyNot.isEmpty
    }
}

extension AudienceView.Why {
    init(_ why: CampaignAudience.WhyNot, of size: Int, _ formats: Formats) {
        let share = size > 0 ? min(1, Double(why.people) / Double(size)) : 0
        reason = formats.words("whyNot.\(why.reason.rawValue)")
        people = formats.integer(why.people)
        self.share = formats.percent(share)
        width = Int((share * 1000).rounded())
    }
}
