import Events
import Kernel
import Testing

@testable import Imports

/// What is paid back or cancelled, in the file of the order and in another.
struct OrderReversalTests {
    private static let head = "order_id,customer,date,total,status\n"
    private static let lineHead = "order_id,customer,date,sku,quantity,unit_price,status\n"

    /// The order's events as an import of one file, and of one file per row, one after the other.
    private func told(_ head: String, _ rows: [String]) -> (one: [String], several: [String]) {
        func describe(_ result: Imported) -> [String] {
            #expect(result.rejections.isEmpty)
            return zip(result.messageIDs, zip(result.drafts, result.properties)).map {
                "\($0) \($1.0.name) \($1.0.occurredAt.rfc3339.prefix(10)) "
                    + $1.1.drop { $0 != "t" }.dropFirst(7).prefix { $0 != "," }
            }
        }
        let one = describe(importing(head + rows.map { $0 + "\n" }.joined(), options()))
        var several: [String] = []
        for row in rows {
            for event in describe(importing(head + row + "\n", options()))
            where !several.contains(event) {
                several.append(event)
            }
        }
        return (one, several)
    }

    static let orders: [[String]] = [
        ["A,1,2024-01-01,10,", "A,1,2024-02-01,-3,"],
        ["A,1,2024-02-01,-3,", "A,1,2024-01-01,10,"],
        ["A,1,2024-01-01,10,", "A,1,2024-02-01,-3,", "A,1,2024-03-01,-2,"],
        ["A,1,2024-01-01,10,", "A,1,2024-01-01,10,", "A,1,2024-02-01,-3,", "A,1,2024-02-01,-3,"],
        ["A,1,2024-01-01,10,", "A,1,2024-02-01,10,cancelled"],
        ["A,1,2024-02-01,10,cancelled", "A,1,2024-01-01,10,"],
    ]

    @Test(arguments: orders.indices)
    func `a refund or cancellation is the same in the order's file as in another`(_ index: Int) {
        let (one, several) = told(Self.head, Self.orders[index])
        #expect(one == several)
        #expect(one.count >= 2)
    }

    @Test func `a row that says the order was paid back is a refund beside the order's own row`() {
        let own = "A,1,2024-01-01,10,paid\n"
        let back = "A,1,2024-02-01,3,refunded\n"
        for text in [own + back, own + back + back, own + back + own] {
            let result = importing(Self.head + text, options())
            #expect(result.rejections.isEmpty)
            #expect(result.names == ["Order Completed", "Order Refunded"])
            #expect(result.properties[0].contains("\"total\":10.00"))
            #expect(result.properties[1].contains("\"total\":3.00"))
        }
        // The order's own row may follow: it then replaces what the refund's row said of the order.
        let after = importing(Self.head + back + own, options())
        #expect(after.names == ["Order Completed", "Order Refunded", "Order Completed"])
        #expect(after.properties[2].contains("\"total\":10.00"))
    }

    @Test func `a refund by status is told once whatever else the row says`() {
        let first = importing(
            "order_id,customer,date,total,status,country\nA,1,2024-01-01,5,refunded,FR\n", options()
        )
        let second = importing(Self.head + "A,2,2024-01-01,5,returned\n", options())
        #expect(first.messageIDs[0] != second.messageIDs[0])
        #expect(first.messageIDs[1] == second.messageIDs[1])
    }

    @Test func `a second import of a file with refunds repeats its message ids`() {
        for rows in Self.orders {
            let text = Self.head + rows.map { $0 + "\n" }.joined()
            #expect(importing(text, options()).messageIDs == importing(text, options()).messageIDs)
        }
    }

