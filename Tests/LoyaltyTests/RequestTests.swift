import Documents
import Kernel
import Testing

@testable import Loyalty

@Suite struct RequestTests {
    @Test func `each kind is read again from its JSON`() throws {
        let pounds = try currency()
        let refund = OrderRefund(
            id: "r",
            parts: [
                .init(line: "1", quantityMilli: 1500),
                .init(line: "2", quantityMilli: 0, amount: 7),
            ], amount: 25)
        let operations: [LoyaltyOperation] = [
            .order(
                id: "A\"\\\u{e9}",
                lines: [
                    line("1", 1005, quantity: 3, discount: 5, tax: 9, category: "tea"),
                    line("2", 0),
                ], currency: pounds),
            .order(id: "B", lines: [line("1", 1005)], currency: try currency("JPY")),
            .refund(order: "A", refund), .refund(order: "A", OrderRefund(id: "w", isWhole: true)),
            .cancel(order: "A"), .event(name: "sent", order: "A"), .event(name: "x", order: nil),
            .award(points: LoyaltyProgram.pointsMax, reason: "kind"),
            .spend(points: 1, reference: ""), .spend(points: 1, reference: "till"),
            .unspend(operation: "s", points: nil), .unspend(operation: "s", points: 3),
            .reserve(points: 2, reference: "r", seconds: 60), .confirm(operation: "c"),
            .release(operation: "c"), .adjust(points: -5, reason: "count"),
            .takeBack(points: 7, reason: "referral"), .tick,
        ]
        #expect(
            Set(operations.map { LoyaltyRequest($0).kind }).count
                == LoyaltyRequest.Kind.allCases.count)
        for operation in operations {
            for at in [nil, day(3, ms: 7)] {
                let request = LoyaltyRequest(operation, at: at)
                let json = request.json(currency: pounds)
                var members = try DocumentReader(DocumentNode(json: json.span)).members()
                let again = try LoyaltyRequest(
                    reading: &members, kind: nil, id: "own", currency: pounds)
                #expect(again == request)
                #expect(again.json(currency: pounds) == json)
            }
        }
    }

    @Test func `each reason is read again from its JSON`() {
        let reasons: [LoyaltyReason] = [
            .earned(order: "A", rules: []), .earned(order: "A", rules: ["x"]),
            .event(name: "e", rule: "r"), .given("\"quoted\"\n"), .tierEntered("gold"),
            .refunded(order: "A", isCancelled: true), .refunded(order: "A", isCancelled: false),
            .refundedFromOthers(order: "A", lot: 12), .refundOwed(order: "A"),
            .spent(reference: ""), .spendUndone(operation: "s"), .ended, .debtPaid,
            .adjusted("why"), .moved(customer: "c", isOut: true),
            .moved(customer: "c", isOut: false),
        ]
        for reason in reasons { #expect(LoyaltyReason(json: reason.json) == reason) }
        #expect(LoyaltyReason(json: []) == nil)
        #expect(LoyaltyReason(json: Array(#"{"code": "other"}"#.utf8)) == nil)
    }

    @Test func `too many lines are refused`() throws {
        for (count, isRead) in [(2000, true), (2001, false)] {
            let lines = Array(repeating: #"{"amount": 1}"#, count: count).joined(separator: ",")
            var members = try reader(#"{"order_id": "A", "lines": [\#(lines)]}"#).members()
            let request = try? LoyaltyRequest(
                reading: &members, kind: .order, id: "o", currency: currency())
            #expect((request != nil) == isRead)
        }
    }
}
