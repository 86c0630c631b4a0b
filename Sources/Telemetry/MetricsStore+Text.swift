extension MetricsStore {
    /// The media type of `text`.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// All metrics in Prometheus's text format 0.0.4, in order of name and labels.
    ///
    /// - Parameter process: The process's own figures; nil leaves them out.
    package func text(process: ProcessFigures? = nil) -> String {
        var page = MetricsPage()
        let (families, overflows) = snapshot()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            page.head(name, family.kind.rawValue, help: family.help)
            let series = family.series.sorted { left, right in
                left.key.map(\.value).lexicographicallyPrecedes(right.key.map(\.value))
            }
            for (labels, cell) in series { page.write(cell, name: name, labels: labels) }
        }
        if !overflows.isEmpty {
            let name = "perennial_metrics_overflow_total"
            page.head(
                name, "counter", help: "Times a new series found its metric full, by metric.")
            for (metric, count) in overflows.sorted(by: { $0.key < $1.key }) {
                page.sample(name, [MetricLabel(name: "metric", value: metric)], String(count))
            }
        }
        process?.write(to: &page)
        return page.text
    }
}

/// A page of metrics while it is written.
struct MetricsPage {
    private(set) var text = ""

    /// A metric's first two lines.
    mutating func head(_ name: String, _ type: String, help: String) {
        text += "# HELP " + name + " "
        for character in help.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(character)
            }
        }
        text += "\n# TYPE " + name + " " + type + "\n"
    }

    /// One line: name, labels and value.
    mutating func sample(_ name: String, _ labels: [MetricLabel], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{"
            for (index, label) in labels.enumerated() {
                if index > 0 { text += "," }
                text += label.name + "=\""
                for scalar in label.value.unicodeScalars {
                    switch scalar {
                    case "\\": text += "\\\\"
                    case "\"": text += "\\\""
                    case "\n": text += "\\n"
                    default: text.unicodeScalars.append(scalar)
                    }
                }
                text += "\""
            }
            text += "}"
        }
        text += " " + value + "\n"
    }

    mutating func write(_ cell: MetricsStore.Cell, name: String, labels: [MetricLabel]) {
        switch cell {
        case .counter(let counter): sample(name, labels, String(counter.value))
        case .fraction(let fraction): sample(name, labels, Self.number(fraction.value))
        case .gauge(let gauge): sample(name, labels, Self.number(gauge.value))
        case .sampled(let read): sample(name, labels, Self.number(read()))
        case .summary(let summary):
            let (count, sum) = summary.value
            sample(name + "_sum", labels, Self.number(sum))
            sample(name + "_count", labels, String(count))
        case .histogram(let histogram):
            let state = histogram.value
            var total: UInt64 = 0
            for (index, count) in state.counts.enumerated() {
                total += count
                let bound =
                    index < HistogramCell.bounds.count
                    ? Self.number(HistogramCell.bounds[index]) : "+Inf"
                sample(
                    name + "_bucket", labels + [MetricLabel(name: "le", value: bound)],
                    String(total))
            }
            sample(name + "_sum", labels, Self.number(state.sumNanoseconds / 1e9))
            sample(name + "_count", labels, String(total))
        }
    }

    /// As Go's ParseFloat reads it; whole numbers without a point.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int64(exactly: value), abs(whole) < 1 << 53 { return String(whole) }
        return String(value)
    }
}
