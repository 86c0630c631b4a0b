import Testing

@testable import Predictions
@testable import RetentionModels

@Suite struct ChurnReportTests {
    /// So many customers of whom every `rate`-th leaves, told by a score of which `noise` is luck.
    private func report(_ count: Int, every rate: Int, noise: Double) throws -> ChurnReport {
        var draws = SeededDraws(seed: 7)
        let left = (0..<count).map { $0 % rate == 0 }
        let predicted = left.map { left in
            let told = left ? 0.98 : 0.02
            return noise * (1 / Double(rate)) + (1 - noise) * (told + 0.02 * draws.uniform() - 0.01)
        }
        let column = (0..<count).map { _ in draws.uniform() }
        let table = try FeatureTable(features: [.number("x")], columns: [column])
        return try #require(
            ChurnReport(
                ChurnReport.Question(outcome: "left=1", unknown: 0, folds: 5, seed: 1),
                table: table, left: left, predicted: predicted,
                points: column.map { [$0 > 0.5 ? 3 : -1] }, contest: [], winner: "logistic",
                calibration: "as is"))
    }

    @Test func `tenths come from the likeliest, and together hold all who left`() throws {
        let figures = try report(1000, every: 4, noise: 0).figures
        #expect(figures.tenths.count == 10)
        #expect(figures.tenths.map(\.customers).reduce(0, +) == 1000)
        #expect(figures.tenths[0].actual == 1 && figures.tenths[0].lift == 4)
        #expect(abs(figures.tenths[0].captured - 0.4) < 1e-12)
        #expect(figures.tenths.last?.captured == 1)
        #expect(figures.areaUnderCurve == 1 && figures.areaHigh == 1)
    }

    @Test func `the area's interval is Hanley and McNeil's`() throws {
        // 3 of 9 pairs the wrong way: A 2/3, Q1 1/2, Q2 8/15.
        let figures = try #require(
            ChurnReport.Figures(
                predicted: [0.9, 0.3, 0.6, 0.8, 0.2, 0.4],
                left: [true, true, true, false, false, false]))
        let area = 2.0 / 3
        #expect(abs(figures.areaUnderCurve - area) < 1e-12)
        let terms = (area * (1 - area) + 2 * (0.5 - area * area) + 2 * (8.0 / 15 - area * area))
        let width = 1.96 * (terms / 9).squareRoot()
        #expect(abs(figures.areaLow - (area - width)) < 1e-12)
        #expect(figures.areaHigh == min(1, area + width))
        #expect(ChurnReport.Figures(predicted: [0.5], left: [true]) == nil)
    }

    @Test func `the verdict is plain, and says what is missing`() throws {
        #expect(try report(1000, every: 4, noise: 0.02).verdict.verdict == .usable)
        let few = try report(240, every: 4, noise: 0.5).verdict
        #expect(few.verdict == .tooLittleData)
        #expect(few.reasons == ["60 customers who left; 40 more would do"])
        let chance = try report(1000, every: 4, noise: 1).verdict
        #expect(chance.verdict == .weak)
        #expect(chance.reasons.first == "who left was told no better than by chance")
        var given = try report(1000, every: 4, noise: 0.5)
        given.giveaways = [Giveaway(name: "why", area: 1)]
        #expect(given.verdict.verdict == .givenAway)
    }

    @Test func `a column that tells the outcome is found, whichever way it does`() throws {
        let left = (0..<300).map { $0 % 3 == 0 }
        let table = try FeatureTable(
            features: [
                .number("ends"), .category("status", levels: ["gone", "here"]),
                .number("balance"), .category("plan", levels: ["a", "b"]), .number("age"),
            ],
            columns: [
                left.map { $0 ? 5 : .nan }, left.map { $0 ? 0 : 1 }, left.map { $0 ? -1 : 4 },
                left.indices.map { Double($0 / 3 % 2) }, left.indices.map { Double($0 / 3 % 50) },
            ])
        #expect(
            Giveaway.find(in: table, happened: left).map(\.name) == ["ends", "status", "balance"])
    }

    @Test func `strengths name the parts that raise and lower most`() throws {
        let table = try FeatureTable(
            features: [.number("tenure"), .category("plan", levels: ["month", "year"])],
            columns: [
                (0..<100).map(Double.init), (0..<100).map { $0 < 60 ? 0 : 1 },
            ])
        let points = (0..<100).map { row in
            [row <= 25 ? 10.0 : row >= 75 ? -5 : 0, row < 60 ? 2 : -3]
        }
        let found = FeatureStrength.ranked(table, points: points)
        #expect(found.map(\.name) == ["tenure", "plan"])
        #expect(
            found[0].parts == [
                .init(values: "up to 25", points: 10), .init(values: "75 and more", points: -5),
            ])
        #expect(
            found[1].parts == [
                .init(values: "month", points: 2), .init(values: "year", points: -3),
            ])
        #expect(abs(found[0].points - (26 * 10 + 25 * 5) / 100.0) < 1e-12)
    }
}

