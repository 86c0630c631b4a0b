import Customers
import Kernel
import Testing

struct IdentityStateTests {
    @Test func `a visitor becomes known and keeps the past`() throws {
        var run = IdentityRun()
        let visit = try run.see((.anonymousID, "v1"))
        let known = try run.see(
            (.anonymousID, "v1"), (.userID, "ann"), (.email, "Ann@example.test"))
        let later = try run.see((.email, "ann@example.test "))
        #expect(visit == Resolution(fragment: 1, customer: 1, isNew: true))
        #expect(known == Resolution(fragment: 1, customer: 1, isNew: false))
        #expect(later == known)
        let changes = run.state.takeChanges()
        #expect(changes.customers == [NewCustomer(customer: 1, at: Timestamp(milliseconds: 1))])
        #expect(changes.identifiers.map(\.identifier.value) == ["v1", "ann", "ann@example.test"])
        #expect(changes.identifiers.map(\.position) == [1, 2, 2])
        #expect(changes.merges.isEmpty)
        #expect(run.state.takeChanges().isEmpty)
    }

    @Test func `an event with two known customers joins them, the older one's id survives`() throws
    {
        var run = IdentityRun()
        _ = try run.see((.email, "ann@example.test"))
        _ = try run.see((.userID, "ann"))
        let joined = try run.see((.userID, "ann"), (.email, "ann@example.test"))
        #expect(joined == Resolution(fragment: 2, customer: 1, isNew: false))
        let changes = run.state.takeChanges()
        #expect(changes.memberships == [Membership(member: 2, customer: 1)])
        let merge = try #require(changes.merges.first)
        #expect(merge.id == ID(rawValue: 24))
        #expect((merge.winner, merge.loser) == (1, 2))
        #expect((merge.first, merge.second) == (2, 1))
        #expect(merge.moved == [2])
        #expect(merge.position == 3)
        #expect(
            merge.reason
                == .identifiers(
                    try Identifier(.userID, "ann"), try Identifier(.email, "ann@example.test")))
    }

    @Test func `a second user id on a shared device is another customer, and the device stays`()
        throws
    {
        var run = IdentityRun()
        _ = try run.see((.userID, "ann"), (.anonymousID, "v1"))
        let bob = try run.see((.userID, "bob"), (.anonymousID, "v1"))
        #expect(bob == Resolution(fragment: 2, customer: 2, isNew: true))
        #expect(try run.see((.anonymousID, "v1")).customer == 1)
        let drops = run.state.takeChanges().drops
        #expect(
            drops == [
                IdentifierDrop(
                    position: 2, kind: .anonymousID, value: "v1", reason: .limit(.userID))
            ])
    }

    @Test func `what can't be joined is dropped and weaker identifiers are still used`() throws {
        var run = IdentityRun()
        _ = try run.see((.userID, "ann"), (.email, "ann@example.test"))
        _ = try run.see((.userID, "bob"), (.email, "ann@example.test"), (.anonymousID, "v9"))
        #expect(try run.see((.anonymousID, "v9")).customer == 2)
        #expect(try run.see((.email, "ann@example.test")).customer == 1)
        #expect(run.state.takeChanges().dropCounts == [.limit(.userID): 1])
    }

    @Test func `a customer has five addresses and no sixth`() throws {
        var run = IdentityRun()
        for number in 1...6 {
            _ = try run.see((.userID, "ann"), (.email, "a\(number)@example.test"))
        }
        let changes = run.state.takeChanges()
        #expect(changes.identifiers.count == 6)
        #expect(changes.drops.map(\.value) == ["a6@example.test"])
        #expect(changes.drops.map(\.reason) == [.limit(.email)])
        #expect(try run.see((.email, "a6@example.test")).isNew)
    }

    @Test func `a limit with a period counts what was first seen within it`() throws {
        var rules = IdentityRules()
        rules.emails = IdentityRules.Limit(1, periodMs: 1000)
        var run = IdentityRun(rules)
        _ = try run.see((.userID, "ann"), (.email, "a1@example.test"), at: 0)
        _ = try run.see((.userID, "ann"), (.email, "a2@example.test"), at: 999)
        _ = try run.see((.userID, "ann"), (.email, "a3@example.test"), at: 1000)
        #expect(run.state.takeChanges().drops.map(\.value) == ["a2@example.test"])
    }

    @Test func `a limit of zero and a kind without priority switch a kind off`() throws {
        var rules = IdentityRules()
        rules.phones = IdentityRules.Limit(0)
        rules.priority = [.userID, .phone]
        var run = IdentityRun(rules)
        #expect(try run.see((.phone, "+4912345")) == .nobody)
        #expect(try run.see((.email, "ann@example.test")) == .nobody)
        let drops = run.state.takeChanges().drops
        #expect(drops.map(\.reason) == [.limit(.phone), .limit(.email)])
    }

    @Test func `the order of priority decides which identifier is dropped`() throws {
        var rules = IdentityRules()
        rules.priority = [.anonymousID, .email, .userID]
        var run = IdentityRun(rules)
        _ = try run.see((.userID, "ann"), (.anonymousID, "v1"))
        #expect(try run.see((.userID, "bob"), (.anonymousID, "v1")).customer == 1)
        #expect(run.state.takeChanges().drops.map(\.value) == ["bob"])
    }

    @Test func `an event without a usable identifier is nobody's, with the reasons`() throws {
        var run = IdentityRun()
        let whose = try run.see(
            (.userID, "NULL"), (.email, "nobody"), (.phone, "12"),
            (.anonymousID, String(repeating: "x", count: 600)))
        #expect(whose == .nobody)
        let changes = run.state.takeChanges()
        #expect(changes.drops.map(\.reason) == [.blocked, .malformed, .malformed, .tooLong])
        #expect(changes.drops.map(\.value.utf8.count) == [4, 6, 2, 64])
        #expect(changes.customers.isEmpty && changes.identifiers.isEmpty)
    }

    @Test func `dropped identifiers are kept up to a number and counted beyond`() throws {
        var run = IdentityRun()
        for _ in 0...IdentityChanges.dropsMax { _ = try run.see((.userID, "null")) }
        let changes = run.state.takeChanges()
        #expect(changes.drops.count == IdentityChanges.dropsMax)
        #expect(changes.dropCounts == [.blocked: IdentityChanges.dropsMax + 1])
    }

    @Test func `one event can join four customers`() throws {
        var run = IdentityRun()
        _ = try run.see((.anonymousID, "v1"))
        _ = try run.see((.phone, "+4912345"))
        _ = try run.see((.email, "ann@example.test"))
        _ = try run.see((.userID, "ann"))
        let whose = try run.see(
            (.anonymousID, "v1"), (.phone, "+4912345"), (.email, "ann@example.test"),
            (.userID, "ann"))
        #expect(whose == Resolution(fragment: 4, customer: 1, isNew: false))
        let changes = run.state.takeChanges()
        #expect(changes.merges.map(\.id.rawValue) == [40, 41, 42])
        for member in 1...4 as ClosedRange<Int64> {
            #expect(run.state.customer(of: member) == 1)
        }
    }

    @Test func `an alias joins two user ids beyond the limit`() throws {
        var run = IdentityRun()
        _ = try run.see((.userID, "old"))
        _ = try run.see((.userID, "new"))
        #expect(try run.alias("new", "old") == Resolution(fragment: 2, customer: 1, isNew: false))
        let merge = try #require(run.state.takeChanges().merges.first)
        #expect(
            merge.reason == .alias(try Identifier(.userID, "new"), try Identifier(.userID, "old")))
    }

    @Test func `an alias of a visitor's id joins the visitor and adds no user id`() throws {
        var run = IdentityRun()
        _ = try run.see((.anonymousID, "v1"))
        #expect(try run.alias("ann", "v1") == Resolution(fragment: 1, customer: 1, isNew: false))
        #expect(
            run.state.takeChanges().identifiers.map(\.identifier) == [
                try Identifier(.anonymousID, "v1"), try Identifier(.userID, "ann"),
            ])
    }

    @Test func `an alias of an id that nobody knows is remembered as both kinds`() throws {
        var run = IdentityRun()
        #expect(try run.alias("ann", "x").isNew)
        #expect(try run.see((.userID, "x")).customer == 1)
        #expect(try run.see((.anonymousID, "x")).customer == 1)
        #expect(try run.see((.userID, "ann")).customer == 1)
    }

    @Test func `an alias of a blocked id changes nothing for it`() throws {
        var run = IdentityRun()
        #expect(try run.alias("ann", "null").isNew)
        #expect(try run.see((.userID, "bob")).customer == 2)
        #expect(run.state.takeChanges().dropCounts == [.blocked: 2])
    }
}
