import Documents
import Kernel
import Testing

@testable import Loyalty

/// A program over made-up histories: what it says adds up, and depends on nothing but history, assumption and seed.
struct LoyaltySimulationTests {
    private struct Happening {
        var operation: LoyaltyOperation
        var id: String
        var at: Timestamp
        var customer: Int64
    }

    private static let policies = ["only pending", "within balance", "allow negative"]
    private static let expiries = [
        #"{"after":"3 months","round":"month end"}"#, #"{"on":"12-31"}"#,
    ]

    private static func program(_ refunds: String, _ expiry: String) throws -> LoyaltyProgram {
        let text = """
            {"kind":"program","name":"club","currency":"GBP","refunds":"\(refunds)",
            "expiry":\(expiry),"earn":[{"name":"buying","on":"order","points":1,"per":1}],
            "tiers":{"by":"spend","period":"6 months","levels":[{"name":"one","from":0},
            {"name":"two","from":300,"entry points":50}]}}
            """
        let bytes = Array(text.utf8)
        return try LoyaltyProgram(reading: DocumentReader(DocumentNode(json: bytes.span)))
    }

    private static func start(_ day: String) throws -> Timestamp {
        ZoneRules.utc.start(of: try #require(CalendarDay(day)))
    }

    /// Orders, refunds and cancellations of 30 customers over 14 months, each customer's in order of time.
    private static func history(seed: UInt64) throws -> [Happening] {
        var random = SeededRandom(seed: seed)
        let first = try start("2024-01-01")
        var found: [Happening] = []
        for customer in Int64(1)...30 {
            var at = first
            for number in 0..<Int.random(in: 1...15, using: &random) {
                at = at.adding(milliseconds: Int64.random(in: 1...60 * 86_400_000, using: &random))
                let order = "o\(number)"
                let amount = Int64.random(in: 0...40_000, using: &random)
                found.append(
                    Happening(
                        operation: .order(
                            id: order, lines: [OrderLine(id: "1", product: "a", amount: amount)],
                            currency: try #require(Currency("GBP"))),
                        id: order, at: at, customer: customer))
                at = at.adding(milliseconds: 3_600_000)
                let operation: LoyaltyOperation? =
                    switch Int.random(in: 0..<6, using: &random) {
                    case 0: .cancel(order: order)
                    case 1: .refund(order: order, OrderRefund(id: "r", amount: amount / 3))
                    default: nil
                    }
                if let operation {
                    found.append(
                        Happening(operation: operation, id: "r" + order, at: at, customer: customer)
                    )
                }
            }
        }
        return found
    }

    private static func simulate(
        _ history: [Happening], _ program: LoyaltyProgram, redeemersBp: Int = 6000,
        seed: UInt64 = 1, to: String = "2025-03-01"
    ) throws -> LoyaltySimulationResult {
        var simulation = LoyaltySimulation(
            program, .init(redeemersBp: redeemersBp, fromPoints: 100, seed: seed),
            from: try start("2024-01-01"), to: try start(to), zone: .utc)
        for item in history {
            simulation.take(item.operation, id: item.id, at: item.at, customer: item.customer)
        }
        return simulation.end()
    }

    @Test(arguments: policies, expiries)
    func
        `issued less taken back, redeemed and expired is what accounts hold, each month and in all`(
            _ refunds: String, _ expiry: String
        ) throws
    {
        let program = try Self.program(refunds, expiry)
        for seed in UInt64(1)...10 {
            let history = try Self.history(seed: seed)
            let result = try Self.simulate(history, program)
            #expect(result.months.count == 14)
            #expect(result.outstanding == result.total.net)
            #expect(result.months.last?.outstanding == result.outstanding)
            #expect(result.months.reduce(0) { $0 + $1.flow.net } == result.outstanding)
            #expect(result.total.redeemed > 0 && result.total.expired > 0)
            #expect(result.tiers.reduce(0) { $0 + $1.members } == result.members)
            // A month's end, too, is what accounts hold then.
            for (index, end) in [(0, "2024-02-01"), (5, "2024-07-01"), (11, "2025-01-01")] {
                let until = try Self.simulate(history, program, to: end)
                #expect(result.months[index].outstanding == until.outstanding)
                #expect(result.months[index].flow == until.months.last?.flow)
            }
        }
    }

    @Test func `the same seed gives the same result, in whatever order customers come`() throws {
        let program = try Self.program("within balance", Self.expiries[0])
        let history = try Self.history(seed: 3)
        let result = try Self.simulate(history, program)
        #expect(try Self.simulate(history, program) == result)
        let backwards = history.indices.sorted {
            (-history[$0].customer, $0) < (-history[$1].customer, $1)
        }.map { history[$0] }
        #expect(try Self.simulate(backwards, program) == result)
        #expect(try Self.simulate(history, program, seed: 2).total != result.total)
    }

    @Test func `nobody redeems at 0%, and everybody with enough does at 100%`() throws {
        let program = try Self.program("within balance", Self.expiries[0])
        let history = try Self.history(seed: 4)
        let none = try Self.simulate(history, program, redeemersBp: 0)
        #expect(none.total.redeemed == 0 && none.redeemers == 0)
        let some = try Self.simulate(history, program)
        let all = try Self.simulate(history, program, redeemersBp: 10_000)
        #expect(some.redeemers < all.redeemers && some.total.redeemed < all.total.redeemed)
        #expect(none.total.issued == all.total.issued)
        #expect(none.revenueMinor == all.revenueMinor)
    }

    @Test func `points are spent at a later order, from the least on, and once`() throws {
        let program = try Self.program("within balance", #"{"after":"3 months"}"#)
        let start = try Self.start("2024-01-01")
        let pound = try #require(Currency("GBP"))
        func order(_ id: String, _ amount: Int64, day: Int) -> Happening {
            Happening(
                operation: .order(
                    id: id, lines: [OrderLine(id: "1", product: "a", amount: amount)],
                    currency: pound), id: "\(id) \(day)", at: start.adding(days: day), customer: 1)
        }
        let first = try Self.simulate([order("a", 9_900, day: 1)], program, redeemersBp: 10_000)
        #expect(first.total.redeemed == 0, "an order's own points aren't spent on it")
        let result = try Self.simulate(
            // 99 aren't enough; then 100 are. What is told again of an order spends nothing.
            [
                order("a", 9_900, day: 1), order("b", 100, day: 2), order("c", 5_000, day: 3),
                order("d", 6_000, day: 4), order("d", 15_000, day: 5),
            ], program, redeemersBp: 10_000)
        #expect(result.total.redeemed == 100)
        #expect(result.revenueMinor == 30_000)
        let value = try #require(PointValue("0.015"))
        #expect(result.money(result.total.redeemed, at: value).minor == 150)
        #expect(result.costShare(at: value) == 0.005)
    }

    @Test func `what is outside of the stretch doesn't count`() throws {
        let program = try Self.program("within balance", Self.expiries[0])
        let pound = try #require(Currency("GBP"))
        let (from, to) = (try Self.start("2024-01-01"), try Self.start("2025-03-01"))
        let times = [from.adding(milliseconds: -1), from, to.adding(milliseconds: -1), to]
        let result = try Self.simulate(
            times.enumerated().map { index, at in
                Happening(
                    operation: .order(
                        id: "\(index)", lines: [OrderLine(id: "1", product: "a", amount: 1000)],
                        currency: pound), id: "\(index)", at: at, customer: 1)
            }, program)
        #expect(result.orders == 2)
        #expect(result.months.first?.flow.issued == 10)
        #expect(result.months.last?.flow.issued == 10)
    }

    @Test(
        arguments: [
            ("0.01", 10_000), ("0", 0), ("2", 2_000_000), ("0.000001", 1), ("0.0000001", nil),
            ("-0.01", nil), ("a penny", nil), ("1000000", PointValue.max), ("1000001", nil),
        ] as [(String, Int64?)])
    func `a point's value is money of at most six decimals`(_ text: String, _ millionths: Int64?) {
        #expect(PointValue(text)?.millionths == millionths)
    }
}
