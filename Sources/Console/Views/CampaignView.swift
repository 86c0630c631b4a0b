import Kernel

/// The page of one campaign.
struct CampaignView {
    struct Count {
        let label: String
        let mark: String
        let value: String
        let path: String
    }

    struct Pair {
        let name: String
        let value: String
        let path: String?
    }

    struct Act {
        let act: String
        let label: String
        let isMain: Bool
    }

    let row: CampaignsView.Row
    /// Whether mail goes out; nil where the page says so already.
    let standing: StandingView?
    let subtitle: String
    let livePath: String
    let audience: AudienceView
    let facts: [Pair]
    let hasBegun: Bool
    let counts: [Count]
    let hasCounts: Bool
    let variants: VariantsView?
    let editPath: String
    let left: [AudienceView.Why]
    let hasLeft: Bool
    let acts: [Act]
    let hasActs: Bool
    let cancelPath: String?
    let approval: String
    let isApproved: Bool
    /// Why whoever looks may not approve; nil where they may, or nothing is to be approved.
    let noApproval: String?
    let testPath: String
    let email: String
    let yaml: String
    let hasYAML: Bool
    let notice: String?
    let problem: String?
    let fault: String?

    /// Whether this member may approve: not their own work, unless nobody else could.
    static func mayApprove(_ data: CampaignPageData, _ member: ID<Member>) -> Bool {
        data.isOnlyMember || data.writer != member
    }

    init(
        _ data: CampaignPageData, standing: MailStanding?, viewer: ID<Member>?, email: String,
        notice: String?,
        problem: String?, formats: Formats
    ) {
        let words = formats.words
        let row = CampaignsView.Row(data.row, formats)
        let state = data.row.state
        self.row = row
        self.standing = standing.map { StandingView($0, formats) }
        subtitle =
            data.appliedAt.map {
                words("definition.version", formats.integer(data.version), formats.moment($0))
            } ?? words("definition.versionOnly", formats.integer(data.version))
        livePath = "\(row.path)/live?seen=\(FormFields.encode(data.revision))"
        audience = AudienceView(data.audience, formats)
        facts = Self.facts(data, row, formats)
        hasBegun = ![.draft, .scheduled].contains(state)
        counts = MessageRow.State.allCases.compactMap { state in
            guard let count = data.progress[state], count > 0 else { return nil }
            return Count(
                label: words("mail.state.\(state.rawValue)"), mark: "mail-\(state.rawValue)",
                value: formats.integer(count),
                path: "/messages?state=\(state.rawValue)&origin=\(FormFields.encode(row.name))")
        }
        hasCounts = hasBegun && !counts.isEmpty
        variants = VariantsView(data.variants, path: row.path, formats: formats)
        editPath = "\(row.path)/edit"
        left = data.left.map { AudienceView.Why($0, of: data.row.audience, formats) }
        hasLeft = hasBegun && !left.isEmpty
        isApproved = data.approvedBy != nil
        approval =
            data.approvedBy.map { by in
                data.approvedAt.map { words("campaign.approvedAt", by, formats.moment($0)) }
                    ?? words("campaign.approved", by)
            } ?? words("campaign.notApproved")
        let isOpen = state == .draft || state == .scheduled
        let mayApprove = viewer.map { Self.mayApprove(data, $0) } ?? false
        noApproval =
            isOpen && data.approvedBy == nil && !mayApprove
            ? words("campaign.ownApproval") : nil
        acts = Self.acts(data, mayApprove: mayApprove, words)
        hasActs = !acts.isEmpty
        cancelPath = [.done, .cancelled].contains(state) ? nil : "\(row.path)/cancel"
        testPath = "\(row.path)/test"
        self.email = email
        yaml = data.yaml
        hasYAML = !data.yaml.isEmpty
        self.notice = notice
        self.problem = problem
        fault = data.problem.isEmpty ? nil : data.problem
    }

    private static func facts(
        _ data: CampaignPageData, _ row: CampaignsView.Row, _ formats: Formats
    ) -> [Pair] {
        let words = formats.words
        var facts = [
            Pair(name: words("definition.segment"), value: row.segment, path: row.segmentPath)
        ]
        // Variants are shown with their templates elsewhere.
        if data.variants == nil {
            facts.append(
                Pair(
                    name: words("definition.template"), value: row.template,
                    path: row.templatePath))
        }
        if !data.topic.isEmpty {
            facts.append(Pair(name: words("template.topic"), value: data.topic, path: nil))
        }
        facts.append(
            Pair(
                name: words("campaign.starts"),
                value: data.row.startsAt.map { formats.moment($0) } ?? words("campaign.byHand"),
                path: nil))
        if !data.every.isEmpty {
            facts.append(Pair(name: words("campaign.again"), value: data.every, path: nil))
        }
        facts.append(
            Pair(
                name: words("campaign.field.rate"),
                value: data.ratePerHour.map { words("campaign.perHour", formats.integer($0)) }
                    ?? words("campaign.noRate"), path: nil))
        if data.holdout > 0 {
            facts.append(
                Pair(
                    name: words("lift.heldOut"), value: formats.percent(data.holdout), path: nil))
        }
        if !data.writerName.isEmpty {
            facts.append(Pair(name: words("campaign.writer"), value: data.writerName, path: nil))
        }
        return facts
    }

    private static func acts(
        _ data: CampaignPageData, mayApprove: Bool, _ words: Words
    ) -> [Act] {
        func act(_ act: CampaignAct, isMain: Bool = true) -> Act {
            Act(
                act: act.rawValue, label: words("campaign.act.\(act.rawValue)"), isMain: isMain)
        }
        switch data.row.state {
        case .draft, .scheduled:
            guard data.problem.isEmpty else { return [] }
            if data.approvedBy == nil { return mayApprove ? [act(.approve)] : [] }
            return [act(.start, isMain: data.row.state == .draft)]
        case .running: return [act(.pause, isMain: false)]
        case .paused: return [act(.resume)]
        case .done, .cancelled: return []
        }
    }
}
