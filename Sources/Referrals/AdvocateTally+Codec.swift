package import Kernel

extension AdvocateTally {
    /// The form that this code writes.
    package static let codec: UInt8 = 2
    /// Milestones that are remembered: those that a program has, and had.
    static let milestonesMax = 10_000

    /// Appends the tally's bytes, which `init(decoding:)` reads: some 20 for each referral.
    package func encode(to writer: inout ByteWriter) {
        writer.writeByte(Self.codec)
        writer.writeCounted(program)
        writer.writeVarint(UInt64(bitPattern: advocate.rawValue))
        writer.writeVarint(UInt64(entries.count))
        for entry in entries {
            writer.writeSigned(entry.friend.rawValue)
            writer.writeTime(entry.releasedAt)
            writer.writeSigned(entry.points)
            entry.grant.encode(to: &writer)
        }
        writer.writeVarint(UInt64(milestones.count))
        for milestone in milestones {
            writer.writeVarint(UInt64(milestone.after))
            milestone.grant.encode(to: &writer)
        }
    }

    /// Reads what `encode(to:)` wrote.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't exactly one tally of a known form.
    package init(decoding bytes: Span<UInt8>) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        guard try reader.readByte() == Self.codec else { throw ByteReader.Damaged(offset: 0) }
        let program = try reader.readCountedString()
        let advocate = Int64(bitPattern: try reader.readVarint())
        self.init(program: program, advocate: ID(rawValue: advocate))
        for _ in 0..<(try reader.readCount(upTo: Self.referralsMax)) {
            let friend = ID<Customer>(rawValue: try reader.readSigned())
            if let last = entries.last, last.friend >= friend {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            let releasedAt = try reader.readOptionalTime()
            let points = try reader.readSigned()
            let grant = try ReferralGrant(reading: &reader)
            // What was reversed holds no points.
            guard points >= 0, releasedAt != nil || grant.standing == nil else {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            entries.append(
                Entry(friend: friend, releasedAt: releasedAt, points: points, grant: grant))
        }
        for _ in 0..<(try reader.readCount(upTo: Self.milestonesMax)) {
            let after = try reader.readCount(upTo: Self.referralsMax)
            if let last = milestones.last, last.after >= after {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            milestones.append(
                MilestoneEntry(after: after, grant: try ReferralGrant(reading: &reader)))
        }
        guard reader.isAtEnd else { throw ByteReader.Damaged(offset: reader.offset) }
    }
}
