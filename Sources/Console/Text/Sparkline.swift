/// The path of a small line without axes, for an SVG of 120 × 32.
enum Sparkline {
    static let width = 120.0
    static let height = 32.0

    /// Points spread evenly over the width, scaled between the least and the greatest; nil for
    /// fewer than two.
    static func path(_ values: [Double]) -> String? {
        guard values.count > 1, let least = values.min(), let greatest = values.max(),
            least.isFinite, greatest.isFinite
        else { return nil }
        let range = greatest - least
        let points = values.enumerated().map { index, value in
            let x = 2 + (width - 4) * Double(index) / Double(values.count - 1)
            let level = range > 0 ? (value - least) / range : 0.5
            return "\(short(x)) \(short(height - 3 - (height - 6) * level))"
        }
        return "M" + points.joined(separator: "L")
    }

    private static func short(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }
}
