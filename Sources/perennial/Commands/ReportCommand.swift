import Analytics
import ArgumentParser
import Insights
import Kernel
import Runtime

/// `perennial report overview|cohorts|customers|models`
struct ReportCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Prints figures: overview, cohorts, customers, models.")

    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case overview, cohorts, customers, models
    }

    @Argument(help: "overview, cohorts, customers or models.")
    var subject: Subject

    @OptionGroup var workspace: WorkspaceOptions

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    @Option(help: "customers: only those whose name, e-mail, phone or user id holds this.")
    var search = ""

    @Option(
        help:
            "customers: last-order, first-order, orders, revenue, churn, value, name or last-seen.")
    var sort = "last-order"

    @Flag(help: "customers: the smallest first.")
    var ascending = false

    @Option(help: "customers: only in this lifecycle state; may be repeated.")
    var state: [String] = []

    @Option(help: "customers: how many at most.")
    var limit = 50

    @Option(help: "customers: go on after the page that ended with this.")
    var after = ""

    func validate() throws {
        guard CustomerQuery.Sort(rawValue: sort) != nil else {
            let names = CustomerQuery.Sort.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--sort is one of \(names)")
        }
        for name in state where LifecycleState(rawValue: name) == nil {
            let names = LifecycleState.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--state is one of \(names), not \(name)")
        }
        guard (1...CustomerQuery.limitMax).contains(limit) else {
            throw ValidationError("--limit is 1 to \(CustomerQuery.limitMax)")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let text = try await Blocking.run { try self.text(workspace) }
        try await output.line(text)
    }

    private func text(_ workspace: Workspace) throws -> String {
        switch subject {
        case .overview:
            let figures = try workspace.archive.overview(
                asOf: try workspace.figuresAsOf(), activeDays: workspace.options.activeDays)
            return OverviewReport(figures: figures, zone: workspace.zone).text(format)
        case .cohorts:
            return CohortsReport(cohorts: try workspace.archive.cohorts()).text(format)
        case .customers:
            var query = CustomerQuery()
            query.search = search
            query.states = Set(state.compactMap { LifecycleState(rawValue: $0) })
            query.sort = CustomerQuery.Sort(rawValue: sort) ?? .lastOrder
            query.direction = ascending ? .ascending : .descending
            query.limit = limit
            query.after = after
            let page = try workspace.archive.customers(
                query, asOf: try workspace.figuresAsOf(), activeDays: workspace.options.activeDays)
            return CustomersReport(page: page, zone: workspace.zone).text(format)
        case .models:
            return ModelsReport(run: try workspace.newestModelRun()).text(format)
        }
    }
}
