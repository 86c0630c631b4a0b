package import Kernel

/// One campaign in the list.
package struct CampaignRow: Sendable, Equatable {
    package enum State: String, Sendable, CaseIterable {
        case draft
        /// Approved; it begins by itself when its time comes.
        case scheduled
        case running
        case paused
        case done
        case cancelled
    }

    package var name: String
    package var title: String
    package var state: State
    package var segment: DefinitionLink?
    package var template: DefinitionLink?
    /// People whom it is meant for: those of its segment when it began, or now where it didn't yet.
    package var audience: Int
    /// Of them, those of whom it is decided.
    package var settled: Int
    /// Of them, those to whom it went out.
    package var sent: Int
    /// When it begins or began; nil where nobody said when.
    package var startsAt: Timestamp?

    package init(
        name: String, title: String, state: State, segment: DefinitionLink? = nil,
        template: DefinitionLink? = nil, audience: Int = 0, settled: Int = 0, sent: Int = 0,
        startsAt: Timestamp? = nil
    ) {
        self.name = name
        self.title = title
        self.state = state
        self.segment = segment
        self.template = template
        self.audience = audience
        self.settled = settled
        self.sent = sent
        self.startsAt = startsAt
    }
}

/// Who would get a campaign now.
package struct CampaignAudience: Sendable, Equatable {
    /// People who would not get it, for one reason.
    package struct WhyNot: Sendable, Equatable {
        package enum Reason: String, Sendable, CaseIterable {
            case noAddress
            case consentWithdrawn
            case consentMissing
            case suppressed
            case heldOut
            case capped
            case other
        }

        package var reason: Reason
        package var people: Int

        package init(
            reason: Reason, people: Int
        ) {
            self.reason = reason
            self.people = people
        }
    }

    /// Members of its segment.
    package var size: Int
    /// Those of them who would get it.
    package var reached: Int
    /// Why the others would not, the most frequent first; each of them counts once.
    package var whyNot: [WhyNot]

    package init(
        size: Int, reached: Int, whyNot: [WhyNot] = []
    ) {
        self.size = size
        self.reached = reached
        self.whyNot = whyNot
    }
}

/// What the page of one campaign shows.
package struct CampaignPageData: Sendable {
    package var row: CampaignRow
    package var audience: CampaignAudience
    /// The topic's title; empty where it has none.
    package var topic: String
    /// Nil where it goes out as fast as it can.
    package var ratePerHour: Int?
    /// 0...1
    package var holdout: Double
    /// How often it comes again, in plain words; empty for once.
    package var every: String
    /// Messages by state; those with none may be left out.
    package var progress: [MessageRow.State: Int]
    /// Those who did not get it, and why.
    package var left: [CampaignAudience.WhyNot]
    /// Who wrote this version; nil where it came from the command line.
    package var writer: ID<Member>?
    package var writerName: String
    /// Whether nobody else could approve.
    package var isOnlyMember: Bool
    /// Who approved this version; nil where nobody did.
    package var approvedBy: String?
    package var approvedAt: Timestamp?
    package var version: Int
    package var appliedAt: Timestamp?
    package var yaml: String
    /// What keeps it from being sent, such as a template that is gone; empty for nothing.
    package var problem: String
    /// Changes whenever the page does.
    package var revision: String

    package init(
        row: CampaignRow, audience: CampaignAudience, topic: String = "", ratePerHour: Int? = nil,
        holdout: Double = 0, every: String = "", progress: [MessageRow.State: Int] = [:],
        left: [CampaignAudience.WhyNot] = [], writer: ID<Member>? = nil, writerName: String = "",
        isOnlyMember: Bool = false, approvedBy: String? = nil, approvedAt: Timestamp? = nil,
        version: Int = 1, appliedAt: Timestamp? = nil, yaml: String = "", problem: String = "",
        revision: String = ""
    ) {
        self.row = row
        self.audience = audience
        self.topic = topic
        self.ratePerHour = ratePerHour
        self.holdout = holdout
        self.every = every
        self.progress = progress
        self.left = left
        self.writer = writer
        self.writerName = writerName
        self.isOnlyMember = isOnlyMember
        self.approvedBy = approvedBy
        self.approvedAt = approvedAt
        self.version = version
        self.appliedAt = appliedAt
        self.yaml = yaml
        self.problem = problem
        self.revision = revision
    }
}

/// What a member does with a campaign.
package enum CampaignAct: String, Sendable, CaseIterable {
    case approve
    /// Begin now, or when its time comes.
    case start
    case pause
    case resume
    /// End it: who wasn't written to won't be.
    case cancel
}

/// What came of it.
package enum CampaignOutcome: Sendable, Equatable {
    case done
    /// It was so before.
    case already
    case unknown
    case refused(reason: String)
}

/// A new campaign, as it was typed.
package struct CampaignForm: Sendable, Equatable {
    package var name: String
    package var title: String
    package var segment: String
    package var template: String
    /// Empty for the template's own.
    package var topic: String
    /// Messages an hour; empty for as fast as it goes.
    package var rate: String
    /// `2026-03-01T09:00` in the workspace's zone; empty to start by hand.
    package var at: String

    package init(
        name: String = "", title: String = "", segment: String = "", template: String = "",
        topic: String = "", rate: String = "", at: String = ""
    ) {
        self.name = name
        self.title = title
        self.segment = segment
        self.template = template
        self.topic = topic
        self.rate = rate
        self.at = at
    }
}

/// What a campaign can be made of.
package struct CampaignChoices: Sendable, Equatable {
    /// A topic that can be chosen.
    package struct Topic: Sendable, Equatable {
        package var name: String
        package var title: String

        package init(
            name: String, title: String
        ) {
            self.name = name
            self.title = title
        }
    }

    package var segments: [DefinitionLink]
    package var templates: [DefinitionLink]
    package var topics: [Topic]

    package init(
        segments: [DefinitionLink] = [], templates: [DefinitionLink] = [], topics: [Topic] = []
    ) {
        self.segments = segments
        self.templates = templates
        self.topics = topics
    }
}

/// What came of saving a campaign.
package enum CampaignSaveOutcome: Sendable, Equatable {
    case saved(name: String)
    /// What was typed into a field can't be taken.
    case refused(field: String, reason: String)
}
