import Access
import Console
import Documents
import FoundationEssentials
import Journeys
import Kernel
import Messaging
import Records
import Runtime
import Segments

/// What the rooms of campaigns read and do.
struct ConsoleCampaigns: Sendable {
    /// Of a segment, so many are looked at to say why they wouldn't get a campaign.
    private static let sampleMax = 400

    let workspace: Workspace
    let tests: TestTurns
    /// Of a run's variants, as the archive takes a while for them.
    let orders: KeptAnswers<Int64, [String: Int]>

    init(workspace: Workspace, tests: TestTurns) {
        self.workspace = workspace
        self.tests = tests
        orders = KeptAnswers(clock: workspace.clock, seconds: 30)
    }

    func add(to mail: inout MailData) {
        mail.campaigns = { try await Blocking.run { try rows() } }
        mail.campaign = { name in try await Blocking.run { try page(name) } }
        mail.campaignRevision = { name in try await Blocking.run { try revision(name) } }
        mail.changeCampaign = { name, act, member in
            try await Blocking.run { try change(name, act, by: member) }
        }
        mail.testCampaign = { name, address, member in
            try await test(name, to: address, by: member)
        }
        mail.campaignChoices = { try await Blocking.run { try choices() } }
        mail.campaignAudience = { form in try await Blocking.run { try audience(form) } }
        mail.chooseVariant = { name, variant, member in
            try await Blocking.run { try choose(variant, of: name, by: member) }
        }
        mail.campaignForm = { name in try await Blocking.run { try form(of: name) } }
        mail.saveCampaign = { form, member in try await save(form, by: member) }
    }

    // MARK: Reading

    private func rows() throws -> [CampaignRow] {
        let set = try workspace.definitions()
        return try workspace.campaigns().map { try row($0, set) }
    }

    private func row(_ standing: CampaignStanding, _ set: DefinitionSet) throws -> CampaignRow {
        let campaign = standing.campaign
        let run = standing.run
        let counts = try run.map { try workspace.records.campaignMessages(of: $0) } ?? [:]
        let settled = counts.filter { $0.key != .sending && $0.key != .deferred }
            .reduce(0) { $0 + $1.value }
        let segment = set.segments.first { $0.row.name == campaign.segment }
        let size = try segment.map { try workspace.records.segmentSizes()[$0.row.subject] ?? 0 }
        let templates = campaign.messages.map(\.template)
        return CampaignRow(
            name: standing.row.name, title: campaign.title, state: run?.state.shown ?? .draft,
            segment: segment.map {
                DefinitionLink(.segment, name: $0.row.name, title: $0.definition.title)
            },
            template: DefinitionLink(
                .template, name: campaign.template, title: templates.joined(separator: ", ")),
            audience: run?.beganAt == nil ? Int(size ?? 0) : run?.audience ?? 0,
            settled: settled + (run?.heldOut ?? 0), sent: counts[.accepted] ?? 0,
            startsAt: run?.beganAt ?? run?.startsAt ?? campaign.startsAt(in: workspace.zone))
    }