    @Test func `lines that take back later are a refund of their own`() {
        let (one, several) = told(
            Self.lineHead,
            [
                "A,1,2024-01-01,x,2,5,", "A,1,2024-02-01,x,-1,5,",
                "A,1,2024-03-01,x,-1,5,",
            ])
        #expect(one == several)
        #expect(
            one.map { $0.split(separator: " ").dropFirst().joined(separator: " ") } == [
                "Order Completed 2024-01-01 10.00", "Order Refunded 2024-02-01 5.00",
                "Order Refunded 2024-03-01 5.00",
            ])
    }

    static let lines: [(lines: [String], events: [String])] = [
        // A discount at the time of the order is part of it, and so is an exchange.
        (["A,1,2024-01-01,x,2,5,", "A,1,2024-01-01,d,-1,1,"], ["Completed 9.00"]),
        (
            ["A,1,2024-01-01,x,2,5,", "A,1,2024-02-01,x,-1,5,", "A,1,2024-02-01,y,1,7,"],
            ["Completed 12.00"]
        ),
        // Lines that were paid back, by their status.
        (
            ["A,1,2024-01-01,x,1,10,paid", "A,1,2024-02-01,x,1,10,refunded"],
            ["Completed 10.00", "Refunded 10.00"]
        ),
        (
            ["A,1,2024-01-01,x,1,10,paid", "A,1,2024-01-01,y,1,5,refunded"],
            ["Completed 15.00", "Refunded 5.00"]
        ),
        (
            ["A,1,2024-01-01,x,1,10,refunded", "A,1,2024-01-01,y,1,5,"],
            ["Completed 15.00", "Refunded 15.00"]
        ),
        (["A,1,2024-01-01,x,-1,10,refunded"], ["Refunded 10.00"]),
        (["A,1,2024-01-01,x,1,10,paid", "A,1,2024-02-01,x,1,10,cancelled"], ["Cancelled 10.00"]),
        (["A,1,2024-01-01,x,1,10,voided", "A,1,2024-01-01,y,1,5,"], ["Cancelled 15.00"]),
    ]

    @Test(arguments: lines.indices)
    func `lines of an order make its events`(_ index: Int) {
        let (lines, events) = Self.lines[index]
        for order in [lines, lines.reversed()] where lines[0].hasSuffix(",") || order == lines {
            let result = importing(Self.lineHead + order.joined(separator: "\n"), options())
            #expect(result.rejections.isEmpty)
            let found = zip(result.names, result.properties).map {
                String($0.dropFirst("Order ".count)) + " "
                    + String($1.drop { $0 != "t" }.dropFirst(7).prefix { $0 != "," })
            }
            #expect(found == events)
        }
    }

    @Test func `the total that a file gives its returns is theirs`() {
        let text =
            "order_id,customer,date,total,sku,quantity,unit_price\n"
            + "A,1,2024-01-01,12,x,2,5\nA,1,2024-01-01,12,y,1,1\nA,1,2024-02-01,-4.5,x,-1,5\n"
        let result = importing(text, options(.orders, ["total=total", "sku=sku"]))
        #expect(result.names == ["Order Completed", "Order Refunded"])
        #expect(result.properties[0].contains("\"total\":12.00"))
        #expect(result.properties[1].contains("\"total\":4.50"))
    }

    static let statuses: [(String, [String])] = [
        ("paid", ["Order Completed"]), ("Partially_Fulfilled", ["Order Completed"]),
        ("", ["Order Completed"]), ("Refunded", ["Order Completed", "Order Refunded"]),
        ("CANCELED", ["Order Cancelled"]), ("void", ["Order Cancelled"]),
        ("pending payment", ["1 order_not_placed"]), ("draft", ["1 order_not_placed"]),
        ("unpaid", ["1 order_not_placed"]), ("failed", ["1 order_not_placed"]),
        ("partially_refunded", ["1 partial_refund"]), ("weird", ["1 unknown_status"]),
        ("bezahlt", ["1 unknown_status"]), ("42", ["1 unknown_status"]),
        (String(repeating: "x", count: 60), ["1 unknown_status"]),
    ]

    @Test(arguments: statuses.indices)
    func `a status is known or rejected`(_ index: Int) {
        let (status, expected) = Self.statuses[index]
        let result = importing(Self.head + "A,1,2024-01-01,5,\(status)\n", options())
        #expect(result.names + result.rejected == expected)
    }

    @Test func `an unknown status is told with those that are known`() {
        let result = importing(Self.head + "A,1,2024-01-01,5,weird\n", options())
        for word in ["'weird'", "completed", "refunded", "cancelled", "pending"] {
            #expect(result.rejections[0].message.contains(word))
        }
    }

    @Test func `each known word is of one status`() {
        var words: Set<String> = []
        for status in OrderStatus.allCases {
            for word in status.words {
                #expect(words.insert(word.description).inserted)
                #expect(OrderStatus(word.description.utf8Span.span) == status)
            }
        }
    }

    @Test func `a file that says when orders changed may go back to an earlier value`() {
        let head = "order_id,customer,date,total,updated_at\n"
        let first = importing(head + "A,1,2024-01-01,5,2024-01-01\n", options())
        let second = importing(head + "A,1,2024-01-01,6,2024-01-02\n", options())
        let third = importing(head + "A,1,2024-01-01,5,2024-01-03\n", options())
        #expect(Set(first.messageIDs + second.messageIDs + third.messageIDs).count == 3)
        #expect(first.properties == third.properties)
        // What was paid back doesn't double for it.
        let refund = head + "A,1,2024-02-01,-5,"
        #expect(
            importing(refund + "2024-02-01\n", options()).messageIDs
                == importing(refund + "2024-02-02\n", options()).messageIDs)
    }
}