@Suite struct TenureRetentionTests {
    @Test func `the curve falls where contracts end, all and by group`() throws {
        // Of plan a half end in the first period and none later; of plan b none.
        let tenures = (0..<200).map { $0 < 50 ? 1.0 : 10 }
        let ended = (0..<200).map { $0 < 50 }
        let groups = (0..<200).map { $0 < 100 ? "a" : "b" }
        let found = try #require(
            TenureRetention(
                column: "months", tenures: tenures + [.nan], ended: ended + [true],
                groupColumn: "plan", groups: groups + ["a"]))
        #expect(found.rowsLeftOut == 1)
        #expect(found.groups.map(\.name) == ["all", "a", "b"])
        #expect(found.groups.map(\.contracts) == [200, 100, 100])
        #expect(found.groups.map { $0.curve.first?.share } == [0.75, 0.5, 1])
        #expect(found.groups[1].median == 1 && found.groups[0].median == nil)
        let first = try #require(found.groups[0].curve.first)
        #expect(try #require(first.low) < 0.75 && #require(first.high) > 0.75)
        #expect(first.atRisk == 200 && found.groups[0].curve.last?.atRisk == 150)
        // Half of a leave; pooling draws b up from nothing.
        let (a, b) = (found.hazards[0], found.hazards[1])
        #expect(abs(a.ends[0] - 0.5) < 0.05)
        #expect(b.ends[0] > 0 && b.ends[0] < 0.05)
    }

    @Test func `a projection goes on from the curve's end, and never rises`() throws {
        // Fader & Hardie 2007, high-end: customers of a cohort there after so many years.
        let there = [1000, 869, 743, 653, 593, 551, 517, 491]
        var (tenures, ended) = ([Double](), [Bool]())
        for year in 1..<there.count {
            for _ in 0..<(there[year - 1] - there[year]) {
                tenures.append(Double(year))
                ended.append(true)
            }
        }
        tenures += Array(repeating: 7, count: 491)
        ended += Array(repeating: false, count: 491)
        let found = try #require(TenureRetention(column: "years", tenures: tenures, ended: ended))
        let projection = try #require(found.groups[0].projection)
        #expect(abs(projection.alpha - 0.668) < 0.01 && abs(projection.beta - 3.806) < 0.06)
        #expect(projection.isNear)
        #expect(projection.points[0].tenure == 10 && projection.points[1].tenure == 14)
        // Of that cohort .427 were there after ten years, as published.
        #expect(abs(projection.points[0].share - 0.427) < 0.02)
        #expect(projection.points[1].share < projection.points[0].share)
    }

    @Test func `without a tenure there is nothing to say`() {
        #expect(TenureRetention(column: "x", tenures: [.nan, -1], ended: [true, false]) == nil)
        #expect(TenureRetention(column: "x", tenures: [0, 0], ended: [true, false]) == nil)
    }
}

@Suite struct ContractsReportTests {
    private static let month = 365.2425 / 12 * 86_400_000

    private func change(
        _ customer: Int64, _ months: Double, start: Bool, plan: String = "", id: String = ""
    ) -> SubscriptionChange {
        SubscriptionChange(
            customer: customer, subscription: id, plan: plan, atMs: Int64(months * Self.month),
            isStart: start)
    }

