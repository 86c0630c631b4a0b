import Journeys
import Kernel
import Segments

/// What is remembered of one customer for deciding: where they are in segments and journeys.
///
/// An object, so that it is changed where it is while a batch is folded.
final class CustomerState {
    let customer: Int64
    var memberships: SegmentMemberships
    var automation: CustomerAutomation
    /// The change of definitions that the memberships are by.
    var generation: Int64
    /// Whether there is a row, and for when its timer is.
    var isStored = false
    var storedDue: Timestamp?
    var isDirty = false
    /// Whether somebody else has what is in it.
    var isGone = false

    /// Nobody's yet.
    init(_ customer: Int64, generation: Int64) {
        self.customer = customer
        self.generation = generation
        memberships = SegmentMemberships()
        automation = CustomerAutomation()
    }

    /// The customer's timer: the first moment at which anything is to be decided.
    var due: Timestamp? {
        guard let change = memberships.nextChange else { return automation.nextWake }
        guard let wake = automation.nextWake else { return change }
        return min(change, wake)
    }

    /// Whether there is nothing to keep.
    var isEmpty: Bool { memberships.isEmpty && automation.isEmpty && due == nil }

    /// The form that this code writes.
    private static let codec: UInt8 = 1

    /// Reads a row.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't one state of a known form.
    init(
        _ customer: Int64, decoding bytes: Span<UInt8>, due: Timestamp?
    ) throws(ByteReader.Damaged) {
        self.customer = customer
        var reader = ByteReader(bytes)
        guard try reader.readByte() == Self.codec else { throw ByteReader.Damaged(offset: 0) }
        generation = Int64(bitPattern: try reader.readVarint())
        let memberships = try reader.readCountedRange()
        self.memberships = try SegmentMemberships(decoding: bytes.extracting(memberships))
        let automation = try reader.readCountedRange()
        self.automation = try CustomerAutomation(decoding: bytes.extracting(automation))
        guard reader.isAtEnd else { throw ByteReader.Damaged(offset: reader.offset) }
        isStored = true
        storedDue = due
    }

    func encode(to writer: inout ByteWriter) {
        writer.writeByte(Self.codec)
        writer.writeVarint(UInt64(bitPattern: generation))
        var start = writer.beginCounted()
        memberships.encode(to: &writer)
        writer.endCounted(from: start)
        start = writer.beginCounted()
        automation.encode(to: &writer)
        writer.endCounted(from: start)
    }
}
