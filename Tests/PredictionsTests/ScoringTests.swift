import Foundation
import RetentionModels
import Testing

@testable import Predictions

struct ScoringTests {
    /// Customers who ordered on so many days, over half a year.
    private func columns(
        _ frequencies: [Int], currencies: [String]? = nil, spend: (Int) -> Double = { _ in 20 }
    ) -> PurchaseColumns {
        PurchaseColumns(
            unit: .day, frequency: frequencies,
            recency: frequencies.indices.map {
                frequencies[$0] == 0 ? 0 : Double(20 + ($0 * 37) % 120)
            },
            age: frequencies.indices.map { Double(150 + $0 % 30) },
            meanRepeatSpend: frequencies.indices.map { frequencies[$0] == 0 ? 0 : spend($0) },
            currency: currencies ?? frequencies.map { _ in "USD" })
    }

    private func mixed(_ count: Int) -> [Int] {
        (0..<count).map { [0, 0, 1, 0, 3, 2, 0, 7][$0 % 8] }
    }

    @Test func `little data is steadied by weak priors, and the report says so`() throws {
        let scoring = try Scoring(
            columns(mixed(100), spend: { 10 + Double($0 % 9) }), asOf: "2024-06-30")
        for model in scoring.report.models { #expect(model.prior == "weak") }
        let frequency = try #require(scoring.report.models.first)
        #expect(frequency.notes.contains { $0.contains("weak priors") })
        #expect(scoring.forecasts != nil)
    }

    /// Customers, of whom so many came again, and the prior that they are fitted with.
    @Test(arguments: [(500, 50, "none"), (499, 50, "weak"), (500, 49, "weak")])
    func `data is small below either limit`(
        customers: Int, repeaters: Int, prior: String
    ) throws {
        let frequencies = (0..<customers).map { $0 < repeaters ? 1 + $0 % 4 : 0 }
        let scoring = try Scoring(
            columns(frequencies, spend: { 10 + Double($0 % 9) }), asOf: "2024-06-30")
        #expect(scoring.report.models.first?.prior == prior)
        #expect(scoring.report.customers == customers)
        #expect(scoring.report.repeatCustomers == repeaters)
    }

    @Test func `each currency has a model of spend, the one with the most customers first`() throws
    {
        let currencies = (0..<400).map { $0 % 5 == 0 ? "JPY" : $0 % 2 == 0 ? "EUR" : "USD" }
        let scoring = try Scoring(
            columns(
                mixed(400), currencies: currencies,
                spend: { (currencies[$0] == "JPY" ? 3000 : 20) + Double($0 % 11) }),
            asOf: "2024-06-30")

        let models = scoring.report.models
        #expect(
            models.map(\.model)
                == ["BG/NBD", "MBG/NBD", "Pareto/NBD", "Gamma-Gamma", "Gamma-Gamma", "Gamma-Gamma"])
        #expect(models.map(\.currency) == [nil, nil, nil, "EUR", "USD", "JPY"])
        let forecasts = try #require(scoring.forecasts)
        // Each customer is expected to spend in the scale of their own currency.
        for row in currencies.indices {
            let perOrder = forecasts.expectedSpend365[row] / forecasts.expectedOrders365[row]
            #expect((currencies[row] == "JPY") == (perOrder > 1000))
        }
    }

    @Test func `forecasts keep to what they are`() throws {
        let scoring = try Scoring(
            columns(mixed(800), spend: { 10 + Double($0 % 9) }), asOf: "2024-06-30")
        let forecasts = try #require(scoring.forecasts)
        for row in 0..<800 {
            #expect((0...1).contains(forecasts.probabilityAlive[row]))
            #expect((0...1).contains(forecasts.churnProbability[row]))
            #expect(forecasts.expectedOrders90[row] >= 0)
            #expect(forecasts.expectedOrders365[row] >= forecasts.expectedOrders90[row])
            #expect(forecasts.expectedSpend365[row] >= forecasts.expectedSpend90[row])
            let (low, median, high) = (
                forecasts.nextOrderLowDays[row], forecasts.nextOrderMedianDays[row],
                forecasts.nextOrderHighDays[row]
            )
            #expect(median.isNaN || low <= median)
            #expect(high.isNaN || median <= high)
        }
    }

