import ArgumentParser
import Insights
import Kernel
import Predictions
import Runtime

/// `perennial recommend CUSTOMER`
struct RecommendCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend",
        abstract: "Shows what to offer to a customer, and what they are due to need again.",
        discussion: """
            CUSTOMER is a customer id (cus_…), a user id, an e-mail, a phone number or an anonymous id. \
            What is offered is learnt from all order lines, which takes a while; a running server \
            keeps what it learnt for the day. How well offers do: perennial model card recommendations.
            """)

    @Argument(help: "To whom.")
    var customer: String

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "How many offers, and products that are due, from 1 to 100.")
    var count = 10

    @Option(help: "Only products of this category; may be repeated.")
    var category: [String] = []

    @Option(help: "No products of this category; may be repeated.")
    var excludeCategory: [String] = []

    @Flag(help: "Offer also what they bought before.")
    var includeBought = false

    @Flag(help: "Break up lists of things that are alike.")
    var varied = false

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    func validate() throws {
        guard (1...100).contains(count) else {
            throw ValidationError("--count takes a number from 1 to 100, not \(count)")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let key = customer
        let found = try await Blocking.run { try workspace.customerID(named: key) }
        guard let root = found else {
            throw ValidationFailure(
                "nobody is known as \(key); list customers with: perennial report customers")
        }
        let (model, day) = try await OfferDesk.model(of: workspace)
        var rules = OfferRules()
        rules.count = count
        rules.categories = category
        rules.excludedCategories = excludeCategory
        rules.includesBought = includeBought
        rules.isVaried = varied
        for name in model.unknownCategories(rules) {
            throw ValidationFailure("no product here is of the category \(name)")
        }
        let asked = rules
        let text = try await Blocking.run { [format] in
            let offers = try workspace.offers(to: root, by: model, asOf: day, rules: asked)
            let row = try workspace.customerRow(of: root)
            return OffersReport(
                customer: root, label: row?.label ?? root.description, asOf: day, offers: offers,
                report: model.report
            ).text(format)
        }
        try await output.line(text)
    }
}

/// Where the model that offers are made by is asked for.
enum OfferDesk {
    /// The model, learnt first where that wasn't done for the day, and the day that counts as today.
    static func model(of workspace: Workspace) async throws -> (OfferModel, CalendarDay) {
        let basis = try await Blocking.run { try workspace.offersBasis() }
        let model = try await workspace.keptOffers.model(for: basis) {
            try workspace.learnOffers(asOf: basis.day)
        }
        return (model, basis.day)
    }
}
