import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records

struct RecordsStoreTests {
    private let folder: TestFolder
    private let store: RecordsStore

    init() throws {
        folder = try TestFolder()
        store = try RecordsStore(path: folder.file("records.sqlite"))
    }

    private func member(_ number: Int64, _ email: String) -> MemberRecord {
        MemberRecord(
            id: ID(rawValue: number), email: email, name: "Name \(number)", role: "admin",
            passwordHash: "$argon2id$\(number)", createdAt: Timestamp(milliseconds: number))
    }

    @Test func `a member is found by e-mail and by id, and an e-mail is one member's`() throws {
        let first = member(1, "a@example.com")
        #expect(try store.addMember(first))
        #expect(try store.addMember(member(2, "b@example.com")))

        #expect(try !store.addMember(member(3, "a@example.com")))

        #expect(try store.member(email: "a@example.com") == first)
        #expect(try store.member(ID(rawValue: 1)) == first)
        #expect(try store.members() == [first, member(2, "b@example.com")])
        #expect(try store.member(email: "c@example.com") == nil)
        #expect(try store.member(ID(rawValue: 3)) == nil)
    }

    private func session(_ hash: UInt8, member: Int64, usedAt: Int64) -> SessionRecord {
        SessionRecord(
            tokenHash: Array(repeating: hash, count: 32), member: ID(rawValue: member),
            createdAt: Timestamp(milliseconds: 5), usedAt: Timestamp(milliseconds: usedAt))
    }

    @Test func `a session lasts until it is removed or unused for too long`() throws {
        #expect(try store.addMember(member(1, "a@example.com")))
        let sessions = (1...3).map { session(UInt8($0), member: 1, usedAt: Int64($0) * 10) }
        for session in sessions { try store.addSession(session) }
        #expect(try store.session(tokenHash: sessions[0].tokenHash) == sessions[0])

        try store.touchSession(tokenHash: sessions[0].tokenHash, at: Timestamp(milliseconds: 99))
        try store.removeSession(tokenHash: sessions[2].tokenHash)
        try store.removeSessions(unusedSince: Timestamp(milliseconds: 21))

        #expect(
            try store.session(tokenHash: sessions[0].tokenHash)?.usedAt
                == Timestamp(milliseconds: 99))
        #expect(try store.session(tokenHash: sessions[1].tokenHash) == nil)
        #expect(try store.session(tokenHash: sessions[2].tokenHash) == nil)
    }

    @Test func `sessions unused since a time are those before it, not at it`() throws {
        #expect(try store.addMember(member(1, "a@example.com")))
        let session = session(1, member: 1, usedAt: 20)
        try store.addSession(session)
        try store.removeSessions(unusedSince: Timestamp(milliseconds: 20))
        #expect(try store.session(tokenHash: session.tokenHash) == session)
    }

    @Test func `a session is some member's`() throws {
        #expect(throws: DatabaseError.self) {
            try store.addSession(session(1, member: 7, usedAt: 0))
        }
    }

    private func key(_ number: Int64, _ secret: UInt8) -> APIKeyRecord {
        APIKeyRecord(
            id: ID(rawValue: number), name: "Key \(number)", scope: "track",
            shownPrefix: "pk_\(number)", secretHash: Array(repeating: secret, count: 32),
            createdAt: Timestamp(milliseconds: number))
    }

    @Test func `keys are listed oldest first, and revoked once`() throws {
        try store.addAPIKey(key(2, 2))
        try store.addAPIKey(key(1, 1))
        let time = Timestamp(milliseconds: 50)

        #expect(try store.revokeAPIKey(ID(rawValue: 1), at: time))
        #expect(try !store.revokeAPIKey(ID(rawValue: 1), at: Timestamp(milliseconds: 60)))
        #expect(try !store.revokeAPIKey(ID(rawValue: 9), at: time))

        var revoked = key(1, 1)
        revoked.revokedAt = time
        #expect(try store.apiKeys() == [revoked, key(2, 2)])
        #expect(throws: DatabaseError.self) { try store.addAPIKey(key(3, 2)) }
    }

    @Test func `the newest value of a setting is kept`() throws {
        #expect(try store.setting("zone") == nil)
        try store.setSetting("zone", to: "UTC")
        try store.setSetting("zone", to: "Europe/London")
        #expect(try store.setting("zone") == "Europe/London")
    }

    @Test func `what people entered outlasts folding anew, what was folded doesn't`() throws {
        #expect(try store.addMember(member(1, "a@example.com")))
        try store.setSetting("a", to: "b")
        let order = KnownOrder(
            key: 1, orderID: "o", customer: 1, status: .completed,
            orderedAt: Timestamp(milliseconds: 1), currency: 1, totalMinor: 5, place: 1)
        try store.fold { tables in
            try tables.addOrders([order])
            try tables.setProfile(of: 1, to: [1, 2, 3].span)
            try tables.setState(.position, to: 9)
        }
        #expect(try store.foldedPosition() == 9)

        try store.forgetFolded()

        #expect(try store.foldedPosition() == 0)
        #expect(try store.fold { try $0.order(key: 1) } == nil)
        #expect(try store.profiles(of: [1]).isEmpty)
        #expect(try store.member(ID(rawValue: 1)) != nil)
        #expect(try store.setting("a") == "b")
    }

    @Test func `a fold that fails changes nothing, and the next one works`() throws {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try store.fold { tables in
                try tables.setState(.position, to: 9)
                try tables.setProfile(of: 1, to: [1].span)
                throw Failure()
            }
        }
        #expect(try store.foldedPosition() == 0)
        try store.fold { try $0.setState(.position, to: 3) }
        #expect(try store.foldedPosition() == 3)
    }
}