    private func page(_ name: String) throws -> CampaignPageData? {
        let set = try workspace.definitions()
        guard set.campaigns.contains(where: { $0.row.name == name }) else { return nil }
        let standing = try workspace.campaign(name)
        let row = try row(standing, set)
        let members = try workspace.records.members()
        let writer = members.first { $0.id.description == standing.row.appliedBy }
        let run = standing.run
        let counts = try run.map { try workspace.records.campaignMessages(of: $0) } ?? [:]
        var progress: [MessageRow.State: Int] = [:]
        for (state, count) in counts {
            if let shown = MessageRow.State(rawValue: state.rawValue) { progress[shown] = count }
        }
        let approver = members.first { $0.id.description == run?.approvedBy }
        let approvedBy = approver?.name ?? run?.approvedBy
        // Of one that is over, who approved what went out.
        let isApproved =
            standing.isApproved || (run?.state.isOver == true && run?.approvedBy.isEmpty == false)
        return CampaignPageData(
            row: row,
            audience: run?.beganAt == nil
                ? try audience(standing.campaign, set)
                : CampaignAudience(size: row.audience, reached: run?.queued ?? 0),
            topic: standing.campaign.topic, ratePerHour: standing.campaign.ratePerHour,
            holdout: Double(standing.campaign.holdoutBasisPoints) / 10_000,
            every: standing.campaign.every.map { "every \($0)" } ?? "", progress: progress,
            left: try left(counts, run), writer: writer?.id, writerName: writer?.name ?? "",
            isOnlyMember: members.count <= 1,
            approvedBy: isApproved ? approvedBy : nil,
            approvedAt: isApproved ? run?.approvedAt : nil,
            version: Int(standing.row.version), appliedAt: standing.row.appliedAt,
            yaml: standing.row.source,
            problem: run?.state.isOver == true && run?.version == standing.row.version
                ? ""
                : try workspace.obstacles(to: standing.campaign).joined(separator: "; "),
            revision: try revision(name) ?? "", variants: try variants(standing, members))
    }

    private func left(
        _ counts: [MessageState: Int], _ run: CampaignRun?
    ) throws -> [CampaignAudience.WhyNot] {
        let capped =
            try run.map {
                try workspace.records.campaignObstacles(of: $0, limit: 100)
                    .filter { $0.reason.hasPrefix(Workspace.capReason) }
                    .reduce(0) { $0 + $1.count }
            } ?? 0
        let found: [(CampaignAudience.WhyNot.Reason, Int)] = [
            (.capped, capped), (.suppressed, (counts[.suppressed] ?? 0) - capped),
            (.heldOut, run?.heldOut ?? 0),
            (.other, (counts[.failed] ?? 0) + (counts[.expired] ?? 0)),
        ]
        return found.filter { $0.1 > 0 }.sorted { $0.1 > $1.1 }.map {
            CampaignAudience.WhyNot(reason: $0.0, people: $0.1)
        }
    }

