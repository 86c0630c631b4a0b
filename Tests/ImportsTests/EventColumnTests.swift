import Events
import Kernel
import Testing

@testable import Imports

/// Events of tables and JSON lines whose columns hold objects.
struct EventColumnTests {
    private func importingEvents(_ text: String, _ mapping: [String] = []) -> Imported {
        importing(text, options(.events, mapping), pieces: [9])
    }

    @Test func `a table's properties, context and traits are read`() {
        let text =
            "event,user_id,time,email,properties,context,traits,plan\n"
            + #"Seen,u,2024-01-01,,"{""n"":1.50,""plan"":""x""}",,,gold"# + "\n"
            + #"Seen,u,2024-01-01,,"{}","{""ip"":""::1""}",,"# + "\n"
            + #"Seen,u,2024-01-01,a@example.test,,"{""ip"":""::1"",""traits"":{""age"":3}}","#
            + #""{""city"":""Rome"",""email"":""b@example.test""}","# + "\n"
            + "Seen,u,2024-01-01,,nonsense,,,\nSeen,u,2024-01-01,,[1],,,\n"
            + "Seen,u,2024-01-01,,,{,,\n"
        let result = importingEvents(text)
        #expect(
            result.properties == [#"{"n":1.50,"plan":"x"}"#, "{}", "{}"])
        #expect(
            result.contexts == [
                "", #"{"ip":"::1"}"#,
                #"{"traits":{"email":"a@example.test","city":"Rome","age":3},"ip":"::1"}"#,
            ])
        #expect(result.rejected == ["4 invalid_event", "5 invalid_event", "6 invalid_event"])
    }

    @Test func `columns beside the properties are kept`() {
        let result = importingEvents(
            "event,user_id,time,properties,price\nSeen,u,2024-01-01,\"{\"\"n\"\":1}\",2.5\n")
        #expect(result.properties == [#"{"n":1,"price":2.5}"#])
    }

