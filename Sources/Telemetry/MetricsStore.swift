package import CoreMetrics
import Synchronization

/// Limits that keep metrics from growing without end.
package struct MetricsLimits: Sendable {
    /// How many series one metric may have; further ones are counted together, each label `other`.
    package var seriesPerMetric = 200
    /// How many metrics there may be; further ones aren't kept.
    package var metrics = 1000

    package init(seriesPerMetric: Int = 200, metrics: Int = 1000) {
        self.seriesPerMetric = seriesPerMetric
        self.metrics = metrics
    }
}

/// Keeps all metrics in memory: swift-metrics' back end.
///
/// A series is made once; making it again gives the same one, so callers may make counters where they
/// use them. Nothing is ever taken away: `destroy…` does nothing.
package final class MetricsStore: MetricsFactory {
    enum Cell {
        case counter(CounterCell)
        case fraction(FractionCell)
        case gauge(GaugeCell)
        case summary(SummaryCell)
        case histogram(HistogramCell)
        case sampled(@Sendable () -> Double)
    }

    struct Family {
        var kind: MetricKind
        var help: String
        /// By label values, labels in order of name.
        var series: [[MetricLabel]: Cell] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        /// How often a new series found its metric full, by metric.
        var overflows: [String: Int] = [:]
    }

    private let limits: MetricsLimits
    private let help: [String: String]
    private let state = Mutex(State())

    /// - Parameter help: One sentence by metric name as it is shown (`perennial_events_total`).
    package init(limits: MetricsLimits = MetricsLimits(), help: [String: String] = [:]) {
        self.limits = limits
        self.help = help
    }

    /// Adds a gauge whose value is read whenever metrics are shown, such as a queue's length.
    package func sample(
        _ label: String, dimensions: [(String, String)] = [],
        _ read: @escaping @Sendable () -> Double
    ) {
        _ = cell(label, dimensions, kind: .gauge) { .sampled(read) }
    }

    package func makeCounter(
        label: String, dimensions: [(String, String)]
    ) -> any CounterHandler {
        let cell = cell(label, dimensions, kind: .counter) { .counter(CounterCell()) }
        guard case .counter(let counter) = cell else { return CounterCell() }
        return counter
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        let cell = cell(label, dimensions, kind: .counter) { .fraction(FractionCell()) }
        guard case .fraction(let fraction) = cell else { return FractionCell() }
        return fraction
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        let cell = cell(label, dimensions, kind: .gauge) { .gauge(GaugeCell()) }
        guard case .gauge(let gauge) = cell else { return GaugeCell() }
        return gauge
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate {
            let cell = cell(label, dimensions, kind: .summary) { .summary(SummaryCell()) }
            guard case .summary(let summary) = cell else { return SummaryCell() }
            return summary
        }
        let cell = cell(label, dimensions, kind: .gauge) { .gauge(GaugeCell()) }
        guard case .gauge(let gauge) = cell else { return GaugeCell() }
        return gauge
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let cell = cell(label, dimensions, kind: .histogram) { .histogram(HistogramCell()) }
        guard case .histogram(let histogram) = cell else { return HistogramCell() }
        return histogram
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    /// A copy of what there is, for showing it.
    func snapshot() -> (families: [String: Family], overflows: [String: Int]) {
        state.withLock { ($0.families, $0.overflows) }
    }

    /// The series' cell, made where it is missing. Where the metric exists with another type, or
    /// there are too many metrics, a cell that is never shown.
    private func cell(
        _ label: String, _ dimensions: [(String, String)], kind: MetricKind, make: () -> Cell
    ) -> Cell {
        let name = kind.name(of: label)
        let labels = MetricLabel.labels(dimensions)
        return state.withLock { state in
            guard state.families[name] != nil || state.families.count < limits.metrics else {
                // By name they would grow without end, so they are counted together.
                state.overflows["other", default: 0] += 1
                return make()
            }
            let made = Family(kind: kind, help: help[name] ?? label)
            var key = labels
            guard state.families[name, default: made].kind == kind else { return make() }
            if let known = state.families[name]?.series[key] { return known }
            // One place is kept for the series that stands for all the others.
            if !labels.isEmpty,
                state.families[name, default: made].series.count >= limits.seriesPerMetric
            {
                state.overflows[name, default: 0] += 1
                key = labels.map { MetricLabel(name: $0.name, value: "other") }
                if let known = state.families[name]?.series[key] { return known }
            }
            let cell = make()
            state.families[name, default: made].series[key] = cell
            return cell
        }
    }
}

/// What sort of metric it is, by Prometheus's words.
enum MetricKind: String {
    case counter, gauge, histogram, summary

    /// The metric's name: `http.requests` counted is `http_requests_total`, timed
    /// `http_requests_seconds`.
    func name(of label: String) -> String {
        let name = MetricName.metric(label)
        switch self {
        case .counter: return MetricName.suffixed(name, "_total")
        case .histogram: return MetricName.suffixed(name, "_seconds")
        case .gauge, .summary: return name
        }
    }
}

/// One label of a series.
struct MetricLabel: Hashable {
    var name: String
    var value: String

    /// Labels in order of name; of two with one name the later stays.
    static func labels(_ dimensions: [(String, String)]) -> [MetricLabel] {
        guard !dimensions.isEmpty else { return [] }
        var values: [String: String] = [:]
        for (name, value) in dimensions { values[MetricName.label(name)] = value }
        return values.sorted { $0.key < $1.key }.map { MetricLabel(name: $0.key, value: $0.value) }
    }
}
