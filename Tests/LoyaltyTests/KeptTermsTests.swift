import Kernel
import Testing

@testable import Loyalty

/// Orders go by the rules under which they were placed, whatever the program says later.
@Suite struct KeptTermsTests {
    private func rate(_ points: Int, version: Int64, _ more: String = "") throws -> LoyaltyProgram {
        var program = try program(
            earn: #"[{"name": "spend", "points": \#(points), "per": "1.00"\#(more)}]"#)
        program.version = version
        return program
    }

    /// Two lines of 5.00, which gave 3 points for each pound.
    private func placed() throws -> (ledger: Ledger, terms: LoyaltyProgram) {
        let program = try rate(3, version: 1)
        var ledger = Ledger(program)
        ledger.apply(
            .order(
                id: "A",
                lines: [
                    OrderLine(id: "1", product: "mug", amount: 500),
                    OrderLine(id: "2", product: "tea", amount: 500),
                ], currency: program.currency), at: day(0))
        #expect(ledger.available == 30)
        return (ledger, program)
    }

    @Test(arguments: [1, 5])
    func `a line that goes back takes what it gave, whatever the rate is by then`(
        _ points: Int
    ) throws {
        var (ledger, terms) = try placed()
        var changed = try rate(points, version: 2)
        changed.remember(terms, version: 1)
        ledger.program = changed
        ledger.apply(
            .refund(
                order: "A",
                OrderRefund(id: "r", parts: [OrderRefund.Part(line: "1", quantityMilli: 1000)])),
            at: day(1))
        #expect(ledger.available == 15)
        ledger.order("B", 1000, at: day(2))
        #expect(ledger.available == 15 + Int64(points) * 10)
        ledger.apply(.cancel(order: "A"), at: day(3))
        #expect(ledger.available == Int64(points) * 10)
        let read = try LoyaltyAccount(decoding: ledger.account.encoded().span)
        #expect(read == ledger.account)
        #expect(read.orders.map(\.version) == [1, 2])
    }

    @Test func `an order whose version isn't known any more goes by today's rules`() throws {
        var (ledger, _) = try placed()
        ledger.program = try rate(1, version: 2)
        ledger.apply(
            .refund(
                order: "A",
                OrderRefund(id: "r", parts: [OrderRefund.Part(line: "1", quantityMilli: 1000)])),
            at: day(1))
        #expect(ledger.available == 5)
    }

    @Test func `money that goes back for a product without a quantity takes its points`() throws {
        let program = try program(#""returns": "by product""#)
        var ledger = Ledger(program)
        for (id, at) in [("A", 0), ("B", 1)] {
            ledger.apply(
                .order(
                    id: id, lines: [OrderLine(id: "1", product: "mug", amount: 1000)],
                    currency: program.currency), at: day(at))
        }
        #expect(ledger.available == 20)
        let refund = OrderRefund(
            id: "r", parts: [OrderRefund.Part(line: "mug", quantityMilli: 0, amount: 1300)])
        for _ in 0..<2 { ledger.apply(.refund(order: "C1", refund), at: day(2)) }
        // 10.00 of the newest and 3.00 of the one before.
        #expect(ledger.available == 7)
    }
}