    @Test func `a table's type is a call or a property`() {
        let text =
            "type,event,user_id,time,traits,email\nidentify,,u,2024-01-01,\"{\"\"plan\"\":\"\"b\"\"}\","
            + "a@example.test\ngift,Sent,u,2024-01-01,,\n"
        let result = importingEvents(text)
        #expect(result.drafts.map(\.kind) == [.identify, .track])
        #expect(
            result.properties == [#"{"plan":"b","email":"a@example.test"}"#, #"{"type":"gift"}"#])
        #expect(importingEvents(text, ["type=type"]).rejected == ["2 invalid_event"])
    }

    @Test func `groups and aliases keep whom they are about`() {
        let text =
            #"{"type":"page","name":"Home","userId":"u","timestamp":"2024-01-01"}"# + "\n"
            + #"{"type":"group","groupId":"g","userId":"u","timestamp":"2024-01-01","traits":{"n":1}}"#
            + "\n"
            + #"{"type":"alias","previousId":"p","userId":"u","timestamp":"2024-01-01"}"# + "\n"
            + #"{"type":"group","userId":"u","timestamp":"2024-01-01"}"# + "\n"
            + #"{"type":"alias","userId":"u","timestamp":"2024-01-01"}"# + "\n"
            + #"{"type":"alias","previousId":"p","anonymousId":"a","timestamp":"2024-01-01"}"#
            + "\n"
        let result = importingEvents(text)
        #expect(result.names == ["Home", "g", "p"])
        #expect(result.properties == ["", #"{"n":1}"#, ""])
        #expect(result.rejected == ["4 missing_name", "5 missing_name", "6 missing_customer"])
    }

    static let orders: [(String, String?)] = [
        (#"{"order_id":"A","total":5}"#, nil), (#"{"order_id":"A","total":"5.5"}"#, nil),
        (#"{"order_id":"A","total":"five"}"#, "invalid_order"),
        (#"{"order_id":"A","total":"1,5"}"#, "invalid_order"),
        (#"{"order_id":"A"}"#, "invalid_order"), (#"{"total":5}"#, "invalid_order"),
        (#"{"order_id":"A","total":5,"currency":"euro"}"#, "invalid_order"),
        (#"{"order_id":"A","total":5,"currency":"XYZ"}"#, "invalid_currency"),
        (#"{"order_id":"A","products":[{"price":2,"quantity":2}]}"#, nil),
        (#"{"order_id":"A","products":[{"price":"x"}]}"#, "invalid_order"),
    ]

    @Test(arguments: orders.indices)
    func `an order among events is one that counts or is rejected`(_ index: Int) {
        let (properties, code) = Self.orders[index]
        let event = #","userId":"u","timestamp":"2024-01-01","properties":"# + properties + "}\n"
        let result = importingEvents(
            #"{"event":"Order Completed""# + event + #"{"event":"Order Looked At""# + event)
        #expect(result.rejected == (code.map { ["1 \($0)"] } ?? []))
        #expect(result.names.last == "Order Looked At")
        let table = importingEvents(
            "event,user_id,time,order_id,total\norder completed,u,2024-01-01,A,five\n")
        #expect(table.rejected == ["1 invalid_order"])
    }

    @Test func `orders of JSON lines keep their products`() {
        let head = #"{"customer_id":"a","date":"2024-01-01","order_id":"#
        let text =
            head + #""A","total":9,"products":[{"product_id":7,"price":2,"quantity":2,"x":1}]}"#
            + "\n" + head + #""B","products":[{"sku":"s","price":2.5,"quantity":2}]}"# + "\n"
            + head + #""C","products":[{"sku":"s"}]}"# + "\n"
            + head + #""D","total":1,"products":[3]}"# + "\n"
            + head + #""E","total":1,"products":[]}"# + "\n"
            + head + #""F","products":[{"price":2,"quantity":-2}]}"#
        let result = importing(text, options())
        #expect(
            result.properties == [
                #"{"order_id":"A","total":9.00,"currency":"USD","#
                    + #""products":[{"product_id":7,"price":2,"quantity":2,"x":1}]}"#,
                #"{"order_id":"B","total":5.00,"currency":"USD","#
                    + #""products":[{"sku":"s","price":2.5,"quantity":2}]}"#,
                #"{"order_id":"E","total":1.00,"currency":"USD","products":[]}"#,
                #"{"order_id":"F","total":4.00,"currency":"USD","#
                    + #""products":[{"price":2,"quantity":-2}]}"#,
            ])
        #expect(result.names.last == "Order Refunded")
        #expect(result.rejected == ["3 missing_total", "4 invalid_products"])
    }

    @Test func `a table may hold products as JSON and a count of items is none`() {
        let text =
            "order_id,customer,date,total,items\n"
            + "A,1,2024-01-01,5.5,\"[{\"\"sku\"\":\"\"s\"\"}]\"\nB,1,2024-01-01,5.5,3\n"
            + "C,1,2024-01-01,5.5,[\n"
        let result = importing(text, options())
        #expect(result.properties[0].hasSuffix(#","products":[{"sku":"s"}]}"#))
        #expect(result.properties[1].hasSuffix(#""currency":"USD"}"#))
        #expect(result.rejected == ["3 invalid_products"])
        #expect(
            importing(text, options(.orders, ["products=items"])).rejected
                == ["2 invalid_products", "3 invalid_products"])
    }

    @Test func `a customer that is an object gives id, e-mail, phone and name`() {
        let head = #"{"order_id":"#
        let tail = #","date":"2024-01-01","total":1,"customer":"#
        let text =
            head + "\"A\"" + tail
            + #"{"id":7,"email":"a\u0040example.test","phone":"+44 1","name":"Ann"}}"# + "\n"
            + head + "\"B\"" + tail + "\"plain\"}\n"
            + head + "\"C\"" + tail + #"{"email":"c@example.test"}}"# + "\n"
            + head + "\"D\"" + tail + #"{"ref":1}}"# + "\n" + head + "\"E\"" + tail + "null}\n"
        for mapping in [[], ["customer=customer"]] {
            let result = importing(text, options(.orders, mapping))
            #expect(result.drafts.map(\.userID) == ["7", "plain", "", ""])
            #expect(
                result.contexts == [
                    #"{"traits":{"email":"a@example.test","phone":"+44 1","name":"Ann"}}"#, "",
                    #"{"traits":{"email":"c@example.test"}}"#, "",
                ])
            #expect(result.rejected == ["4 invalid_identifier"])
        }
    }
}
