import Foundation
import Testing

@testable import RetentionModels

@Suite struct BacktestTests {
    @Test func `the holdout of the CDNOW sample gives the reference errors`() throws {
        let columns = try Fixtures.columns("cdnow_sample_summary.csv")
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let grouped = histories.grouped()
        let actual = try #require(columns["x_holdout"])
        func backtest(_ model: some BuyTillYouDieModel) -> AmountBacktest {
            let byGroup = model.expectedOrders(grouped, within: 39)
            return AmountBacktest(
                predicted: grouped.groupOfCustomer.map { byGroup[$0] }, actual: actual)
        }
        let tests = [
            (backtest(try BGNBD.fit(grouped).model), 1653.4, 0.7855, 1.608),
            (backtest(try MBGNBD.fit(grouped).model), 1576.7, 0.7648, 1.607),
            (backtest(try ParetoNBD.fit(grouped).model), 1665.5, 0.7545, 1.603),
        ]
        for (test, total, absolute, squared) in tests {
            #expect(test.actualTotal == 1882)
            #expect(abs(test.predictedTotal - total) < 0.1)
            #expect(abs(try #require(test.meanAbsoluteError) - absolute) < 1e-4)
            #expect(abs(try #require(test.rootMeanSquaredError) - squared) < 6e-4)
            #expect(abs(try #require(test.totalError) - (total - 1882) / 1882) < 1e-4)
            #expect(try #require(test.capture()) > 0.4)
            let gini = try #require(test.normalisedGini)
            #expect(gini > 0.65 && gini < 0.69, "\(gini)")
        }
        let table = tests[2].0.groups(by: histories.frequency, largest: 7)
        let figures = [
            (1411, 0.2367, 0.1385), (439, 0.6970, 0.5995), (214, 1.3925, 1.1959),
            (100, 1.56, 1.7139), (62, 2.5323, 2.3984), (38, 2.9474, 2.9073), (29, 3.8621, 3.8187),
            (64, 6.3594, 6.4032),
        ]
        #expect(table.map(\.key) == Array(0...7) && table.map(\.customers) == figures.map(\.0))
        for (group, figure) in zip(table, figures) {
            #expect(abs(group.actual - figure.1) < 1e-4)
            #expect(abs(group.predicted - figure.2) < 2e-4)
        }
    }

