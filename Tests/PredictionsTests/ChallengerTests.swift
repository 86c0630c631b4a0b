import RetentionModels
import Testing

@testable import Predictions

struct ChallengerTests {
    /// Of 600 customers alike, the even ones go on and the odd ones don't: only an outsider can know.
    private let rows = Array(0..<600)

    private var columns: BacktestColumns {
        BacktestColumns(
            before: PurchaseColumns(
                unit: .day, frequency: rows.map { $0 / 2 % 5 },
                recency: rows.map { Double($0 / 2 % 5) * 20 }, age: rows.map { _ in 200 },
                meanRepeatSpend: rows.map { $0 / 2 % 5 == 0 ? 0 : 10 },
                currency: rows.map { _ in "EUR" }), ordersAfter: rows.map { ($0 + 1) % 2 },
            spendAfter: rows.map { Double(($0 + 1) % 2) * 10 }, horizon: 90,
            weeklyRepeats: Array(repeating: 10, count: 41), startDays: rows.map { _ in 0 },
            calibratedUntil: "2024-07-18", until: "2024-10-16")
    }

    private func challenger(knows: Bool) -> Challenger {
        Challenger(
            silent: rows.map { ($0 % 2 == 1) == knows ? 0.95 : 0.05 },
            orders: rows.map { ($0 % 2 == 1) == knows ? 0.05 : 0.95 })
    }

    @Test func `who foretells best has the churn probability, and the models keep the rest`() throws
    {
        let report = try Backtest.run(columns, challenger: challenger(knows: true))
        #expect(report.churnBy == Challenger.name)
        #expect(FrequencyModel(rawValue: report.chosen ?? "") != nil)
        #expect(
            report.contestants.map(\.model)
                == FrequencyModel.allCases.map(\.rawValue) + [
                    Challenger.name, Challenger.blendName,
                ])
        #expect(report.bestChurn?.areaUnderCurve == 1)
        let scoring = try Scoring(
            columns.before, asOf: "2024-10-16", backtest: report,
            challenger: challenger(knows: true))
        #expect(scoring.report.churnBy == Challenger.name)
        let forecasts = try #require(scoring.forecasts)
        #expect(forecasts.churnProbability == challenger(knows: true).silent)
        for row in rows {
            let (low, high) = (forecasts.churnLow[row], forecasts.churnHigh[row])
            #expect(low <= forecasts.churnProbability[row])
            #expect(high >= forecasts.churnProbability[row])
            #expect(low >= 0 && high <= 1 && high - low < 0.2)
        }
    }

    @Test func `who foretells worse than the models gets nothing`() throws {
        let report = try Backtest.run(columns, challenger: challenger(knows: false))
        #expect(report.churnBy == report.chosen)
        #expect(report.bestChurn == report.best)
    }

    @Test func `the blend lies halfway in log-odds`() {
        let blend = Challenger.blend([0.5, 0.9, 0, 1], [0.5, 0.1, 0, 1])
        #expect(abs(blend[0] - 0.5) < 1e-12)
        #expect(abs(blend[1] - 0.5) < 1e-12)
        #expect(blend[2] < 1e-9 && blend[3] > 1 - 1e-9)
    }

    @Test func `why nobody challenges is in the table`() throws {
        let report = try Backtest.run(columns, absence: "no library")
        #expect(report.contestants.last?.model == Challenger.name)
        #expect(report.contestants.last?.note == "no library")
        #expect(report.contestants.last?.figures == nil)
    }

    @Test(arguments: [(0.0, 10.0), (1, 10), (0.5, 1), (0.3, 1000)])
    func `the range of a true share holds the one that was seen, and narrows with customers`(
        share: Double, customers: Double
    ) {
        let range = Reliability.wilson(share: share, customers: customers)
        #expect(range.lowerBound >= 0 && range.upperBound <= 1)
        #expect(range.contains(share))
        let more = Reliability.wilson(share: share, customers: customers * 10)
        #expect(more.upperBound - more.lowerBound < range.upperBound - range.lowerBound)
    }

    @Test func `many histories are drawn for one of each kind, and none is far from its own`()
        throws
    {
        var draws = SeededDraws(seed: 5)
        let count = 60_000
        let age = (0..<count).map { _ in Double(Int(draws.uniform() * 1000) + 1) }
        // Two in five stop on the way; who is there orders at a rate of their own.
        let there = age.map { draws.uniform() < 0.4 ? (draws.uniform() * $0).rounded(.down) : $0 }
        let frequency = there.map { Int($0 * 0.02 * (0.2 + 2 * draws.uniform())) }
        let histories = try PurchaseHistories(
            frequency: frequency,
            recency: frequency.indices.map { frequency[$0] == 0 ? 0 : there[$0] }, age: age)
        try #require(histories.grouped().count > AlikeHistories.enough)
        let scoring = try Scoring(
            PurchaseColumns(
                unit: .day, frequency: histories.frequency, recency: histories.recency,
                age: histories.age, meanRepeatSpend: histories.frequency.map { _ in 0 },
                currency: histories.frequency.map { _ in "EUR" }), asOf: "2024-10-16")
        let foretold = try #require(scoring.forecasts)
        try #require(foretold.churnLow.contains { !$0.isNaN })
        for row in 0..<count where !foretold.churnLow[row].isNaN {
            #expect(foretold.churnLow[row] <= foretold.churnProbability[row])
            #expect(foretold.churnHigh[row] >= foretold.churnProbability[row])
        }
        let alike = AlikeHistories(histories.grouped())
        #expect(alike.histories.count <= AlikeHistories.enough)
        #expect(alike.placeOfCustomer.count == count)
        for row in 0..<count {
            let like = alike.histories[alike.placeOfCustomer[row]]
            let own = histories[row]
            if own.frequency <= 10 {
                #expect(like.frequency == own.frequency)
            } else {
                #expect(abs(Double(like.frequency) / Double(own.frequency) - 1) < 0.3)
            }
            #expect(abs(like.age - own.age) <= 10 + 0.3 * own.age)
        }
    }
}
