import Events
import Kernel
import Segments
import Testing

@Suite struct BehavioursTests {
    private static let trace = EventTrace(.track("A"))
    private static let plan = TracePlan([trace])

    private func entry(_ position: Int64, at time: Timestamp) -> Behaviours.Entry {
        Behaviours.Entry(at: time, position: position)
    }

    private func bytes(_ behaviours: Behaviours, _ plan: TracePlan) -> [UInt8] {
        var writer = ByteWriter()
        behaviours.encode(to: &writer, plan: plan)
        return writer.bytes
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `merging parts gives what applying all gives, in any order`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let gbp = try #require(Currency("GBP"))
        var whole = Behaviours()
        var parts = Array(repeating: Behaviours(), count: 3)
        for position in 1...2500 as ClosedRange<Int64> {
            let part = Int(random.next() % 3)
            let time = day(Int(random.next() % 500))
            if random.next() % 4 == 0 {
                let order = OrderLedger.Entry(
                    key: position, orderedAt: time, total: Money(minor: position, currency: gbp))
                whole.setOrder(order)
                parts[part].setOrder(order)
            } else {
                whole.add(entry(position, at: time), to: Self.trace.id)
                parts[part].add(entry(position, at: time), to: Self.trace.id)
            }
        }
        #expect(parts[0].merged(with: parts[1]).merged(with: parts[2]) == whole)
        #expect(parts[2].merged(with: parts[1].merged(with: parts[0])) == whole)
        #expect(whole.merged(with: Behaviours()) == whole)
        #expect(Behaviours().merged(with: whole) == whole)
        #expect(whole[Self.trace.id]?.entries.count == Behaviours.entriesMax)
        #expect(try Behaviours(decoding: bytes(whole, Self.plan).span) == whole)
    }

    @Test func `the newest events are held, and all are counted`() {
        var behaviours = Behaviours()
        for position in 0...Behaviours.entriesMax {
            behaviours.add(entry(Int64(position), at: day(position)), to: 7)
        }
        behaviours.add(entry(-1, at: day(-1)), to: 7)
        #expect(behaviours[7]?.count == Int64(Behaviours.entriesMax) + 2)
        #expect(behaviours[7]?.entries.first?.position == 1)
        #expect(behaviours[7]?.entries.count == Behaviours.entriesMax)
    }

    @Test func `orders beyond the limit are summed, and can be taken back`() throws {
        let gbp = try #require(Currency("GBP"))
        var behaviours = Behaviours()
        for key in 0...OrderLedger.heldMax {
            behaviours.addOrder(
                OrderLedger.Entry(
                    key: Int64(key), orderedAt: day(key), total: Money(minor: 5, currency: gbp)))
        }
        #expect(behaviours.orders.olderCount == 1)
        #expect(behaviours.orders.olderTotals == [Money(minor: 5, currency: gbp)])
        behaviours.removeOrder(key: 0, total: Money(minor: 5, currency: gbp))
        #expect(behaviours.orders.count == Int64(OrderLedger.heldMax))
        #expect(behaviours.orders.olderTotals == [Money(minor: 0, currency: gbp)])
    }

    @Test func `a trace that no condition asks for any more isn't stored`() throws {
        var behaviours = Behaviours()
        behaviours.add(entry(1, at: day(0)), to: Self.trace.id)
        behaviours.add(entry(1, at: day(0)), to: EventTrace(.track("B")).id)
        let kept = try Behaviours(decoding: bytes(behaviours, Self.plan).span)
        #expect(kept.traces.map(\.id) == [Self.trace.id])
        #expect(try Behaviours(decoding: bytes(behaviours, TracePlan()).span) == Behaviours())
    }

    @Test func `damaged bytes are told`() throws {
        var behaviours = Behaviours()
        behaviours.add(
            Behaviours.Entry(at: day(0), position: 1, value: .text("pro")), to: Self.trace.id)
        let whole = bytes(behaviours, Self.plan)
        for count in 0..<whole.count {
            #expect(throws: ByteReader.Damaged.self) {
                try Behaviours(decoding: whole.span.extracting(first: count))
            }
        }
        #expect(throws: ByteReader.Damaged.self) {
            try Behaviours(decoding: (whole + [0]).span)
        }
    }

    @Test func `a trace's id is the same in every process`() {
        #expect(Self.trace.id == EventTrace(.track("A")).id)
        #expect(Self.trace.id != EventTrace(.track("B")).id)
        #expect(EventTrace(.page(nil)).id != EventTrace(.screen(nil)).id)
        #expect(EventTrace(.track("A")).id == 13_522_222_879_520_056_385)
    }

    @Test func `most events concern no trace, by a look at their name`() {
        let plan = TracePlan([
            EventTrace(.track("Order Completed")), EventTrace(.page("Pricing")),
            EventTrace(.screen(nil)),
        ])
        func may(_ kind: EventKind, _ name: String) -> Bool {
            plan.mayConcern(kind, name.utf8.span)
        }
        #expect(may(.track, "Order Completed") && may(.page, "Pricing") && may(.screen, "x"))
        #expect(!may(.identify, "Order Completed"))
        let passed = (0..<1000).filter { may(.track, "Some Event \($0)") }.count
        #expect(passed < 20)
        let none = TracePlan().mayConcern(.track, "Order Completed".utf8.span)
        #expect(!none)
    }
}