    @Test func `churn of the CDNOW sample is calibrated and better than the base rate`() throws {
        let columns = try Fixtures.columns("cdnow_sample_summary.csv")
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let model = try ParetoNBD.fit(histories).model
        let churn = CustomerForecasts(histories, model: model, horizons: [39]).churnProbability[0]
        let test = ProbabilityBacktest(
            predicted: churn, happened: try #require(columns["x_holdout"]).map { $0 == 0 })
        #expect(try #require(test.brierSkill) > 0.2)
        #expect(try #require(test.areaUnderCurve) > 0.75)
        let bins = test.calibration()
        let distance = try #require(test.expectedCalibrationError())
        #expect(distance < 0.08, "\(distance) \(bins)")
        #expect(bins.count == 10 && bins.reduce(0) { $0 + $1.customers } == 2357)
        #expect(zip(bins, bins.dropFirst()).allSatisfy { $0.predicted <= $1.predicted })
    }

    @Test func `the tracking of the CDNOW sample ends four per cent low`() throws {
        let histories = try Fixtures.histories("cdnow_sample_summary.csv")
        let columns = try Fixtures.columns("cdnow_sample_tracking.csv")
        let weeks = try #require(columns["week"])
        let longest = histories.age.max() ?? 0
        let expected = try BGNBD.fit(histories).model.expectedRepeatOrders(
            starts: histories.age.map { longest - $0 }, by: weeks)
        let (end, actual) = try (#require(expected.last), #require(columns["actual"]?.last))
        #expect(abs(end / actual - 0.960) < 0.002)
        #expect(abs(expected[38] - 2502) < 3)
        #expect(zip(expected, expected.dropFirst()).allSatisfy { $0 < $1 })
    }

    @Test func `orders are cut into what was known and what came`() throws {
        let split = try HoldoutSplit(
            orderTimes: [[0, 3, 10, 11, 30], [5], [12, 14], [], [2, 10]], cut: 10, end: 20)
        #expect(split.customers == [0, 1, 4])
        #expect(split.histories.frequency == [2, 0, 1])
        #expect(split.histories.recency == [10, 0, 8])
        #expect(split.histories.age == [10, 5, 8])
        #expect(split.ordersAfter == [1, 0, 0])
        #expect(split.horizon == 10 && split.starts == [0, 5, 2])
        // What lies after the cut changes nothing that a model may see.
        let shuffled = try HoldoutSplit(
            orderTimes: [[0, 3, 10, 19], [5, 11, 12, 13], [17], [], [2, 10, 15]], cut: 10, end: 20)
        #expect(shuffled.histories == split.histories && shuffled.customers == split.customers)
        #expect(throws: InvalidRow.self) {
            try HoldoutSplit(orderTimes: [[-Double.infinity, 3]], cut: 10, end: 20)
        }
    }

    @Test func `amounts known by heart`() throws {
        let perfect = AmountBacktest(predicted: [0, 1, 2, 7], actual: [0, 1, 2, 7])
        #expect(perfect.normalisedGini == 1 && perfect.meanAbsoluteError == 0)
        #expect(perfect.capture(top: 0.25) == 0.7 && perfect.lift(top: 0.25) == 2.8)
        let reversed = AmountBacktest(predicted: [7, 2, 1, 0], actual: [0, 1, 2, 7])
        #expect(abs(try #require(reversed.normalisedGini) + 1) < 1e-12)
        let blind = AmountBacktest(predicted: [1, 1, 1, 1], actual: [0, 1, 2, 7])
        #expect(abs(try #require(blind.normalisedGini)) < 1e-12)
        #expect(blind.totalError == -0.6)
        let ranks = perfect.ranks(2)
        #expect(ranks.map(\.predicted) == [4.5, 0.5] && ranks.map(\.key) == [1, 2])
        #expect(perfect.ranks(0).isEmpty && perfect.ranks(10).count == 4)
        let nothing = AmountBacktest(predicted: [1, 2], actual: [0, 0])
        #expect(nothing.totalError == nil && nothing.capture() == nil)
        #expect(nothing.normalisedGini == nil && nothing.lift() == nil)
        let nobody = AmountBacktest(predicted: [], actual: [])
        #expect(nobody.meanAbsoluteError == nil && nobody.rootMeanSquaredError == nil)
        #expect(nobody.ranks().isEmpty && nobody.groups(by: [], largest: 7).isEmpty)
    }

    @Test func `probabilities known by heart`() throws {
        let test = ProbabilityBacktest(
            predicted: [0.1, 0.4, 0.4, 0.9], happened: [false, true, false, true])
        #expect(test.baseRate == 0.5)
        #expect(abs(try #require(test.brier) - 0.135) < 1e-15)
        #expect(abs(try #require(test.brierSkill) - 0.46) < 1e-12)
        #expect(test.areaUnderCurve == 0.875)
        let loss = -log(0.9 * 0.4 * 0.6 * 0.9) / 4
        #expect(relativeError(try #require(test.logLoss), loss) < 1e-12)
        #expect(abs(try #require(test.expectedCalibrationError(bins: 2)) - 0.2) < 1e-12)
        let wrong = ProbabilityBacktest(predicted: [1], happened: [false])
        #expect(try #require(wrong.logLoss) < 35 && wrong.areaUnderCurve == nil)
        #expect(wrong.brierSkill == nil && wrong.brier == 1)
        let nobody = ProbabilityBacktest(predicted: [], happened: [])
        #expect(nobody.brier == nil && nobody.logLoss == nil && nobody.baseRate == nil)
        #expect(nobody.calibration().isEmpty && nobody.expectedCalibrationError() == nil)
    }

    @Test func `a radix sort orders as a sort does`() {
        var random = SeededRandom(seed: 9)
        var values = (0..<3000).map { _ in random.normal() * exp(random.uniform(in: -30...30)) }
        values += [0, -0.0, 1, 1, -1, .infinity, -.infinity] + values.prefix(50)
        let expected = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
        #expect(ascendingOrder(values) == expected)
    }
}
