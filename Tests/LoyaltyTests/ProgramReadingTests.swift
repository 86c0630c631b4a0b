import Documents
import Kernel
import Testing

@testable import Loyalty

@Suite struct ProgramReadingTests {
    /// The whole program, of which a test changes one part.
    private func parts(_ changed: [String: String] = [:]) -> String {
        var parts = [
            "kind": #""program""#, "name": #""club""#, "title": #""The Club""#,
            "unit": #""stamps""#, "currency": #""GBP""#,
            "earn": #"[{"name": "spend", "points": 1, "per": 1}]"#, "pending": #""14 days""#,
            "expiry": #"{"after": "12 months", "round": "month end"}"#,
            "refunds": #""allow negative""#, "returns": #""by product""#,
            "starts": #""2026-01-01""#,
            "tiers":
                #"{"by": "spend", "period": "12 months", "levels": [{"name": "a", "from": 0}]}"#,
        ]
        for (name, value) in changed { parts[name] = value.isEmpty ? nil : value }
        return "{"
            + parts.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
            .joined(separator: ", ") + "}"
    }

    private func problem(_ json: String) throws -> DocumentProblem? {
        let reader = try reader(json)
        do throws(DocumentProblem) {
            _ = try LoyaltyProgram(reading: reader)
            return nil
        } catch {
            return error
        }
    }

    @Test func `every part is read`() throws {
        let program = try LoyaltyProgram(reading: reader(parts()))
        #expect(program.name == "club")
        #expect(program.title == "The Club")
        #expect(program.unit == "stamps")
        #expect(program.currency == (try currency()))
        #expect(program.pending == .after(.days(14)))
        #expect(program.expiry == .rolling(.months(12), .month))
        #expect(program.refunds == .allowNegative)
        #expect(program.returns == .byProduct)
        #expect(program.starts == CalendarDay(year: 2026, month: 1, day: 1))
        #expect(program.tiers?.levels.map(\.name) == ["a"])
    }

    @Test func `what isn't said has a plain meaning`() throws {
        let program = try program()
        #expect(program.title == "club")
        #expect(program.unit == "points")
        #expect(program.pending == .none)
        #expect(program.expiry == .never)
        #expect(program.refunds == .withinBalance)
        #expect(program.returns == .byOrder)
        #expect(program.starts == nil)
        #expect(program.tiers == nil)
        let rule = try #require(program.earn.first)
        #expect(rule.occasion == .order)
        #expect(rule.base == .afterDiscount)
        #expect(rule.tax == .included)
        #expect(rule.rounding == .down)
        #expect(rule.limit == nil)
    }

