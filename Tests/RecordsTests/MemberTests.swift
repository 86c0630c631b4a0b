import Kernel
import TestSupport
import Testing

@testable import Records

struct MemberTests {
    private static let ada = member(1, "ada@example.test", "owner")
    private static let ben = member(2, "ben@example.test", "support")

    private static func member(_ id: Int64, _ email: String, _ role: String) -> MemberRecord {
        MemberRecord(
            id: ID(rawValue: id), email: email, name: "", role: role, passwordHash: "old",
            createdAt: Timestamp(milliseconds: 1))
    }

    private static func session(_ number: UInt8, of member: MemberRecord) -> SessionRecord {
        SessionRecord(
            tokenHash: [UInt8](repeating: number, count: 32), member: member.id,
            createdAt: Timestamp(milliseconds: 1), usedAt: Timestamp(milliseconds: 1))
    }

    /// Ada with the sessions 1 and 2, Ben with the session 3.
    private func store(in folder: TestFolder) throws -> RecordsStore {
        let store = try RecordsStore(path: folder.path + "/records.sqlite")
        for member in [Self.ada, Self.ben] { _ = try store.addMember(member) }
        for session in [
            Self.session(1, of: Self.ada), Self.session(2, of: Self.ada),
            Self.session(3, of: Self.ben),
        ] { try store.addSession(session) }
        return store
    }

    private func sessions(_ store: RecordsStore) throws -> [UInt8] {
        try [UInt8](1...3).filter {
            try store.session(tokenHash: [UInt8](repeating: $0, count: 32)) != nil
        }
    }

    @Test func `a new password ends the member's sessions and nobody else's`() throws {
        let folder = try TestFolder()
        let store = try store(in: folder)
        #expect(try store.setPassword(of: Self.ada.id, to: "new"))
        #expect(try store.member(Self.ada.id)?.passwordHash == "new")
        #expect(try store.member(Self.ben.id)?.passwordHash == "old")
        #expect(try sessions(store) == [3])
    }

    @Test func `the session that asked for the new password goes on`() throws {
        let folder = try TestFolder()
        let store = try store(in: folder)
        let kept = [UInt8](repeating: 2, count: 32)
        #expect(try store.setPassword(of: Self.ada.id, to: "new", keepingSession: kept))
        #expect(try sessions(store) == [2, 3])
    }

    @Test func `nobody's password can't be changed`() throws {
        let folder = try TestFolder()
        let store = try store(in: folder)
        #expect(try !store.setPassword(of: ID(rawValue: 9), to: "new"))
        #expect(try sessions(store) == [1, 2, 3])
    }

    @Test func `who is removed is gone with their sessions`() throws {
        let folder = try TestFolder()
        let store = try store(in: folder)
        var asked: [String] = []
        let removal = try store.removeMember(email: Self.ada.email) { role, others in
            asked = [role] + others
            return true
        }
        #expect(removal == .removed)
        #expect(asked == ["owner", "support"])
        #expect(try store.members() == [Self.ben])
        #expect(try sessions(store) == [3])
    }

    @Test func `who is needed or unknown isn't removed`() throws {
        let folder = try TestFolder()
        let store = try store(in: folder)
        #expect(try store.removeMember(email: Self.ada.email) { _, _ in false } == .needed)
        #expect(try store.removeMember(email: "no@example.test") { _, _ in true } == .unknown)
        #expect(try store.members() == [Self.ada, Self.ben])
        #expect(try sessions(store) == [1, 2, 3])
    }
}
