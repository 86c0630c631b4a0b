import Segments
import Testing

@Suite struct ConditionWordsTests {
    @Test(arguments: [
        ("{attribute: country, oneOf: [GB, IE]}", "country is one of GB, IE"),
        ("{attribute: vip, exists: false}", "vip isn't known"),
        ("{did: Order Completed}", "Did Order Completed"),
        (
            "{did: Order Completed, where: {property: total, atLeast: 50}, times: {atLeast: 2}, within: 90 days}",
            "Did Order Completed where total is at least 50 at least twice in the last 90 days"
        ),
        ("{didNot: Order Completed, within: 30 days}", "No Order Completed in the last 30 days"),
        ("{recency: {atLeast: 30 days}}", "Last order 30 days ago or longer"),
        ("{frequency: {exactly: 1}}", "Exactly 1 order"),
        ("{monetary: {atLeast: 100 GBP}}", "Ordered for at least 100.00 GBP"),
        (
            "{monetaryQuintile: {atLeast: 4}}",
            "In the best 2 fifths of buyers by how much they ordered for"
        ),
        ("{lifecycle: [active, atRisk]}", "Is active or at risk"),
        (
            "{prediction: churnProbability, greaterThan: 0.6}",
            "Probability of no order in 90 days is more than 0.6"
        ),
        ("{consent: email, topic: offers}", "Consent to e-mail about offers is given"),
        ("{notSegment: vip}", "Isn't in vip"),
        ("{none: [{did: Coupon Issued, within: 30 days}]}", "No Coupon Issued in the last 30 days"),
        ("{none: [{segment: vip}]}", "Isn't in vip"),
    ])
    func `a condition is said in plain words`(yaml: String, words: String) throws {
        #expect(try condition(yaml).lines == [ConditionLine(words)])
    }

    @Test func `groups are said with their parts below them`() throws {
        let tree = try condition(
            "[{segment: vip}, {any: [{recency: {lessThan: 9 days}}, {all: [{segment: a}, {segment: b}]}]}]"
        )
        #expect(
            tree.lines == [
                ConditionLine("Is in vip"), ConditionLine("At least one of these:"),
                ConditionLine("Last order less than 9 days ago", depth: 1),
                ConditionLine("All of these:", depth: 1), ConditionLine("Is in a", depth: 2),
                ConditionLine("Is in b", depth: 2),
            ])
        #expect(
            tree.words
                == "is in vip and (last order less than 9 days ago or (is in a and is in b))")
    }
}
