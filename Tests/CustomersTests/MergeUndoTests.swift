import Customers
import Events
import Kernel
import Testing

struct MergeUndoTests {
    /// Ann's address and user id, first apart, then joined by one event.
    private func joined() throws -> (IdentityRun, MergeRecord) {
        var run = IdentityRun()
        _ = try run.see((.email, "ann@example.test"))
        _ = try run.see((.userID, "ann"))
        _ = try run.see((.userID, "ann"), (.email, "ann@example.test"))
        let merge = try #require(run.state.takeChanges().merges.first)
        return (run, merge)
    }

    @Test func `an undone merge leaves two customers as they were`() throws {
        var (run, merge) = try joined()
        try run.undo(merge)
        #expect(run.state.customer(of: 1) == 1)
        #expect(run.state.customer(of: 2) == 2)
        let changes = run.state.takeChanges()
        #expect(changes.memberships == [Membership(member: 2, customer: 2)])
        #expect(changes.keptApart == [KeptApart(1, 2)])
        #expect(changes.undone.map(\.merge) == [merge.id])
    }

    @Test func `the same identifiers don't join an undone pair again, an alias or a person does`()
        throws
    {
        var (run, merge) = try joined()
        try run.undo(merge)
        _ = run.state.takeChanges()
        let again = try run.see((.userID, "ann"), (.email, "ann@example.test"))
        #expect(again == Resolution(fragment: 2, customer: 2, isNew: false))
        #expect(run.state.takeChanges().drops.map(\.reason) == [.keptApart])
        #expect(try run.merge(1, 2).customer == 1)
        #expect(run.state.takeChanges().joinedAgain == [KeptApart(1, 2)])
    }

    @Test func `a pair stays apart through a third customer too`() throws {
        var (run, merge) = try joined()
        try run.undo(merge)
        _ = try run.see((.anonymousID, "v1"), (.userID, "ann"))
        _ = try run.see((.phone, "+4912345"), (.email, "ann@example.test"))
        let whose = try run.see((.phone, "+4912345"), (.anonymousID, "v1"))
        #expect(whose.customer == 1)
        #expect(run.state.customer(of: 2) == 2)
        #expect(run.state.takeChanges().dropCounts == [.keptApart: 1])
    }

    @Test func `undoing an early merge keeps what later merges joined`() throws {
        var run = IdentityRun()
        _ = try run.see((.email, "a@example.test"))
        _ = try run.see((.phone, "+4912345"))
        _ = try run.see((.userID, "ann"))
        _ = try run.see((.email, "a@example.test"), (.phone, "+4912345"))
        _ = try run.see((.userID, "ann"), (.phone, "+4912345"))
        let merges = run.state.takeChanges().merges
        try run.undo(merges[0])
        #expect((1...3).map { run.state.customer(of: $0) } == [1, 2, 2])
        try run.undo(merges[1])
        #expect((1...3).map { run.state.customer(of: $0) } == [1, 2, 3])
    }

    @Test func `limits count anew after an undo`() throws {
        var (run, merge) = try joined()
        try run.undo(merge)
        // The user id went with its own side, so the address may get another one.
        #expect(try run.see((.userID, "bob"), (.email, "ann@example.test")).customer == 1)
        #expect(run.state.takeChanges().drops.isEmpty)
    }

    @Test func `what can't be merged or undone is refused`() throws {
        var (run, merge) = try joined()
        #expect(throws: MergeRefusal.alreadyMerged) { try run.merge(1, 2) }
        #expect(throws: MergeRefusal.alreadyMerged) { try run.merge(1, 1) }
        #expect(throws: MergeRefusal.unknownCustomer(99)) { try run.merge(1, 99) }
        #expect(throws: MergeRefusal.unknownMerge) {
            try run.state.undo(
                ID(rawValue: 7), position: 9, at: Timestamp(milliseconds: 9), lookup: run.lookup)
        }
        try run.undo(merge)
        #expect(throws: MergeRefusal.alreadyUndone) { try run.undo(merge) }
    }

    @Test func `a stored merge is undone by a fresh state`() throws {
        var (run, merge) = try joined()
        let store = IdentityStore()
        // The rows that the run above wrote, made again.
        var first = IdentityRun()
        _ = try first.see((.email, "ann@example.test"))
        _ = try first.see((.userID, "ann"))
        _ = try first.see((.userID, "ann"), (.email, "ann@example.test"))
        store.write(first.state.takeChanges())
        run.state = IdentityState(rules: IdentityRules(), hash: testHash)
        run.lookup = store.lookup
        try run.undo(merge)
        store.write(run.state.takeChanges())
        #expect(store.roots == [1: 1, 2: 2])
        run.state = IdentityState(rules: IdentityRules(), hash: testHash)
        #expect(throws: MergeRefusal.alreadyUndone) { try run.undo(merge) }
        #expect(try run.see((.userID, "ann"), (.email, "ann@example.test")).customer == 2)
        #expect(run.state.takeChanges().dropCounts == [.keptApart: 1])
    }
}

/// What each customer is known for, before a merge and after it was undone.
struct UndoneProfileTests {
    /// A shop's events in which nobody is joined but by the one event that may be left out.
    private func profiles(joining: Bool, undoing: Bool, seed: UInt64) throws -> [Int64: Profile] {
        var random = SeededRandom(seed: seed)
        var state = IdentityState(rules: IdentityRules(), hash: testHash)
        var fragments: [Int64: Profile] = [:]
        for position in 1...40 as ClosedRange<Int64> {
            let at = Timestamp(milliseconds: position)
            var draft = EventDraft(kind: .identify, occurredAt: at, messageID: "m")
            let number = Int.random(in: 0..<3, using: &random)
            draft.userID = number == 0 ? "ann" : ""
            draft.anonymousID = number == 0 ? "" : "v\(number)"
            draft.properties = Array(
                "{\"n\(Int.random(in: 0..<4, using: &random))\":\(position)}".utf8)
            if position == 20 {
                guard joining else { continue }
                draft.kind = .group
                draft.userID = "ann"
                draft.anonymousID = "v1"
                draft.properties = []
            }
            let block = try block(draft)
            let whose = try state.resolve(
                block.frames[0], in: block, position: position, lookup: .empty)
            if position == 20 { continue }
            fragments[whose.fragment, default: Profile()].apply(
                block.frames[0], in: block, position: position, localHour: nil)
        }
        if undoing {
            let merge = try #require(state.changes.merges.first)
            try state.undo(
                merge.id, position: 41, at: Timestamp(milliseconds: 41), lookup: .empty)
        }
        var customers: [Int64: Profile] = [:]
        for (fragment, profile) in fragments {
            customers[try #require(state.customer(of: fragment)), default: Profile()].merge(profile)
        }
        return customers
    }

    @Test(arguments: 1..<21 as Range<UInt64>)
    func `profiles after an undo are those of customers who were never merged`(seed: UInt64) throws
    {
        let never = try profiles(joining: false, undoing: false, seed: seed)
        let joined = try profiles(joining: true, undoing: false, seed: seed)
        #expect(joined.count == never.count - 1)
        #expect(try profiles(joining: true, undoing: true, seed: seed) == never)
    }
}
