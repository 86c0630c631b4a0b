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
    /// Nil where it has one template.
    package var variants: CampaignVariants?

    package init(
        row: CampaignRow, audience: CampaignAudience, topic: String = "", ratePerHour: Int? = nil,
        holdout: Double = 0, every: String = "", progress: [MessageRow.State: Int] = [:],
        left: [CampaignAudience.WhyNot] = [], writer: ID<Member>? = nil, writerName: String = "",
        isOnlyMember: Bool = false, approvedBy: String? = nil, approvedAt: Timestamp? = nil,
        version: Int = 1, appliedAt: Timestamp? = nil, yaml: String = "", problem: String = "",
        revision: String = "", variants: CampaignVariants? = nil
    ) {
        self.variants = variants
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

/// A campaign as it was typed.
package struct CampaignForm: Sendable, Equatable {
    /// One of its variants; without a template it isn't one.
    package struct Variant: Sendable, Equatable {
        package var name: String
        package var template: String
        /// What it gives to the template: lines of YAML.
        package var data: String

        package init(name: String = "", template: String = "", data: String = "") {
            self.name = name
            self.template = template
            self.data = data
        }
    }

    /// The name of the one that is changed; empty for a new one.
    package var edited: String
    package var name: String
    package var title: String
    package var description: String
    package var segment: String
    /// Empty where it has variants.
    package var template: String
    package var variants: [Variant]
    /// How the variants are tried out: the share, how long and by what; empty where everybody gets one.
    package var testShare: String
    package var testSpan: String
    package var testGoal: String
    /// Empty for `general`.
    package var topic: String
    /// What it gives to the template: lines of YAML.
    package var data: String
    /// Messages an hour; empty for as fast as it goes.
    package var rate: String
    /// How long after it began it begins again, such as `7 days`; empty for once.
    package var every: String
    /// Such as `10%`; empty for nobody.
    package var holdout: String
    /// `2026-03-01T09:00` in the workspace's zone; empty to start by hand.
    package var at: String

    package init(
        edited: String = "", name: String = "", title: String = "", description: String = "",
        segment: String = "", template: String = "", variants: [Variant] = [],
        testShare: String = "", testSpan: String = "", testGoal: String = "", topic: String = "",
        data: String = "", rate: String = "", every: String = "", holdout: String = "",
        at: String = ""
    ) {
        self.edited = edited
        self.name = name
        self.title = title
        self.description = description
        self.segment = segment
        self.template = template
        self.variants = variants
        self.testShare = testShare
        self.testSpan = testSpan
        self.testGoal = testGoal
        self.topic = topic
        self.data = data
        self.rate = rate
        self.every = every
        self.holdout = holdout
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