    @Test func `ranges hold the figure that they are of, and are the same for the same data`()
        throws
    {
        let columns = columns(mixed(800), spend: { 10 + Double($0 % 9) })
        let forecasts = try #require(try Scoring(columns, asOf: "2024-06-30").forecasts)
        let again = try #require(try Scoring(columns, asOf: "2024-06-30").forecasts)
        #expect(forecasts.churnLow == again.churnLow)
        #expect(forecasts.spend365High == again.spend365High)
        for row in 0..<800 {
            #expect(forecasts.churnLow[row] <= forecasts.churnHigh[row])
            #expect(forecasts.churnLow[row] <= forecasts.churnProbability[row] + 0.1)
            #expect(forecasts.churnHigh[row] >= forecasts.churnProbability[row] - 0.1)
            #expect(forecasts.orders365Low[row] <= forecasts.expectedOrders365[row])
            #expect(forecasts.spend365Low[row] <= forecasts.expectedSpend365[row])
            #expect(forecasts.spend365Low[row] <= forecasts.spend365High[row])
        }
    }

    @Test func `a shop of forty customers is answered, with wide ranges and the prior named`()
        throws
    {
        let scoring = try Scoring(
            columns(mixed(40), spend: { 10 + Double($0 % 9) }), asOf: "2024-06-30")
        let forecasts = try #require(scoring.forecasts)
        let model = try #require(scoring.report.frequency)
        #expect(model.prior == "weak")
        for name in try #require(model.parameters).keys {
            let low = try #require(model.parameterLows?[name])
            let high = model.parameterHighs?[name] ?? .infinity
            #expect(high > low * 1.5, "\(name)")
        }
        #expect(forecasts.churnLow.allSatisfy { $0 >= 0 })
    }

    /// What can't be fitted, and what the report says of it.
    @Test(arguments: [
        (Array(repeating: 0, count: 40), "second day"),
        (Array(repeating: 2, count: 9), "10 are needed"),
        ([1], "too few"),
        ([], "too few"),
    ])
    func `without enough to go by there are no forecasts, and the report says why`(
        frequencies: [Int], reason: String
    ) throws {
        let scoring = try Scoring(columns(frequencies), asOf: "2024-06-30")
        #expect(scoring.forecasts == nil)
        let model = try #require(scoring.report.models.first)
        #expect(model.parameters == nil)
        #expect(model.notes.contains { $0.contains(reason) }, "\(model.notes)")
    }

    @Test func `without amounts there are forecasts of orders and none of spend`() throws {
        let scoring = try Scoring(columns(mixed(200), spend: { _ in 0 }), asOf: "2024-06-30")
        let forecasts = try #require(scoring.forecasts)
        #expect(forecasts.expectedOrders90.allSatisfy { $0.isFinite })
        #expect(forecasts.expectedSpend90.allSatisfy { $0.isNaN })
        #expect(scoring.report.models.last?.notes.contains { $0.contains("Not fitted") } == true)
    }

    @Test func `a history that can't be is refused`() {
        var columns = columns(mixed(20))
        columns.recency[4] = 500
        #expect(throws: InvalidRow.self) { try Scoring(columns, asOf: "2024-06-30") }
    }

    @Test(arguments: [1, 7, 12, 40, 200, 900])
    func `a report comes back from its JSON as it was, whatever was fitted`(count: Int) throws {
        for spend in [0.0, 20, 1e9] {
            let scoring = try Scoring(
                columns(mixed(count), spend: { spend + (spend > 0 ? Double($0 % 5) : 0) }),
                asOf: "2024-06-30")
            let json = try JSONEncoder().encode(scoring.report)
            #expect(try JSONDecoder().decode(ModelReport.self, from: json) == scoring.report)
        }
    }

    @Test func `times in weeks give the same forecasts as times in days`() throws {
        let days = columns(mixed(800), spend: { 10 + Double($0 % 9) })
        var weeks = days
        weeks.unit = .week
        weeks.recency = days.recency.map { $0 / 7 }
        weeks.age = days.age.map { $0 / 7 }
        let byDay = try #require(try Scoring(days, asOf: "2024-06-30").forecasts)
        let byWeek = try #require(try Scoring(weeks, asOf: "2024-06-30").forecasts)
        for row in 0..<800 {
            #expect(abs(byDay.churnProbability[row] - byWeek.churnProbability[row]) < 1e-4)
            #expect(abs(byDay.expectedOrders365[row] - byWeek.expectedOrders365[row]) < 1e-2)
        }
    }
}
