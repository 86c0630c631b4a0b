import Testing

@testable import RetentionModels

struct SurvivalLeakTests {
    /// Rows of customers over 200 days; the moment is day 120.
    func events(seed: UInt64) -> DatedEvents {
        var random = SeededRandom(seed: seed)
        var (customers, times, kinds, amounts) = ([Int](), [Double](), [Int](), [Double]())
        for _ in 0..<1500 {
            let customer = Int(random.uniform() * 80)
            customers.append(customer)
            // Some come only later, some at the moment itself, to the day.
            times.append((random.uniform() * 200).rounded() + Double(customer > 70 ? 125 : 0))
            kinds.append(Int(random.uniform() * 3))
            amounts.append(random.uniform() < 0.3 ? .nan : (random.uniform() * 100).rounded())
        }
        return DatedEvents(
            customers: customers, times: times, kinds: kinds, amounts: amounts,
            kindNames: ["log-in", "order", "ticket"])
    }

    func rearranged(
        _ events: DatedEvents, _ rows: [Int], customer: (Int) -> Int = { $0 }
    ) -> DatedEvents {
        DatedEvents(
            customers: rows.map { customer(events.customers[$0]) },
            times: rows.map { events.times[$0] }, kinds: rows.map { events.kinds[$0] },
            amounts: rows.map { events.amounts[$0] }, kindNames: events.kindNames)
    }

    func bits(_ features: AsOfFeatures) -> [[UInt64]] {
        features.table.columns.map { $0.map { $0.isNaN ? 0 : $0.bitPattern } }
    }

    @Test(arguments: 1...6)
    func `no shuffling of the future changes a feature, to the last bit`(seed: UInt64) throws {
        let events = events(seed: seed)
        let moment = 120.0
        let before = try AsOfFeatures(events, moment: moment)
        let past = events.times.indices.filter { events.times[$0] <= moment }
        let future = events.times.indices.filter { events.times[$0] > moment }
        #expect(future.count > 300 && past.count > 300)

        // The future's customers, times, kinds and amounts each dealt anew among its rows.
        var random = SeededRandom(seed: seed + 100)
        func shuffled(_ rows: [Int]) -> [Int] {
            var rows = rows
            for last in stride(from: rows.count - 1, to: 0, by: -1) {
                rows.swapAt(last, Int(random.uniform() * Double(last + 1)))
            }
            return rows
        }
        let (who, when, what) = (shuffled(future), shuffled(future), shuffled(future))
        let shuffledFuture = DatedEvents(
            customers: past.map { events.customers[$0] } + who.map { events.customers[$0] },
            times: past.map { events.times[$0] } + when.map { events.times[$0] },
            kinds: past.map { events.kinds[$0] } + what.map { events.kinds[$0] },
            amounts: past.map { events.amounts[$0] } + what.map { events.amounts[$0] * 7 },
            kindNames: events.kindNames)
        for other in [shuffledFuture, rearranged(events, past)] {
            let after = try AsOfFeatures(other, moment: moment)
            #expect(after.customers == before.customers)
            #expect(bits(after) == bits(before))
        }
        // The same rows in another order are the same (amounts here are whole numbers).
        let reordered = try AsOfFeatures(
            rearranged(events, shuffled(Array(events.times.indices))), moment: moment)
        #expect(bits(reordered) == bits(before))

        // And the test can see a leak: what is known a day later is more.
        let later = try AsOfFeatures(events, moment: moment + 1)
        #expect(bits(later) != bits(before))
        // The outcome, which is the future, does change with it.
        #expect(before.leftWithin(10, of: events) != before.leftWithin(10, of: shuffledFuture))
    }

    @Test func `features of a small history are those by hand`() throws {
        let events = DatedEvents(
            customers: [2, 2, 2, 2, 0, 2, 5], times: [10, 40, 70, 100, 100, 101, 101],
            kinds: [0, 1, 0, 1, 0, 1, 0], amounts: [.nan, 20, 5, 30, .nan, 99, 1],
            kindNames: ["log-in", "order"])
        let found = try AsOfFeatures(events, moment: 100, windows: [30, 60.5])
        #expect(found.customers == [0, 2])
        func value(_ name: String, _ row: Int) -> Double? {
            found.table.features.firstIndex { $0.name == name }.map { found.table.columns[$0][row] }
        }
        let expected: [(String, Double)] = [
            ("tenure", 90), ("silence", 0), ("mean gap", 30), ("silence in gaps", 0),
            ("days since log-in", 30), ("log-in in all", 2), ("days since order", 0),
            // Thirty days ago is outside of thirty days.
            ("log-in count 30 d", 0), ("log-in count 60.5 d", 1), ("log-in worth 60.5 d", 5),
            ("order count 30 d", 1), ("order worth 30 d", 30), ("order count 60.5 d", 2),
            ("order worth 60.5 d", 50), ("order in all", 2),
        ]
        for (name, figure) in expected { #expect(value(name, 1) == figure, "\(name)") }
        #expect(value("mean gap", 0)?.isNaN == true)
        #expect(value("days since order", 0)?.isNaN == true)
        #expect(value("order count 30 d", 0) == 0)
        // Customer 2 ordered on day 101, within a day; the log-ins alone were over.
        #expect(found.leftWithin(1, of: events) == [true, false])
        #expect(found.leftWithin(1, kinds: [0], of: events) == [true, true])
        #expect(found.leftWithin(0.5, of: events) == [true, true])
    }

    @Test func `before the first event nobody is known`() throws {
        let found = try AsOfFeatures(events(seed: 1), moment: -1)
        #expect(found.customers.isEmpty)
        #expect(found.table.count == 0)
        #expect(found.leftWithin(10, of: events(seed: 1)).isEmpty)
    }
}