    @Test func `contracts are folded from starts and ends`() {
        var fold = SubscriptionFold()
        for one in [
            change(1, 0, start: true, plan: "a"), change(1, 1, start: true, plan: "b"),
            change(2, 1, start: false), change(1, 2, start: true, id: "second"),
            change(1, 3, start: false), change(1, 4, start: true, plan: "b"),
            change(1, 5, start: false, id: "second"), change(1, 6, start: false, id: "third"),
        ] { fold.add(one) }
        func ms(_ months: Double) -> Int64 { Int64(months * Self.month) }
        #expect(
            fold.contracts == [
                Contract(customer: 1, subscription: "", plan: "a", startedMs: 0, endedMs: ms(3)),
                Contract(
                    customer: 1, subscription: "second", plan: "", startedMs: ms(2), endedMs: ms(5)),
                Contract(customer: 1, subscription: "", plan: "b", startedMs: ms(4)),
            ])
        #expect(fold.endsWithoutStart == 2)
    }

    /// Of plan a four in five end within three months; of plan b none does.
    private func report(asOf: Double) -> ContractsReport {
        var changes: [SubscriptionChange] = []
        for customer in 0..<100 {
            let start = Double(customer) / 10
            changes.append(change(Int64(customer), start, start: true, plan: "a"))
            changes.append(change(Int64(customer) + 1000, start, start: true, plan: "b"))
            if customer % 5 != 0 {
                changes.append(
                    change(Int64(customer), start + 0.5 + Double(customer % 3), start: false))
            }
        }
        var fold = SubscriptionFold()
        for one in changes.sorted(by: { $0.atMs < $1.atMs }) { fold.add(one) }
        return ContractsReport(fold, asOf: "", asOfMs: Int64(asOf * Self.month))
    }

    @Test func `who is on the plan that ends is likelier to end`() throws {
        let found = report(asOf: 13)
        #expect(found.contracts == 200 && found.ended == 80)
        #expect(found.verdict.verdict == .usable)
        let groups = try #require(found.retention).groups
        #expect(groups.map(\.name) == ["all", "a", "b"])
        #expect(groups[2].curve.allSatisfy { $0.share == 1 })
        #expect(found.risks.count == 120)
        #expect(
            zip(found.risks, found.risks.dropFirst()).allSatisfy {
                $0.probability >= $1.probability
            })
        #expect(found.risks[0].plan == "a" && found.risks.last?.plan == "b")
    }

    @Test func `what happens after the day isn't known on it`() {
        let early = report(asOf: 4)
        // Those that started by then: 41 of each plan; an end to come is none.
        #expect(early.contracts == 82)
        #expect(early.ended < 40)
        #expect(early.risks.count == early.contracts - early.ended)
        #expect(early.verdict.verdict == (early.ended < 30 ? .tooLittleData : .usable))
        let none = report(asOf: 0.2)
        #expect(none.ended == 0 && none.risks.isEmpty)
        #expect(none.notes.count == 1)
    }
}

@Suite struct ContractActivityTests {
    private static let day: Int64 = 86_400_000

    /// Contracts 0…3 of customers 1…4, the last ended on day 40; their events, of which those from
    /// `shuffledFrom` on are other ones.
    private func activity(shuffledFrom day: Int64? = nil) -> ContractActivity {
        let contracts = (0..<4).map { (place: Int) -> Contract in
            let ended: Int64? = place == 3 ? 40 * Self.day : nil
            return Contract(
                customer: Int64(place + 1), subscription: "", plan: place % 2 == 0 ? "a" : "b",
                startedMs: Int64(place) * 5 * Self.day, endedMs: ended)
        }
        var (customers, times, kinds) = ([Int64](), [Int64](), [Int]())
        for step in 0..<60 {
            let at = Int64(step) * Self.day
            let isChanged = day.map { Int64(step) > $0 } ?? false
            customers.append(Int64((isChanged ? 59 - step : step) % 4 + 1))
            times.append(at)
            kinds.append((isChanged ? step / 2 : step) % 3)
        }
        return ContractActivity(
            contracts: contracts, customers: customers, timesMs: times, kinds: kinds,
            kindNames: ["log-in", "order", "ticket"], endMs: 60 * Self.day)
    }

    @Test func `what is known at a moment holds nothing of what comes later`() throws {
        let at = 30 * Self.day
        let known = try #require(activity().snapshot(atMs: at))
        let changed = try #require(activity(shuffledFrom: 30).snapshot(atMs: at))
        #expect(known.rows == [0, 1, 2, 3])
        #expect(known.table.features == changed.table.features)
        for (a, b) in zip(known.table.columns, changed.table.columns) {
            #expect(zip(a, b).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
        }
        // Later the two do differ.
        let end = 59 * Self.day
        let later = try #require(activity().snapshot(atMs: end)).table.columns
        let other = try #require(activity(shuffledFrom: 30).snapshot(atMs: end)).table.columns
        #expect(later != other)
    }

    @Test func `a contract that ended isn't there any more, and one to come not yet`() throws {
        #expect(try #require(activity().snapshot(atMs: 50 * Self.day)).rows == [0, 1, 2])
        #expect(try #require(activity().snapshot(atMs: 7 * Self.day)).rows == [0, 1])
        let rows = [0, 3]
        #expect(activity().ended(rows, afterMs: 30 * Self.day, withinDays: 10) == [false, true])
        #expect(activity().ended(rows, afterMs: 30 * Self.day, withinDays: 9) == [false, false])
        #expect(activity().ended(rows, afterMs: 40 * Self.day, withinDays: 9) == [false, false])
    }
}