    private func revision(_ name: String) throws -> String? {
        guard let heading = try workspace.records.heading(kind: "campaign", name: name) else {
            return nil
        }
        guard let run = try workspace.records.campaignRun(of: name) else {
            return "\(heading.version)"
        }
        let counts = try workspace.records.campaignMessages(of: run)
        let total = counts.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue)\($0.value)" }.joined(separator: ".")
        // What comes back changes the page of a campaign with variants.
        let back = try workspace.records.variantCounts(of: run)
            .reduce(run.winner.count) { $0 + $1.opened + $1.clicked }
        return "\(heading.version)-\(run.number)-\(run.state.rawValue)-\(run.approvedBy)-\(total)"
            + "-\(back)-\(run.testEndsAt?.milliseconds ?? 0)"
    }

    // MARK: Audience

    /// Who would get it: counted on all where there are few, and else from the first of them.
    func audience(_ campaign: Campaign, _ set: DefinitionSet) throws -> CampaignAudience {
        guard let segment = set.segments.first(where: { $0.row.name == campaign.segment }) else {
            return CampaignAudience(size: 0, reached: 0)
        }
        let size = Int(try workspace.records.segmentSizes()[segment.row.subject] ?? 0)
        let members = try workspace.records.members(
            of: segment.row.subject, after: 0, limit: Self.sampleMax)
        var reasons: [CampaignAudience.WhyNot.Reason: Int] = [:]
        for member in members {
            if let reason = try obstacle(ID(rawValue: member.customer), campaign) {
                reasons[reason, default: 0] += 1
            }
        }
        let scale = members.isEmpty ? 0 : Double(size) / Double(members.count)
        let whyNot = reasons.map { reason, count in
            CampaignAudience.WhyNot(
                reason: reason, people: Int((Double(count) * scale).rounded()))
        }.sorted { $0.people > $1.people }
        return CampaignAudience(
            size: size, reached: size - whyNot.reduce(0) { $0 + $1.people }, whyNot: whyNot)
    }

    private func obstacle(
        _ customer: ID<Customer>, _ campaign: Campaign
    ) throws -> CampaignAudience.WhyNot.Reason? {
        if try workspace.isHeldOut(customer, of: campaign) { return .heldOut }
        let facts = try workspace.facts(of: customer)
        guard let address = try workspace.mailAddress(of: customer, facts) else {
            return .noAddress
        }
        let message = MessageDraft(
            id: ID(rawValue: 0), customer: customer.rawValue, address: address,
            topic: campaign.topic, createdAt: workspace.clock.now)
        if try workspace.records.suppression(of: address) != nil { return .suppressed }
        let isNew = !workspace.keepsConsent(topic: campaign.topic)
        if isNew { return nil }
        return try workspace.mailObstacle(message, facts: facts) == nil ? nil : .consentWithdrawn
    }

    private func choices() throws -> CampaignChoices {
        let set = try workspace.definitions()
        return CampaignChoices(
            segments: set.segments.map {
                DefinitionLink(.segment, name: $0.row.name, title: $0.definition.title)
            }.sorted { $0.title < $1.title },
            templates: set.templates.map {
                DefinitionLink(.template, name: $0.row.name, title: $0.row.name)
            }.sorted { $0.title < $1.title },
            topics: Set(try workspace.mailTopics() + ["general"]).sorted().map {
                CampaignChoices.Topic(name: $0, title: $0)
            })
    }

    // MARK: Changing

    private func change(
        _ name: String, _ act: CampaignAct, by member: ID<Member>
    ) throws -> CampaignOutcome {
        let step: CampaignStep =
            switch act {
            case .approve: .approve
            case .start: .start
            case .pause: .pause
            case .resume: .resume
            case .cancel: .cancel
            }
        let isAlone = try workspace.records.members().count <= 1
        do {
            try workspace.take(
                step, with: name, by: member.description, mayApproveOwn: isAlone)
            return .done
        } catch Workspace.CampaignFailure.unknown {
            return .unknown
        } catch let failure as Workspace.CampaignFailure {
            return .refused(reason: failure.description)
        }
    }

    /// As somebody of its segment would get it.
    private func test(
        _ name: String, to address: String, by member: ID<Member>
    ) async throws -> TestMailOutcome {
        guard RunningServer.mail != nil else {
            return .refused(reason: "no mail is set up: set mail.from and mail.smtp.host")
        }
        guard (try? EmailAddress(address)) != nil else {
            return .refused(reason: "\(address) isn't an e-mail address")
        }
        let found = try await Blocking.run { () -> (Campaign, ID<Customer>)? in
            let standing = try workspace.campaign(name)
            guard
                let segment = try workspace.records.heading(
                    kind: "segment", name: standing.campaign.segment),
                let member = try workspace.records.members(
                    of: segment.subject, after: 0, limit: 1
                ).first
            else { return nil }
            return (standing.campaign, ID(rawValue: member.customer))
        }
        guard let (campaign, customer) = found else {
            return .refused(
                reason: "nobody is in its segment, so that there is nobody to fill it in for")
        }
        guard tests.take(member) else {
            return .refused(
                reason: "\(TestTurns.most) tests in ten minutes are enough; wait a little")
        }
        for variant in campaign.messages {
            _ = try await workspace.sendTest(
                of: variant.template, sample: MailSample(data: campaign.data(for: variant)),
                to: address, as: customer, number: workspace.newID(OutboxItem.self))
        }
        return .sent("it is on its way to \(address)")
    }
}

extension CampaignState {
    fileprivate var shown: CampaignRow.State {
        switch self {
        case .draft: .draft
        case .scheduled: .scheduled
        case .running: .running
        case .paused: .paused
        case .done: .done
        case .cancelled: .cancelled
        }
    }
}