    @Test func `every part of a rule is read`() throws {
        let rule = try #require(
            try program(
                earn: #"""
                    [{"name": "x", "on": "order", "points": 1.5, "per": 0.5,
                      "base": "before discount", "tax": "excluded", "round": "up",
                      "products": ["p"], "categories": "c",
                      "multiply": {"tier": {"a": 2}, "first order": 1.25},
                      "limit": {"points": 100, "each": "month"},
                      "from": "2026-02-01", "until": "2026-02-28"}]
                    """#,
                #""tiers": {"by": "orders", "period": "life", "levels": [{"name": "a", "from": 0}]}"#
            ).earn.first)
        #expect(rule.pointsE4 == 15_000)
        #expect(rule.per == 50)
        #expect(rule.base == .beforeDiscount)
        #expect(rule.tax == .excluded)
        #expect(rule.rounding == .up)
        #expect(rule.products == ["p"])
        #expect(rule.categories == ["c"])
        #expect(rule.multipliers.tiers == ["a": 200])
        #expect(rule.multipliers.firstOrder == 125)
        #expect(rule.limit?.points == 100)
        #expect(rule.limit?.each == .month)
        #expect(rule.from == CalendarDay(year: 2026, month: 2, day: 1))
        #expect(rule.until == CalendarDay(year: 2026, month: 2, day: 28))
    }

    @Test(arguments: [
        ("kind", #""journey""#, "kind", "must be program, not journey"),
        ("name", "", "", "name is missing"),
        ("name", #""The Club""#, "name", "beginning with a letter"),
        ("title", #""""#, "title", "must have 1 to 200 bytes"),
        ("unit", #""""#, "unit", "must have 1 to 200 bytes"),
        ("currency", "", "", "currency is missing"),
        ("currency", #""pounds""#, "currency", "three letters such as GBP"),
        ("earn", "", "", "earn is missing"),
        ("earn", "[]", "earn", "1 to 50 rules"),
        ("pending", #""soon""#, "pending", "length of time such as 30 days"),
        ("pending", #""2 months""#, "pending", "months and years have no fixed length"),
        ("pending", #"{"after": "x"}"#, "pending", "until is missing"),
        ("pending", #"{"until": "x", "or": "y"}"#, "pending.or", "is not known here"),
        ("expiry", #""12 months""#, "expiry", "must have named parts"),
        ("expiry", #"{"after": "a while"}"#, "expiry.after", "such as 12 months or 90 days"),
        ("expiry", #"{"after": "0 days"}"#, "expiry.after", "such as 12 months or 90 days"),
        ("expiry", #"{"inactive": "101 years"}"#, "expiry.inactive", "such as 12 months"),
        ("expiry", #"{"after": "1 day", "round": "week"}"#, "expiry.round", "month end"),
        ("expiry", #"{"on": "02-30"}"#, "expiry.on", "a month and a day such as 12-31"),
        ("expiry", #"{"on": "12-31", "after": "1 day"}"#, "expiry.on", "is not known here"),
        ("refunds", #""never""#, "refunds", "only pending"),
        ("returns", #""by mail""#, "returns", "by product"),
        ("starts", #""tomorrow""#, "starts", "a day such as 2026-03-01"),
        ("starts", #""2026-02-29""#, "starts", "a day such as 2026-03-01"),
        ("expires", #""never""#, "expires", "is not known here"),
    ])
    func `a program that isn't one is refused with the place and what to do`(
        _ part: String, _ value: String, _ path: String, _ reason: String
    ) throws {
        let problem = try #require(try problem(parts([part: value])))
        #expect(problem.path == path)
        #expect(problem.reason.contains(reason), "\(problem.reason)")
    }

    @Test(arguments: [
        (#"{"points": 1, "per": 1}"#, "", "name is missing"),
        (#"{"name": "x", "per": 1}"#, "", "points is missing"),
        (#"{"name": "x", "points": 1}"#, "", "per is missing"),
        (#"{"name": "x", "points": 0, "per": 1}"#, ".points", "must be above 0"),
        (#"{"name": "x", "points": -1, "per": 1}"#, ".points", "a number from 0 to"),
        (#"{"name": "x", "points": 0.00001, "per": 1}"#, ".points", "at most 4 decimals"),
        (#"{"name": "x", "points": 1000001, "per": 1}"#, ".points", "a number from 0 to 1000000"),
        (#"{"name": "x", "points": 1, "per": 0}"#, ".per", "must be above 0"),
        (#"{"name": "x", "points": 1, "per": 0.001}"#, ".per", "at most 2 decimals"),
        (#"{"name": "x", "points": 1, "on": "review", "per": 1}"#, "", "per is for orders"),
        (#"{"name": "x", "points": 1, "per": 1, "base": "net"}"#, ".base", "before discount"),
        (#"{"name": "x", "points": 1, "per": 1, "tax": "no"}"#, ".tax", "excluded"),
        (#"{"name": "x", "points": 1, "per": 1, "round": "even"}"#, ".round", "nearest"),
        (#"{"name": "x", "points": 1, "per": 1, "products": []}"#, ".products", "1 to 1000"),
        (
            #"{"name": "x", "points": 1, "per": 1, "categories": [""]}"#, ".categories[0]",
            "1 to 200"
        ),
        (
            #"{"name": "x", "points": 1, "per": 1, "multiply": {"first order": 101}}"#,
            ".multiply.first order", "a number from 0 to 100"
        ),
        (
            #"{"name": "x", "points": 1, "per": 1, "multiply": {"tier": {"a": 1.234}}}"#,
            ".multiply.tier.a", "at most 2 decimals"
        ),
        (
            #"{"name": "x", "points": 1, "per": 1, "limit": {"points": 5}}"#, ".limit",
            "each is missing"
        ),
        (
            #"{"name": "x", "points": 1, "per": 1, "limit": {"points": 5, "each": "hour"}}"#,
            ".limit.each", "week"
        ),
        (
            #"{"name": "x", "points": 1, "per": 1, "limit": {"points": 0, "each": "day"}}"#,
            ".limit.points", "1"
        ),
        (
            #"{"name": "x", "points": 1, "per": 1, "from": "2026-02-02", "until": "2026-02-01"}"#,
            "", "until 2026-02-01 is before from 2026-02-02"
        ),
        (#"{"name": "x", "points": 1, "per": 1, "rounding": "up"}"#, ".rounding", "not known"),
    ])
    func `a rule that isn't one is refused with the place and what to do`(
        _ rule: String, _ path: String, _ reason: String
    ) throws {
        let problem = try #require(try problem(parts(["earn": "[\(rule)]", "tiers": ""])))
        #expect(problem.path.hasPrefix("earn"))
        #expect(problem.path.hasSuffix(path))
        #expect(problem.reason.contains(reason), "\(problem.reason)")
    }

    @Test func `names that are there twice, or not at all, are told`() throws {
        let rule = #"{"name": "x", "points": 1, "per": 1}"#
        let twice = try #require(try problem(parts(["earn": "[\(rule), \(rule)]"])))
        #expect(twice.reason.contains("two rules named x"))
        let many = (0...EarnRule.countMax).map { #"{"name": "x\#($0)", "points": 1, "per": 1}"# }
        let over = try #require(
            try problem(parts(["earn": "[" + many.joined(separator: ",") + "]"])))
        #expect(over.reason.contains("1 to 50 rules"))
        let asks =
            #"[{"name": "x", "points": 1, "per": 1, "multiply": {"tier": {"gold": 2}}}]"#
        let unknown = try #require(try problem(parts(["earn": asks])))
        #expect(unknown.reason == "rule x asks about tier gold, which isn't there")
    }

    @Test(arguments: [
        (#""by": "visits", "period": "life""#, #"{"name": "a", "from": 0}"#, ".by", "orders"),
        (#""by": "spend""#, #"{"name": "a", "from": 0}"#, "", "period is missing"),
        (#""by": "spend", "period": "ever""#, #"{"name": "a", "from": 0}"#, ".period", "life"),
        (
            #""by": "spend", "period": "life", "downgrade": "slow""#, #"{"name": "a", "from": 0}"#,
            ".downgrade", "one step"
        ),
        (
            #""by": "spend", "period": "life", "downgrade": "one step""#,
            #"{"name": "a", "from": 0}"#, "", "needs a grace"
        ),
        (
            #""by": "spend", "period": "life", "grace": "12 hours""#, #"{"name": "a", "from": 0}"#,
            ".grace", "whole days, at most 366"
        ),
        (
            #""by": "spend", "period": "life", "grace": "367 days""#, #"{"name": "a", "from": 0}"#,
            ".grace", "whole days, at most 366"
        ),
        (#""by": "spend", "period": "life""#, "", ".levels", "1 to 20 tiers"),
        (#""by": "spend", "period": "life""#, #"{"name": "a", "from": 5}"#, ".from", "0 of the"),
        (
            #""by": "spend", "period": "life""#,
            #"{"name": "a", "from": 0}, {"name": "b", "from": 0}"#, ".from", "above a's"
        ),
        (
            #""by": "spend", "period": "life""#,
            #"{"name": "a", "from": 0}, {"name": "a", "from": 5}"#, "", "two tiers named a"
        ),
        (
            #""by": "orders", "period": "life""#,
            #"{"name": "a", "from": 0}, {"name": "b", "from": 1.5}"#, ".from", "at most 0 decimals"
        ),
        (
            #""by": "spend", "period": "life""#, #"{"name": "a", "from": 0, "entry points": 0}"#,
            ".entry points", "1"
        ),
    ])
    func `tiers that can't be are refused with the place and what to do`(
        _ head: String, _ levels: String, _ path: String, _ reason: String
    ) throws {
        let problem = try #require(
            try problem(parts(["tiers": "{\(head), \"levels\": [\(levels)]}"])))
        #expect(problem.path.hasPrefix("tiers"))
        #expect(problem.path.hasSuffix(path))
        #expect(problem.reason.contains(reason), "\(problem.reason)")
    }
}
