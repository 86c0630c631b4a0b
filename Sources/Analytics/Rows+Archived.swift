import Events
import Kernel

extension Rows {
    /// An event from the first nine columns, in the order of the table.
    func event() throws(ArchiveError) -> ArchivedEvent {
        guard let kind = EventKind(rawValue: UInt8(truncatingIfNeeded: int64(2))) else {
            throw .damaged(reason: "\(int64(2)) is no kind of event")
        }
        return ArchivedEvent(
            position: int64(0), customer: int64(1), kind: kind,
            flags: EventFlags(rawValue: UInt8(truncatingIfNeeded: int64(3))), name: string(4),
            occurredAt: timestamp(5), receivedAt: timestamp(6), properties: string(7),
            context: string(8))
    }

    /// An order from nine columns beginning with its kind.
    func order(_ first: Int, position: Int64) throws(ArchiveError) -> ArchivedOrder {
        guard let kind = ArchivedOrder.Kind(rawValue: UInt8(truncatingIfNeeded: int64(first)))
        else { throw .damaged(reason: "\(int64(first)) is no kind of order") }
        return ArchivedOrder(
            position: position, key: int64(first + 1), kind: kind, customer: int64(first + 2),
            orderID: string(first + 3), occurredAt: timestamp(first + 4),
            localDay: Int32(truncatingIfNeeded: int64(first + 5)),
            localMonth: Int32(truncatingIfNeeded: int64(first + 6)),
            currency: try currency(first + 7), totalMinor: int64(first + 8))
    }
}
