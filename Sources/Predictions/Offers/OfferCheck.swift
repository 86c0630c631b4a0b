import RetentionModels

/// The models on purchases that they didn't see: fitted to everything before the last weeks, and
/// held against what was bought new in these.
struct OfferCheck {
    let figures: OfferReport.Check
    /// The model to make offers by; nil where nothing can be said.
    let best: OfferReport.Source?

    /// - Returns: Nil where the lines reach back too short a time to hold any back.
    init?(_ lines: OfferLines, asOf: Int, _ settings: OfferSettings, _ workers: Workers) {
        guard let first = lines.days.min() else { return nil }
        let heldBack = min(settings.heldBackDaysMax, (asOf - first) / 4)
        guard heldBack >= settings.heldBackDaysMin else { return nil }
        let cut = asOf - heldBack
        let before = lines.filtered { lines.days[$0] <= cut }
        let (later, judges, judged) = Self.newPurchases(lines, before, cut, settings)
        func figures(_ contestants: [OfferReport.Contestant]) -> OfferReport.Check {
            OfferReport.Check(
                trainedUntil: cut, heldBackDays: heldBack, judges: judges, judged: judged,
                contestants: contestants)
        }
        guard judges >= settings.judgesMin, let later,
            let fits = OfferFits(before, asOf: cut, settings, workers)
        else {
            self.figures = figures([])
            best = nil
            return
        }
        func quality(_ model: any ItemModel) -> RankingQuality {
            RankingQuality(
                of: fits.offered(model), known: fits.known, later: later, workers: workers)
        }
        let sellers = quality(fits.bestSellers)
        var contestants: [OfferReport.Contestant] = []
        // One after the other: each is let go of before the next is fitted.
        if let model = fits.ease() {
            contestants.append(.init(.ease, quality(model), beside: sellers))
        }
        if let model = fits.implicitALS() {
            contestants.append(.init(.implicitALS, quality(model), beside: sellers))
        }
        if let model = fits.neighbours() {
            contestants.append(.init(.neighbours, quality(model), beside: sellers))
        }
        let winner = contestants.max { $0.ndcg < $1.ndcg }
        contestants.append(.init(.bestSellers, sellers, beside: sellers))
        self.figures = figures(contestants)
        if let winner, winner.gain > winner.gainError {
            best = winner.source
        } else {
            best = .bestSellers
        }
    }

    /// What customers with an order up to the cut bought after it and never before.
    private static func newPurchases(
        _ lines: OfferLines, _ before: OfferLines, _ cut: Int, _ settings: OfferSettings
    ) -> (Interactions?, judges: Int, judged: Int) {
        var had: [Int: Set<Int>] = [:]
        for (customer, product) in zip(before.customers, before.products) where customer >= 0 {
            had[customer, default: []].insert(product)
        }
        let new = lines.products.indices.filter { line in
            guard lines.days[line] > cut, let products = had[lines.customers[line]] else {
                return false
            }
            return !products.contains(lines.products[line])
        }
        let judges = Set(new.map { lines.customers[$0] })
        // By lot, and each time the same lot.
        let judged = Set(
            judges.sorted { (lot($0), $0) < (lot($1), $1) }.prefix(settings.judgesMax))
        let kept = new.filter { judged.contains(lines.customers[$0]) }
        let later = try? Interactions(
            userCount: lines.customerCount, itemCount: lines.catalogue.count,
            users: kept.map { lines.customers[$0] }, items: kept.map { lines.products[$0] })
        return (later, judges.count, judged.count)
    }

    /// A number's place in a shuffled order (the finaliser of SplitMix64: Steele, Lea & Flood 2014).
    private static func lot(_ number: Int) -> UInt64 {
        var bits = UInt64(truncatingIfNeeded: number) &* 0x9e37_79b9_7f4a_7c15
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}

extension OfferReport.Contestant {
    fileprivate init(
        _ source: OfferReport.Source, _ quality: RankingQuality, beside sellers: RankingQuality
    ) {
        // Both judged by the same people: the spread of the differences counts.
        let differences = zip(quality.ndcgs, sellers.ndcgs).map { $0 - $1 }
        let count = Double(max(1, differences.count))
        let mean = differences.reduce(0, +) / count
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(
            source: source, precision: quality.precision, recall: quality.recall,
            ndcg: quality.ndcg, coverage: quality.coverage, gain: mean,
            gainError: 1.96 * (squares / max(1, count - 1) / count).squareRoot())
    }
}
