extension Interactions {
    /// The same entries as items × users.
    public func transposed() -> Interactions {
        var starts = [Int](repeating: 0, count: itemCount + 1)
        for item in items { starts[Int(item) + 1] += 1 }
        for item in 0..<itemCount { starts[item + 1] += starts[item] }
        var places = starts
        var users = [Int32](repeating: 0, count: entryCount)
        var (weights, times) = (self.weights, self.times)
        for user in 0..<userCount {
            for entry in entries(of: user) {
                let place = places[Int(items[entry])]
                places[Int(items[entry])] += 1
                users[place] = Int32(truncatingIfNeeded: user)
                weights[place] = self.weights[entry]
                times[place] = self.times[entry]
            }
        }
        return Interactions(
            userCount: itemCount, itemCount: userCount, starts: starts, items: users,
            weights: weights, times: times)
    }

    /// Without the entries of items that fewer users took: chance speaks loudest where there is
    /// little. Indices stay.
    public func supported(byUsers minimum: Int) -> Interactions {
        let support = support
        return filtered { support[Int(items[$0])] >= minimum }
    }

    /// Each user's latest entries apart, to choose a model's settings by: at least one stays, and
    /// users with a single entry have none apart.
    ///
    /// Entries of one time are put in order by a seed: otherwise the item's index would decide.
    ///
    /// - Parameter share: Of each user's entries, rounded down, from 0 to 1.
    public func latestApart(share: Double, seed: UInt64) -> (Interactions, latest: Interactions) {
        var isLatest = [Bool](repeating: false, count: entryCount)
        var draws = SeededDraws(seed: seed)
        for user in 0..<userCount {
            let entries = entries(of: user)
            let apart = min(Int(share * Double(entries.count)), entries.count - 1)
            guard apart > 0 else { continue }
            let ordered = entries.map { (time: times[$0], tie: draws.bits(), entry: $0) }
                .sorted { ($0.time, $0.tie) < ($1.time, $1.tie) }
            for row in ordered.suffix(apart) { isLatest[row.entry] = true }
        }
        return (filtered { !isLatest[$0] }, latest: filtered { isLatest[$0] })
    }

    /// Without the entries of some users. Indices stay.
    func ofUsers(_ isKept: (_ user: Int) -> Bool) -> Interactions {
        let kept = (0..<userCount).map(isKept)
        guard kept.contains(false) else { return self }
        var owner = [Bool](repeating: false, count: entryCount)
        for user in 0..<userCount where kept[user] {
            for entry in entries(of: user) { owner[entry] = true }
        }
        return filtered { owner[$0] }
    }

    func filtered(_ isKept: (_ entry: Int) -> Bool) -> Interactions {
        var starts = [0]
        var (items, weights, times) = ([Int32](), [Float](), [Double]())
        for user in 0..<userCount {
            for entry in entries(of: user) where isKept(entry) {
                items.append(self.items[entry])
                weights.append(self.weights[entry])
                times.append(self.times[entry])
            }
            starts.append(items.count)
        }
        return Interactions(
            userCount: userCount, itemCount: itemCount, starts: starts, items: items,
            weights: weights, times: times)
    }
}
