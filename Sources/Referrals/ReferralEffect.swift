package import Kernel

/// Who brought whom into a program. A friend joins a program once; a second advocate comes too late.
package struct ReferralID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The referral program's name.
    package let program: String
    package let advocate: ID<Customer>
    package let friend: ID<Customer>

    package init(program: String, advocate: ID<Customer>, friend: ID<Customer>) {
        self.program = program
        self.advocate = advocate
        self.friend = friend
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.program, left.advocate, left.friend) < (right.program, right.advocate, right.friend)
    }

    /// `referral:bring-a-friend:cus_…:cus_…`: what its operations' ids begin with.
    package var description: String { "referral:\(program):\(advocate):\(friend)" }
}

/// Points that a decision gives to somebody, or takes back.
package struct ReferralEffect: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case award
        /// Takes back all that the award of this operation gave.
        case takeBack(of: String)
    }

    /// What the points are for.
    package enum Role: UInt8, Hashable, Sendable {
        case advocate, friend, milestone
    }

    package let kind: Kind
    package let role: Role
    package let customer: ID<Customer>
    /// Above zero, also where they are taken back.
    package let points: Int64
    /// The ledger's idempotency key: the same decision has the same, another award of the same referral, after one that
    /// was taken back, has another.
    package let operation: String
    /// Why, in words.
    package let reason: String
}

/// Points that were given once, or again and again, and taken back in between; each time under another number.
struct ReferralGrant: Hashable, Sendable {
    /// How often they were given.
    var round: UInt32 = 0
    /// Points that stand; nil where none do.
    var standing: Int64?

    /// Gives points.
    mutating func give(
        _ points: Int64, _ role: ReferralEffect.Role, to customer: ID<Customer>, key: String,
        because reason: String
    ) -> ReferralEffect {
        round &+= 1
        standing = points
        return ReferralEffect(
            kind: .award, role: role, customer: customer, points: points,
            operation: "\(key):\(round)", reason: reason)
    }

    /// Takes back what stands; nil where nothing does.
    mutating func takeBack(
        _ role: ReferralEffect.Role, from customer: ID<Customer>, key: String,
        because reason: String
    ) -> ReferralEffect? {
        guard let points = standing else { return nil }
        standing = nil
        let operation = "\(key):\(round)"
        return ReferralEffect(
            kind: .takeBack(of: operation), role: role, customer: customer, points: points,
            operation: operation + ":back", reason: reason)
    }

    func encode(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(round))
        writer.writeVarint(standing.map(UInt64.init(clamping:)) ?? 0)
    }

    init() {}

    init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        let start = reader.offset
        guard let round = UInt32(exactly: try reader.readVarint()),
            let points = Int64(exactly: try reader.readVarint()), round > 0 || points == 0,
            points <= Int64(ReferralProgram.pointsMax)
        else { throw ByteReader.Damaged(offset: start) }
        self.round = round
        standing = points == 0 ? nil : points
    }
}

extension Timestamp {
    /// Within what is accepted from outside, so that windows can be added.
    var bounded: Timestamp { min(max(self, .earliest), .latest) }

    /// `2026-03-01`, in UTC, for reasons.
    var dayText: String { String(rfc3339.prefix(10)) }
}

extension ByteWriter {
    mutating func writeTime(_ time: Timestamp?) {
        writeByte(time == nil ? 0 : 1)
        if let time { writeSigned(time.milliseconds) }
    }
}

extension ByteReader {
    /// A time within what is accepted from outside.
    mutating func readTime() throws(Damaged) -> Timestamp {
        let start = offset
        let time = Timestamp(milliseconds: try readSigned())
        guard time == time.bounded else { throw Damaged(offset: start) }
        return time
    }

    mutating func readOptionalTime() throws(Damaged) -> Timestamp? {
        switch try readByte() {
        case 0: return nil
        case 1: return try readTime()
        default: throw Damaged(offset: offset - 1)
        }
    }

    /// A count up to a limit.
    mutating func readCount(upTo most: Int) throws(Damaged) -> Int {
        let start = offset
        guard let count = Int(exactly: try readVarint()), count <= most else {
            throw Damaged(offset: start)
        }
        return count
    }
}
