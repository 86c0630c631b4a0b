import Analytics
import Console
import Insights
import Kernel
import Predictions
import RetentionModels
import Runtime

/// P(alive) of one customer over time, by the newest run's parameters, with the orders marked.
enum AliveCurve {
    private static let pointsMax = 120
    /// How far the curve goes on after the end of what the models saw.
    private static let afterDays = 90

    static func points(
        _ records: [OrderRecord], prediction: CustomerPrediction?,
        run: Workspace.ModelRunSummary?, zone: ZoneRules
    ) throws -> [AlivePoint] {
        guard prediction != nil, let run, let end = CalendarDay(run.report.asOf),
            let fitted = run.report.frequency, let parameters = fitted.parameters,
            let model = FrequencyModel(rawValue: fitted.model)?.model(parameters)
        else { return [] }
        let orders = records.filter { !$0.isCancelled && $0.order.kind == .completed }
        let days = Set(orders.map { Int($0.order.localDay) }).sorted()
        guard let first = days.first else { return [] }
        let last = end.daysSinceEpoch + afterDays
        let step = max(1, (last - first) / pointsMax)
        var shown = Set(stride(from: first, through: last, by: step))
        shown.formUnion(days)
        return try shown.sorted().map { day in
            let before = days.filter { $0 <= day }
            let recency = Double((before.last ?? first) - first) / run.report.unit.days
            let history = try PurchaseHistory(
                frequency: before.count - 1, recency: recency,
                age: Double(day - first) / run.report.unit.days)
            return AlivePoint(
                day: CalendarDay(daysSinceEpoch: day),
                probability: model.probabilityAlive(history), ordered: days.contains(day))
        }
    }
}
