import Customers
import Events
import Kernel
import Testing

struct IdentityEventTests {
    private struct Case: Sendable {
        var kind: EventKind
        var userID = ""
        var anonymousID = ""
        var name = ""
        var properties = ""
        var context = ""
        var identifiers: [String]
    }

    private static let cases: [Case] = [
        Case(kind: .track, userID: "u", anonymousID: "v", identifiers: ["u", "v"]),
        Case(
            kind: .identify, userID: "u", properties: #"{"email":"A@b","phone":"+49 12345"}"#,
            identifiers: ["u", "a@b", "+4912345"]),
        Case(
            kind: .identify, properties: #"{"phone":49123456,"email":"a@b"}"#,
            identifiers: ["a@b", "49123456"]),
        Case(
            kind: .identify, properties: #"{"email":"a@b"}"#,
            context: #"{"traits":{"email":"c@d"}}"#, identifiers: ["a@b", "c@d"]),
        Case(
            kind: .track, properties: #"{"email":"a@b","phone":"+4912345"}"#, identifiers: ["a@b"]),
        Case(
            kind: .page, context: #"{"ip":1,"traits":{"email":"a@b","phone":"+4912345"}}"#,
            identifiers: ["a@b", "+4912345"]),
        Case(kind: .identify, properties: #"{"\u0065mail":"a\u0040b"}"#, identifiers: ["a@b"]),
        Case(kind: .identify, properties: #"{"email":"a@b","email":"c@d"}"#, identifiers: ["c@d"]),
        Case(kind: .identify, properties: #"{"email":["a@b"],"phone":{}}"#, identifiers: []),
        Case(
            kind: .identify, properties: #"{"email":"","address":{"email":"a@b"}}"#, identifiers: []
        ),
        Case(kind: .group, properties: #"{"email":"office@b"}"#, identifiers: []),
        Case(kind: .track, context: #"{"traits":"a@b"}"#, identifiers: []),
        Case(kind: .alias, userID: "u", name: "p", identifiers: ["u", "p", "p"]),
        Case(
            kind: .identify, userID: "null", properties: #"{"email":"a@b"}"#, identifiers: ["a@b"]),
    ]

    @Test func `identifiers come from where the Segment spec puts them`() throws {
        for item in Self.cases {
            var draft = EventDraft(
                kind: item.kind, occurredAt: Timestamp(milliseconds: 1), messageID: "m")
            draft.userID = item.userID
            draft.anonymousID = item.anonymousID
            draft.name = item.name
            draft.properties = Array(item.properties.utf8)
            draft.context = Array(item.context.utf8)
            let block = try block(draft)
            var state = IdentityState(rules: IdentityRules(), hash: testHash)
            let whose = try state.resolve(block.frames[0], in: block, position: 5, lookup: .empty)
            #expect(
                state.takeChanges().identifiers.map(\.identifier.value) == item.identifiers,
                "\(item.kind) \(item.properties) \(item.context)")
            #expect(whose.fragment == (item.identifiers.isEmpty ? 0 : 5))
        }
    }

    @Test func `a rule keeps the address among an event's properties out`() throws {
        var rules = IdentityRules()
        rules.readsEmailOfProperties = false
        var state = IdentityState(rules: rules, hash: testHash)
        var draft = EventDraft(kind: .track, occurredAt: Timestamp(milliseconds: 1), messageID: "m")
        draft.properties = Array(#"{"email":"friend@b"}"#.utf8)
        let block = try block(draft)
        #expect(
            try state.resolve(block.frames[0], in: block, position: 1, lookup: .empty) == .nobody)
    }

    @Test func `merges and undoings that people ask for are events that are read back`() throws {
        let events: [IdentityEvent] = [
            .customersMerged(ID(rawValue: 1), ID(rawValue: 2)), .mergeUndone(ID(rawValue: 24)),
        ]
        for event in events {
            let draft = event.draft(
                by: "mem_1", at: Timestamp(milliseconds: 5), messageID: "m")
            let block = try block(draft)
            #expect(IdentityEvent(block.frames[0], in: block) == event)
            #expect(block.frames[0].flags == .system)
            var received = draft
            received.flags = []
            let other = try Self.first(received)
            #expect(IdentityEvent(other.frames[0], in: other) == nil)
        }
    }

    @Test(arguments: [
        ("Customers Merged", "{}"), ("Customers Merged", #"{"customerId":"cus_1"}"#),
        ("Customers Merged", #"{"customerId":"mrg_1","otherCustomerId":"cus_2"}"#),
        ("Merge Undone", #"{"mergeId":5}"#), ("Merge Undone", "oops"), ("Order Completed", "{}"),
    ])
    func `an event that lacks what it should name is none of these`(
        name: String, properties: String
    ) throws {
        var draft = EventDraft(kind: .track, occurredAt: Timestamp(milliseconds: 1), messageID: "m")
        draft.flags = .system
        draft.name = name
        draft.properties = Array(properties.utf8)
        let block = try block(draft)
        #expect(IdentityEvent(block.frames[0], in: block) == nil)
    }

    @Test func `events on the log merge, undo and change nothing where they can't`() throws {
        var state = IdentityState(rules: IdentityRules(), hash: testHash)
        var position: Int64 = 0
        func send(_ draft: EventDraft) throws -> Resolution {
            position += 1
            let block = try block(draft)
            return try state.resolve(block.frames[0], in: block, position: position, lookup: .empty)
        }
        let now = Timestamp(milliseconds: 1)
        for user in ["ann", "bob"] {
            var draft = EventDraft(kind: .track, occurredAt: now, messageID: user)
            draft.userID = user
            _ = try send(draft)
        }
        let merging = IdentityEvent.customersMerged(ID(rawValue: 2), ID(rawValue: 1))
        let merged = try send(merging.draft(by: "", at: now, messageID: "m"))
        #expect(merged == Resolution(fragment: 2, customer: 1, isNew: false))
        #expect(try send(merging.draft(by: "", at: now, messageID: "n")) == .nobody)
        let merge = try #require(state.changes.merges.first)
        #expect(merge.reason == .manual)
        let undoing = IdentityEvent.mergeUndone(merge.id)
        #expect(try send(undoing.draft(by: "", at: now, messageID: "o")) == .nobody)
        #expect(state.customer(of: 2) == 2)
        #expect(try send(undoing.draft(by: "", at: now, messageID: "p")) == .nobody)
        #expect(state.changes.undone.count == 1)
    }

    private static func first(_ draft: EventDraft) throws -> EventBlock { try block(draft) }
}
