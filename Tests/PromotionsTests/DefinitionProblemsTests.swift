import Documents
import Testing

@testable import Promotions

/// Each mistake that a promotion can have, with what is said of it: a sentence with its place, that a person can act on.
struct DefinitionProblemsTests {
    /// What is beside a name and an effect, or all, and its problem.
    private static let table: [(definition: String, problem: String)] = [
        (
            #"{"kind": "promotion", "effect": {"amount": "5 GBP"}}"#,
            #"name is missing"#
        ),
        (
            #"{"kind": "promotion", "name": "P 1", "effect": {"amount": "5 GBP"}}"#,
            #"name: must be 1 to 64 of a-z, 0-9 and -, beginning with a letter; not P 1"#
        ),
        (
            #""color": "red""#,
            #"color: is not known here; known are afterRefund, appliesTo, codes, conditions, description, effect, group, hold, kind, limits, name, order, title"#
        ),
        (
            #"{"kind": "promotion", "name": "p"}"#,
            #"effect is missing"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {}}"#,
            #"effect: must have one of amount, percent, freeShipping, gift, points"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"amount": "5 GBP", "points": 3}}"#,
            #"effect: must have one of amount, percent, freeShipping, gift, points; not amount and points"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"amount": "5"}}"#,
            #"effect.amount: must be an amount such as 5 GBP, not 5"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"amount": "-5 GBP"}}"#,
            #"effect.amount: must be an amount such as 5 GBP, not -5 GBP"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"amount": "0 GBP"}}"#,
            #"effect.amount: must be an amount such as 5 GBP, not 0 GBP"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"amount": "5.001 GBP"}}"#,
            #"effect.amount: must have at most 2 decimals in GBP; not 5.001 GBP"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"amount": "5 XYZ1"}}"#,
            #"effect.amount: must be an amount such as 5 GBP, not 5 XYZ1"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"percent": "15%"}}"#,
            #"effect: of is missing: say whether the percentage is of the subtotal (before other discounts) or of the remaining"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"percent": "101%", "of": "subtotal"}}"#,
            #"effect.percent: must be a percentage such as 10%, from 0.01% to 100% with at most 2 decimals; not 101%"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"percent": "0%", "of": "subtotal"}}"#,
            #"effect.percent: must be a percentage such as 10%, from 0.01% to 100% with at most 2 decimals; not 0%"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"percent": "1.234%", "of": "subtotal"}}"#,
            #"effect.percent: must be a percentage such as 10%, from 0.01% to 100% with at most 2 decimals; not 1.234%"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"percent": "x", "of": "subtotal"}}"#,
            #"effect.percent: must be a percentage such as 10%, from 0.01% to 100% with at most 2 decimals; not x"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"percent": "15%", "of": "total"}}"#,
            #"effect.of: must be one of subtotal, remaining; not total"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"percent": "15%", "of": "subtotal", "max": "0 GBP"}}"#,
            #"effect.max: must be an amount such as 5 GBP, not 0 GBP"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"amount": "5 GBP", "of": "subtotal"}}"#,
            #"effect.of: is not known here; known are amount, freeShipping, gift, percent, points"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"amount": "5 GBP", "max": "3 GBP"}}"#,
            #"effect.max: is not known here; known are amount, freeShipping, gift, percent, points"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"freeShipping": false}}"#,
            #"effect.freeShipping: must be true; leave it out otherwise"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"freeShipping": "yes"}}"#,
            #"effect.freeShipping: must be true or false, not a text"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"gift": {"product": ""}}}"#,
            #"effect.gift.product: must have 1 to 200 bytes"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"gift": {"product": "a", "quantity": 0}}}"#,
            #"effect.gift.quantity: must be a whole number from 1 to 1000"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"gift": {"quantity": 1}}}"#,
            #"effect.gift: product is missing"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"points": 0}}"#,
            #"effect.points: must be a whole number from 1 to 1000000000"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"points": 1.5}}"#,
            #"effect.points: must be a whole number from 1 to 1000000000"#
        ),
        (
            #""codes": []"#,
            #"codes: must name 1 to 100"#
        ),
        (
            #""codes": "HI""#,
            #"codes: must have 3 to 32 of A-Z and 0-9; hyphens don't count"#
        ),
        (
            #""codes": ["A B!"]"#,
            #"codes[0]: must have 3 to 32 of A-Z and 0-9; hyphens don't count"#
        ),
        (
            #""codes": ["HELLO", "hel-lo"]"#,
            #"codes[1]: HELLO is there twice"#
        ),
        (
            #""codes": {"unique": {"prefix": "too-long-prefix-here"}}"#,
            #"codes.unique.prefix: must be at most 12 of A-Z and 0-9"#
        ),
        (
            #""codes": {"unique": {"prefix": "a!"}}"#,
            #"codes.unique.prefix: must be at most 12 of A-Z and 0-9"#
        ),
        (
            #""codes": {"public": ["X"]}"#,
            #"codes: unique is missing"#
        ),
        (
            #""codes": [""]"#,
            #"codes[0]: must have 3 to 32 of A-Z and 0-9; hyphens don't count"#
        ),
        (
            #""appliesTo": {"colors": ["red"]}"#,
            #"appliesTo.colors: is not known here; known are categories, products"#
        ),
        (
            #""appliesTo": {"products": []}"#,
            #"appliesTo.products: must name 1 to 1000"#
        ),
        (
            #""appliesTo": {}"#,
            #"appliesTo: must be order, or name products or categories"#
        ),
        (
            #""appliesTo": "tea""#,
            #"appliesTo: must be order, or name products or categories; not tea"#
        ),
        (
            #"{"kind": "promotion", "name": "p", "effect": {"points": 3}, "appliesTo": {"products": ["a"]}}"#,
            #"appliesTo: is for amount and percent only; leave it out"#
        ),
        (
            #""conditions": {"minimum": "20 EUR"}"#,
            #"conditions: minimum is in EUR, the effect in GBP; say both in one currency"#
        ),
        (
            #""conditions": {"minimum": "-1 GBP"}"#,
            #"conditions.minimum: must be an amount such as 5 GBP, not -1 GBP"#
        ),
        (
            #""conditions": {"segments": []}"#,
            #"conditions.segments: must name 1 to 100"#
        ),
        (
            #""conditions": {"segments": "Vips!"}"#,
            #"conditions.segments: must be 1 to 64 of a-z, 0-9 and -, beginning with a letter; not Vips!"#
        ),
        (
            #""conditions": {"tiers": []}"#,
            #"conditions.tiers: must name 1 to 100"#
        ),
        (
            #""conditions": {"firstOrder": "yes"}"#,
            #"conditions.firstOrder: must be true or false, not a text"#
        ),
        (
            #""conditions": {"starts": "2026-03-02", "ends": "2026-03-01"}"#,
            #"conditions.ends: must not be before starts (2026-03-02); it is 2026-03-01"#
        ),
        (
            #""conditions": {"starts": "tomorrow"}"#,
            #"conditions.starts: must be a day such as 2026-03-01 or a time with its zone such as 2026-03-01T09:00:00Z; not tomorrow"#
        ),
        (
            #""conditions": {"starts": "2026-02-30"}"#,
            #"conditions.starts: must be a day such as 2026-03-01 or a time with its zone such as 2026-03-01T09:00:00Z; not 2026-02-30"#
        ),
        (
            #""conditions": {"weekdays": ["funday"]}"#,
            #"conditions.weekdays[0]: must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday; not funday"#
        ),
        (
            #""conditions": {"weekdays": []}"#,
            #"conditions.weekdays: must name at least one day"#
        ),
        (
            #""conditions": {"weekdays": ["friday", "friday"]}"#,
            #"conditions.weekdays[1]: friday is there twice"#
        ),
        (
            #""conditions": {"hours": {"from": "17:00"}}"#,
            #"conditions.hours: to is missing"#
        ),
        (
            #""conditions": {"hours": {"from": "17:00", "to": "17:00"}}"#,
            #"conditions.hours: must not begin and end at the same time"#
        ),
        (
            #""conditions": {"hours": {"from": "25:00", "to": "26:00"}}"#,
            #"conditions.hours.from: must be a time of day such as 09:00, from 00:00 to 23:59"#
        ),
        (
            #""conditions": {"moon": "full"}"#,
            #"conditions.moon: is not known here; known are categories, ends, firstOrder, hours, minimum, products, segments, starts, tiers, weekdays"#
        ),
        (
            #""limits": {"total": 0}"#,
            #"limits.total: must be a whole number from 1 to 1000000000"#
        ),
        (
            #""limits": {"total": -1}"#,
            #"limits.total: must be a whole number from 1 to 1000000000"#
        ),
        (
            #""limits": {"perCustomer": 0}"#,
            #"limits.perCustomer: must be a whole number from 1 to 1000000000"#
        ),
        (
            #""limits": {"perCustomerIn": {"hour": 1}}"#,
            #"limits.perCustomerIn.hour: is not known here; known are day, month, week, year"#
        ),
        (
            #""limits": {"perCustomerIn": {"day": 0}}"#,
            #"limits.perCustomerIn.day: must be a whole number from 1 to 1000000000"#
        ),
        (
            #""limits": {"each": 1}"#,
            #"limits.each: is not known here; known are perCustomer, perCustomerIn, total"#
        ),
        (
            #""group": "alone""#,
            #"group: must be one of exclusive, stackable, best; not alone"#
        ),
        (
            #""order": -1"#,
            #"order: must be a whole number from 0 to 1000000"#
        ),
        (
            #""order": 1.5"#,
            #"order: must be a whole number from 0 to 1000000"#
        ),
        (
            #""order": 10000000"#,
            #"order: must be a whole number from 0 to 1000000"#
        ),
        (
            #""hold": "31 days""#,
            #"hold: must be at most 30 days"#
        ),
        (
            #""hold": "0s""#,
            #"hold: must be a length of time such as 30 days or 12 hours, not 0s (months and years have no fixed length: say 30 days, 365 days)"#
        ),
        (
            #""hold": "soon""#,
            #"hold: must be a length of time such as 30 days or 12 hours, not soon (months and years have no fixed length: say 30 days, 365 days)"#
        ),
        (
            #""afterRefund": "maybe""#,
            #"afterRefund: must be one of staysUsed, usableAgain; not maybe"#
        ),
        (
            #""title": """#,
            #"title: must have 1 to 200 bytes"#
        ),
    ]

    private static func promotion(_ text: String) throws -> Promotion {
        let json =
            text.hasPrefix("{")
            ? text : #"{"kind": "promotion", "name": "p", "effect": {"amount": "5 GBP"}, \#(text)}"#
        return try Promotion(reading: DocumentReader(DocumentNode(json: Array(json.utf8).span)))
    }

    @Test func `each mistake has its sentence, and its place`() {
        for (definition, problem) in Self.table {
            do {
                let promotion = try Self.promotion(definition)
                Issue.record("\(definition) was read as \(promotion)")
            } catch {
                #expect("\(error)" == problem, "\(definition)")
            }
        }
    }

    @Test(arguments: [
        #""conditions": {"hours": {"from": "22:00", "to": "02:00"}}"#, #""limits": {}"#,
        #""conditions": {"firstOrder": false}"#, #""codes": ["HEL-LO", "other"]"#,
        #""order": 0"#, #""hold": "30 days""#,
    ])
    func `what is at the edge is read`(definition: String) throws {
        _ = try Self.promotion(definition)
    }
}
