/// Of all pairs of which it is known who ended first, the share in which that one had the higher
/// score, equal scores counting half (Harrell 1982); nil where there is no such pair.
///
/// Of two that ended at one time neither was first; one that ended did so before another that still
/// lasted at that time. In n log n time.
///
/// - Parameters:
///   - durations: Finite, from 0.
///   - ended: False where it still lasted when last seen.
///   - scores: Finite; the higher, the sooner it should end.
public func concordance(durations: [Double], ended: [Bool], scores: [Double]) -> Double? {
    precondition(
        durations.count == ended.count && durations.count == scores.count,
        "columns differ in length")
    // Scores as ranks from 1, equal ones the same.
    var rank = [Int](repeating: 0, count: scores.count)
    var ranks = 0
    let byScore = ascendingOrder(scores)
    for (place, row) in byScore.enumerated() {
        if place == 0 || scores[row] != scores[byScore[place - 1]] { ranks += 1 }
        rank[row] = ranks
    }
    // How many of those that lasted longer have each rank or less (Fenwick 1994).
    var tree = [Int](repeating: 0, count: ranks + 1)
    func lasting(upTo rank: Int) -> Int {
        var (sum, place) = (0, rank)
        while place > 0 {
            sum += tree[place]
            place &= place - 1
        }
        return sum
    }
    func enter(_ row: Int) {
        var place = rank[row]
        while place <= ranks {
            tree[place] += 1
            place += place & -place
        }
    }
    let order = ascendingOrder(durations)
    var (halves, pairs, longer) = (0, 0, 0)
    var end = order.count
    while end > 0 {
        var start = end - 1
        while start > 0, durations[order[start - 1]] == durations[order[start]] { start -= 1 }
        let group = order[start..<end]
        for row in group where !ended[row] {
            enter(row)
            longer += 1
        }
        for row in group where ended[row] {
            let lower = lasting(upTo: rank[row] - 1)
            halves += lower + lasting(upTo: rank[row])
            pairs += longer
        }
        for row in group where ended[row] {
            enter(row)
            longer += 1
        }
        end = start
    }
    return pairs > 0 ? Double(halves) / (2 * Double(pairs)) : nil
}
