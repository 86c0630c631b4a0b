import API
import Analytics
import Foundation
import Insights
import Runtime

/// What the API's reading routes answer with: what the commands print as JSON.
enum ReadAnswers {
    private static let timelineShown = 20

    static func answers(of workspace: Workspace) -> ReadRoutes.Answers {
        ReadRoutes.Answers(
            customer: { name in
                try await Blocking.run {
                    try workspace.customer(named: name, timeline: timelineShown).map {
                        Array(CustomerReport(details: $0, zone: workspace.zone).json().utf8)
                    }
                }
            },
            customers: { query in
                guard Archive.isPlaced(query) else {
                    throw APIError.invalid(
                        path: "after", code: "invalid_parameter",
                        reason: "takes what next was in a page of the same sort and direction")
                }
                return try await Blocking.run {
                    let page = try workspace.archive.customers(
                        query, asOf: try workspace.figuresAsOf(),
                        activeDays: workspace.options.activeDays)
                    let report = CustomersReport(page: page, zone: workspace.zone)
                    return Array(report.text(.json).utf8)
                }
            },
            models: {
                try await Blocking.run {
                    guard let run = try workspace.newestModelRun() else { return nil }
                    let encoder = JSONEncoder()
                    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                    return Array(try encoder.encode(run.report))
                }
            })
    }
}
