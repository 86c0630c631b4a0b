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
    let order = ascendingOrder(values)
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

/// The indices of finite numbers, ascending by number, then by index. Linear time: a radix sort on
/// the bits, a digit of eleven at a time, leaving out the digits that all share.
func ascendingOrder(_ values: [Double]) -> [Int] {
    guard values.count > 256 else {
        return values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    }
    // Flipped so, the bits of doubles are ordered as unsigned numbers; adding 0 makes one of -0 and 0.
    var rows = values.indices.map { i in
        let bits = (values[i] + 0).bitPattern
        return (key: bits >> 63 == 1 ? ~bits : bits | 1 << 63, index: UInt32(truncatingIfNeeded: i))
    }
    var moved = rows
    for shift in stride(from: UInt64(0), to: 64, by: 11) {
        var counts = [Int](repeating: 0, count: 2048)
        for row in rows { counts[Int((row.key >> shift) & 2047)] += 1 }
        if counts.contains(rows.count) { continue }
        var start = 0
        for digit in counts.indices {
            let count = counts[digit]
            counts[digit] = start
            start += count
        }
        for row in rows {
            let digit = Int((row.key >> shift) & 2047)
            moved[counts[digit]] = row
            counts[digit] += 1
        }
        swap(&rows, &moved)
    }
    return rows.map { Int($0.index) }
}
