/// Spearman's rank correlation, ties sharing their mean rank; nil where it isn't defined: fewer
/// than two pairs, or one side the same throughout.
///
/// - Parameters:
///   - first: Finite numbers.
///   - second: As many finite numbers.
public func spearmanCorrelation(_ first: [Double], _ second: [Double]) -> Double? {
    precondition(first.count == second.count, "columns differ in length")
    guard first.count > 1 else { return nil }
    let (a, b) = (ranks(first), ranks(second))
    let mean = Double(first.count + 1) / 2
    var (ab, aa, bb) = (CompensatedSum(), CompensatedSum(), CompensatedSum())
    for i in a.indices {
        ab.add((a[i] - mean) * (b[i] - mean))
        aa.add((a[i] - mean) * (a[i] - mean))
        bb.add((b[i] - mean) * (b[i] - mean))
    }
    guard aa.value > 0, bb.value > 0 else { return nil }
    return ab.value / (aa.value * bb.value).squareRoot()
}

/// Ranks from 1; equal values share the mean of their ranks.
private func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var start = 0
    while start < order.count {
        var end = start + 1
        while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
        for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
        start = end
    }
    return ranks
}
