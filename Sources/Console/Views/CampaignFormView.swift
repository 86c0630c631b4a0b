/// The page on which a campaign is made or changed.
struct CampaignFormView {
    struct Option {
        let value: String
        let label: String
        let isChosen: Bool
    }

    struct Variant {
        let number: Int
        let label: String
        let name: String
        let templates: [Option]
        let data: String
    }

    /// So many variants can be typed.
    static let variantsMax = 5
    private static let fields = [
        "name", "title", "description", "segment", "template", "variants", "test", "topic", "data",
        "rate", "every", "holdout", "at",
    ]

    let heading: String
    let edited: String
    let isEdited: Bool
    let backPath: String
    let name: String
    let title: String
    let description: String
    let segments: [Option]
    let templates: [Option]
    let variants: [Variant]
    let opensVariants: Bool
    let testShare: String
    let testSpan: String
    let goals: [Option]
    let topics: [Option]
    let data: String
    let rate: String
    let every: String
    let holdout: String
    let at: String
    let audience: AudienceView?
    let problem: String?
    let wrongName: Bool
    let wrongTitle: Bool
    let wrongSegment: Bool
    let wrongTemplate: Bool
    let wrongVariants: Bool
    let wrongTest: Bool
    let wrongTopic: Bool
    let wrongData: Bool
    let wrongRate: Bool
    let wrongEvery: Bool
    let wrongHoldout: Bool
    let wrongAt: Bool

    init(
        _ form: CampaignForm, choices: CampaignChoices, audience: AudienceView?,
        problem: (field: String, reason: String)?, words: Words
    ) {
        func options(_ links: [DefinitionLink], _ chosen: String, _ none: String) -> [Option] {
            [Option(value: "", label: none, isChosen: chosen.isEmpty)]
                + links.map { link in
                    Option(
                        value: link.name, label: link.title.isEmpty ? link.name : link.title,
                        isChosen: link.name == chosen)
                }
        }
        heading = words(form.edited.isEmpty ? "campaign.new" : "campaign.edit")
        edited = form.edited
        isEdited = !form.edited.isEmpty
        backPath =
            form.edited.isEmpty ? "/campaigns" : "/campaigns/\(FormFields.encode(form.edited))"
        name = form.name
        title = form.title
        description = form.description
        segments = options(choices.segments, form.segment, words("campaign.choose"))
        templates = options(choices.templates, form.template, words("campaign.choose"))
        variants = (0..<Self.variantsMax).map { index in
            let typed =
                form.variants.indices.contains(index)
                ? form.variants[index] : CampaignForm.Variant()
            let letter = ["A", "B", "C", "D", "E"][index]
            return Variant(
                number: index, label: words("campaign.variant", letter),
                name: typed.name.isEmpty ? letter : typed.name,
                templates: options(
                    choices.templates, typed.template, words("campaign.noVariant")),
                data: typed.data)
        }
        opensVariants =
            form.variants.contains { !$0.template.isEmpty }
            || ["variants", "test"].contains(problem?.field)
        testShare = form.testShare
        testSpan = form.testSpan
        goals = CampaignVariants.Goal.allCases.map { goal in
            Option(
                value: goal.rawValue, label: words("variants.goal.\(goal.rawValue)"),
                isChosen: goal.rawValue == form.testGoal)
        }
        topics =
            [Option(value: "", label: words("campaign.noTopic"), isChosen: form.topic.isEmpty)]
            + choices.topics.map { topic in
                Option(
                    value: topic.name, label: topic.title.isEmpty ? topic.name : topic.title,
                    isChosen: topic.name == form.topic)
            }
        data = form.data
        rate = form.rate
        every = form.every
        holdout = form.holdout
        at = form.at
        self.audience = audience
        let field = problem?.field
        wrongName = field == "name"
        wrongTitle = field == "title"
        wrongSegment = field == "segment"
        wrongTemplate = field == "template"
        wrongVariants = field == "variants"
        wrongTest = field == "test"
        wrongTopic = field == "topic"
        wrongData = field == "data"
        wrongRate = field == "rate"
        wrongEvery = field == "every"
        wrongHoldout = field == "holdout"
        wrongAt = field == "at"
        self.problem = problem.map { problem in
            Self.fields.contains(problem.field)
                ? "\(words("campaign.field.\(problem.field)")) \(problem.reason)" : problem.reason
        }
    }
}
