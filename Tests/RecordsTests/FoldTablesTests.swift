import Customers
import Kernel
import TestSupport
import Testing

@testable import Records

struct FoldTablesTests {
    private let store: RecordsStore
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
        store = try RecordsStore(path: folder.file("records.sqlite"))
    }

    @Test(arguments: [KnownOrder.Status.completed, .cancelled])
    func `an order is read as it was last written`(status: KnownOrder.Status) throws {
        var order = KnownOrder(
            key: .max, orderID: "№ 1", customer: 0, status: .completed,
            orderedAt: Timestamp(milliseconds: -5), currency: 0x555344, totalMinor: -1,
            place: 4)
        let read = try store.fold { tables in
            try tables.addOrders([order])
            order.status = status
            order.customer = 17
            order.totalMinor = .max
            order.currency = 0x455552
            order.orderedAt = Timestamp(milliseconds: 9)
            try tables.replaceOrder(order)
            return try tables.order(key: .max)
        }
        #expect(read == order)
        #expect(try store.fold { try $0.order(key: 1) } == nil)
    }

    @Test func `of many orders each is found, also after the records are opened again`() throws {
        var random = SeededRandom(seed: 3)
        var orders: [KnownOrder] = []
        for _ in 0..<5 {
            try store.fold { tables in
                var new: [KnownOrder] = []
                for _ in 0..<1000 {
                    new.append(
                        order(random.next() >> 1, place: Int64(orders.count + new.count) * 3 + 1))
                }
                try tables.addOrders(new)
                orders += new
                orders[orders.count / 2].totalMinor += 1
                try tables.replaceOrder(orders[orders.count / 2])
                try tables.end(at: orders.last?.place ?? 0)
            }
        }
        let reopened = try RecordsStore(path: folder.file("records.sqlite"))
        for store in [store, reopened] {
            let found = try store.fold { tables in
                try orders.map { try tables.order(key: $0.key) }
            }
            #expect(found == orders)
            let unknown = Int64(random.next() >> 1)
            #expect(try store.fold { try $0.order(key: unknown) } == nil)
        }
    }

    @Test func `orders of a batch that failed are not found`() throws {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try store.fold { tables in
                try tables.addOrders([order(5, place: 1)])
                throw Stop()
            }
        }
        #expect(try store.fold { try $0.order(key: 5) } == nil)
    }

    private func order(_ key: UInt64, place: Int64) -> KnownOrder {
        KnownOrder(
            key: Int64(key), orderID: "order \(key)", customer: place % 7, status: .completed,
            orderedAt: Timestamp(milliseconds: place), currency: 0x555344,
            totalMinor: place * 5 - 100, place: place)
    }

    @Test func `a profile's bytes come back as they were, none for an unknown customer`() throws {
        try store.fold { tables in
            try tables.setProfile(of: 1, to: [0, 1, 255].span)
            try tables.setProfile(of: 2, to: [7].span)
            try tables.setProfile(of: 2, to: [8].span)
            let empty: [UInt8] = []
            try tables.setProfile(of: 4, to: empty.span)
            #expect(try tables.reads.profile(of: 1) == [0, 1, 255])
            #expect(try tables.reads.profile(of: 3).isEmpty)
            #expect(try tables.reads.profile(of: 4).isEmpty)
        }
        #expect(try store.profiles(of: [2, 3, 1]) == [[8], [0, 1, 255]])
    }

    /// Three customers of one event each, of whom the second and third were merged.
    private func changes() throws -> IdentityChanges {
        var changes = IdentityChanges()
        for number in Int64(1)...3 {
            let at = Timestamp(milliseconds: number * 10)
            let identifier = try Identifier(.userID, "u\(number)")
            changes.customers.append(NewCustomer(customer: number, at: at))
            changes.identifiers.append(
                NewIdentifier(
                    identifier: identifier, key: IdentifierKey(identifier, hash: testHash),
                    customer: number, position: number, at: at))
        }
        changes.merges.append(
            MergeRecord(
                id: ID(rawValue: 32), first: 2, second: 3, winner: 2, loser: 3, moved: [3],
                reason: .identifiers(
                    try Identifier(.userID, "u2"), try Identifier(.email, "a@example.com")),
                position: 4, at: Timestamp(milliseconds: 40)))
        changes.memberships.append(Membership(member: 3, customer: 2))
        return changes
    }

    @Test func `who is who is read as it was written`() throws {
        try store.fold { try $0.write(try changes()) }
        let third = IdentifierKey(try Identifier(.userID, "u3"), hash: testHash)

        #expect(try store.customer(identifiedBy: third) == ID(rawValue: 2))
        #expect(try store.root(of: ID(rawValue: 3)) == ID(rawValue: 2))
        #expect(try store.root(of: ID(rawValue: 4)) == nil)
        #expect(try store.members(of: ID(rawValue: 2)) == [2, 3])
        #expect(try store.identifiers(of: [2, 3]).map(\.value) == ["u2", "u3"])
        let merge = try #require(try store.merges(limit: 10).first)
        #expect(merge.strong == "userId u2")
        #expect(merge.weak == "email a@example.com")
        #expect(merge.undoneAt == nil)
        try store.fold { tables in
            let lookup = tables.reads.identityLookup
            #expect(try lookup.owner(third) == StoredOwner(fragment: 3, root: 2))
            #expect(try lookup.root(3) == 2)
            let group = try lookup.group(2)
            #expect(group.members == [2, 3])
            #expect(group.identifiers.map(\.fragment) == [2, 3])
            #expect(
                group.merges == [
                    StoredMerge(id: ID(rawValue: 32), first: 2, second: 3, isUndone: false)
                ])
            #expect(try lookup.merge(ID(rawValue: 33)) == nil)
        }
    }

    @Test func `an undone merge is of the past, and its pair is kept apart until joined`() throws {
        try store.fold { tables in
            try tables.write(try changes())
            var undo = IdentityChanges()
            undo.undone.append(
                MergeUndo(merge: ID(rawValue: 32), position: 5, at: Timestamp(milliseconds: 50)))
            undo.keptApart.append(KeptApart(3, 2))
            undo.memberships.append(Membership(member: 3, customer: 3))
            try tables.write(undo)
            #expect(try tables.reads.identityLookup.group(3).keptApart == [KeptApart(2, 3)])
            #expect(try tables.reads.identityLookup.group(2).merges.isEmpty)
            #expect(try tables.reads.identityLookup.merge(ID(rawValue: 32))?.isUndone == true)
        }
        #expect(try store.members(of: ID(rawValue: 2)) == [2])
        #expect(try store.merges(limit: 1).first?.undoneAt == Timestamp(milliseconds: 50))
        #expect(try store.merges(among: [1], limit: 1).isEmpty)
        #expect(try store.merges(among: [2, 3], limit: 1).count == 1)

        try store.fold { tables in
            var join = IdentityChanges()
            join.joinedAgain.append(KeptApart(2, 3))
            try tables.write(join)
            #expect(try tables.reads.identityLookup.group(2).keptApart.isEmpty)
        }
    }
}
