#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// How well a model's lists name what people took later, as means over the people who took any.
public struct RankingQuality: Hashable, Sendable {
    /// Hits in a list over the length asked for, even where fewer could be hit.
    public let precision: Double
    /// The share of what a person took later that the list names.
    public let recall: Double
    /// Hits weighed by 1/log₂(1 + rank), over the most that could be had (Järvelin & Kekäläinen
    /// 2002).
    public let ndcg: Double
    /// The share of all items that are on anybody's list.
    public let coverage: Double
    /// People with anything to hit; where none, every figure is 0.
    public let users: Int
    /// The NDCG of each of these people, by their index: to compare models on the same people.
    public let ndcgs: [Double]

    /// Ranks every item that a person hadn't taken before.
    ///
    /// - Parameters:
    ///   - known: What the model is told of each person.
    ///   - later: What is to be hit; the same users and items.
    ///   - count: The length of a list.
    public init(
        of model: some ItemModel, known: Interactions, later: Interactions, count: Int = 10,
        workers: Workers = .one
    ) {
        precondition(
            known.userCount == later.userCount && known.itemCount == later.itemCount,
            "other users or items")
        let users = (0..<later.userCount).filter { !later.entries(of: $0).isEmpty }
        let size = 64
        let rows = workers.map((users.count + size - 1) / size) { piece in
            users[piece * size..<min(users.count, (piece + 1) * size)].map { user in
                let history = known.history(of: user)
                let taken = Set(history.map(\.item))
                let scores = model.scores(history) ?? []
                return highest(count, of: scores) { !taken.contains($0) }
            }
        }.joined()
        var (precision, recall, ndcg) = (CompensatedSum(), CompensatedSum(), CompensatedSum())
        var named = Set<Int>()
        var ndcgs: [Double] = []
        ndcgs.reserveCapacity(users.count)
        for (user, list) in zip(users, rows) {
            let wanted = Set(later.entries(of: user).map { Int(later.items[$0]) })
            var (hits, gain) = (0.0, 0.0)
            for (rank, item) in list.enumerated() where wanted.contains(item) {
                hits += 1
                gain += 1 / log2(Double(rank + 2))
            }
            let best = (0..<min(count, wanted.count)).reduce(0) { $0 + 1 / log2(Double($1 + 2)) }
            precision.add(hits / Double(count))
            recall.add(hits / Double(wanted.count))
            let share = best > 0 ? gain / best : 0
            ndcg.add(share)
            ndcgs.append(share)
            named.formUnion(list)
        }
        let people = Double(max(1, users.count))
        self.precision = precision.value / people
        self.recall = recall.value / people
        self.ndcg = ndcg.value / people
        coverage = Double(named.count) / Double(max(1, later.itemCount))
        self.users = users.count
        self.ndcgs = ndcgs
    }
}

/// The items with the highest scores, highest first, of equal ones the lower index; those without a
/// finite score are not scored.
func highest(_ count: Int, of scores: [Float], where isAllowed: (_ item: Int) -> Bool) -> [Int] {
    guard count > 0 else { return [] }
    // The worst kept is at the root of a binary heap.
    var heap: [Int] = []
    heap.reserveCapacity(count)
    func isWorse(_ a: Int, _ b: Int) -> Bool {
        scores[a] != scores[b] ? scores[a] < scores[b] : a > b
    }
    func sink(_ start: Int) {
        var place = start
        while true {
            var worst = place
            for child in [2 * place + 1, 2 * place + 2]
            where child < heap.count && isWorse(heap[child], heap[worst]) { worst = child }
            if worst == place { return }
            heap.swapAt(place, worst)
            place = worst
        }
    }
    for item in scores.indices where scores[item].isFinite {
        if heap.count == count {
            guard isWorse(heap[0], item), isAllowed(item) else { continue }
            heap[0] = item
            sink(0)
        } else if isAllowed(item) {
            heap.append(item)
            if heap.count == count {
                for place in stride(from: count / 2, through: 0, by: -1) { sink(place) }
            }
        }
    }
    return heap.sorted { isWorse($1, $0) }
}
