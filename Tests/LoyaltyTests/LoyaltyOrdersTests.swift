import Kernel
import Testing

@testable import Loyalty

/// Orders that are kept as bytes are what a list of them would be.
struct LoyaltyOrdersTests {
    private func order(_ id: String, _ random: inout SeededRandom) -> LoyaltyOrder {
        var order = LoyaltyOrder(id: id)
        func some(_ count: UInt64) -> Int { Int(random.next() % count) }
        if some(4) > 0 { order.placedAt = day(some(400)) }
        if some(2) > 0 { order.linesAt = day(some(400)) }
        if some(5) == 0 { order.releasedAt = day(some(400)) }
        order.lines = (0..<some(4)).map { line("\($0)", Int64($0) * 1_000_003, category: "té") }
        order.refunds = (0..<some(3)).map { OrderRefund(id: "r\($0)", amount: Int64($0)) }
        for rule in 0..<some(3) { order.granted["rule \(rule)"] = Int64(some(5000)) }
        order.challenges = some(4) == 0 ? ["often"] : []
        order.segments = some(4) == 0 ? ["a", "b"] : []
        order.lots = (0..<some(3)).map { Int64($0 + 1) }
        order.given = Int64(some(9000))
        order.forgone = Int64(some(9))
        order.net = Int64(some(90_000))
        order.qualifying = Int64(some(7))
        order.spendableOnly = Int64(some(7))
        order.tier = some(2) == 0 ? "gold" : ""
        order.version = Int64(some(4))
        return order
    }

    private func bytes(_ orders: LoyaltyOrders) -> [UInt8] {
        var writer = ByteWriter()
        orders.encode(to: &writer)
        return writer.take()
    }

    /// What a list of orders is written as.
    private func bytes(_ list: [LoyaltyOrder]) -> [UInt8] {
        var writer = ByteWriter()
        writer.writeVarint(UInt64(list.count))
        for order in list { order.encode(to: &writer) }
        return writer.take()
    }

    private func read(_ bytes: [UInt8], toEnd: Bool = true) throws -> LoyaltyOrders {
        var reader = ByteReader(bytes.span)
        let orders = try LoyaltyOrders(decoding: &reader, codec: LoyaltyAccount.codec)
        let isAtEnd = reader.isAtEnd
        #expect(isAtEnd || !toEnd)
        return orders
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `whatever is done to them, they are what a list is, and the same bytes`(
        _ seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        var (orders, list) = (LoyaltyOrders(), [LoyaltyOrder]())
        for step in 0..<60 {
            let place = list.isEmpty ? 0 : Int(random.next() % UInt64(list.count))
            switch random.next() % 6 {
            case 0, 1:
                let new = order("order \(step)", &random)
                orders.append(new)
                list.append(new)
            case 2 where !list.isEmpty:
                let other = order(list[place].id, &random)
                orders[place] = other
                list[place] = other
            case 3 where !list.isEmpty:
                orders[place].lots.append(9)
                orders[place].net += 1
                list[place].lots.append(9)
                list[place].net += 1
            case 4: orders = try read(bytes(orders))
            default:
                // A copy is its own.
                var copy = orders
                if !list.isEmpty { copy[place].given = -1 }
            }
            #expect(Array(orders) == list)
            #expect(bytes(orders) == bytes(list))
            for place in list.indices {
                #expect(orders.place(of: list[place].id) == place)
                var note = orders.note(place)
                note.end = 0
                #expect(note == list[place].note)
            }
            #expect(orders.place(of: "another") == nil)
            #expect(orders == (try read(bytes(list))))
        }
    }

    @Test func `bytes that aren't orders are refused when they are read`() throws {
        var random = SeededRandom(seed: 5)
        let whole = bytes((0..<5).map { order("order \($0)", &random) })
        for count in 0..<whole.count {
            let cut = Array(whole[..<count])
            #expect(throws: ByteReader.Damaged.self, "\(count)") { _ = try read(cut) }
        }
        // What passes can be looked at, whatever it says.
        for index in whole.indices {
            for bit in 0..<8 {
                var garbled = whole
                garbled[index] ^= 1 << bit
                guard let orders = try? read(garbled, toEnd: false) else { continue }
                #expect(Array(orders).count == orders.count)
            }
        }
    }
}
