import GRDB
import Kernel

/// Orders as the fold last knew them, in pages of some dozens in the order in which they were first heard of:
/// millions of them come as new rows at the end, and few change later.
///
/// Used inside fold transactions.
final class OrderPages {
    /// Orders of a page at most.
    private static let pageCount = 64

    private let getPage: HotStatement
    private let putPage: HotStatement
    private let getNewest: HotStatement
    private var writer = ByteWriter(reserving: 4096)

    init(_ db: Database) throws {
        getPage = try HotStatement(
            db,
            """
            SELECT first_place, bytes FROM order_pages WHERE first_place <= ?1
            ORDER BY first_place DESC LIMIT 1
            """)
        putPage = try HotStatement(
            db,
            """
            INSERT INTO order_pages (first_place, bytes) VALUES (?1, ?2)
            ON CONFLICT (first_place) DO UPDATE SET bytes = excluded.bytes
            """)
        getNewest = try HotStatement(
            db, "SELECT bytes FROM order_pages WHERE first_place > ?1 ORDER BY first_place")
    }

    /// The order whose first event is at this position.
    ///
    /// - Throws: `StorageFailure.damaged` where there is none.
    func order(at place: Int64) throws -> KnownOrder {
        guard let page = try page(of: place),
            let order = page.orders.first(where: { $0.place == place })
        else { throw StorageFailure.damaged("the order of event \(place) is missing") }
        return order
    }

    /// Adds orders that weren't stored, in the order of their places, which are beyond all stored ones.
    func add(_ orders: [KnownOrder]) throws {
        var start = 0
        while start < orders.count {
            let end = min(start + Self.pageCount, orders.count)
            try write(orders[start..<end])
            start = end
        }
    }

    /// Writes a stored order anew.
    func replace(_ order: KnownOrder) throws {
        guard var page = try page(of: order.place),
            let index = page.orders.firstIndex(where: { $0.place == order.place })
        else { throw StorageFailure.damaged("the order of event \(order.place) is missing") }
        page.orders[index] = order
        try write(page.orders[...])
    }

    /// Goes through the orders of the pages that begin after a position.
    func forEach(after position: Int64, _ body: (KnownOrder) -> Void) throws {
        getNewest.bind(1, position)
        while try getNewest.step() {
            for order in try Self.orders(getNewest.blob(0)) { body(order) }
        }
    }

    private func page(of place: Int64) throws -> (first: Int64, orders: [KnownOrder])? {
        getPage.bind(1, place)
        guard try getPage.step() else { return nil }
        defer { getPage.reset() }
        return (getPage.integer(0), try Self.orders(getPage.blob(1)))
    }

    private func write(_ orders: ArraySlice<KnownOrder>) throws {
        guard let first = orders.first else { return }
        writer.removeAll()
        for order in orders { order.write(to: &writer) }
        putPage.bind(1, first.place)
        putPage.bind(2, blob: writer.span)
        try putPage.run()
    }

    private static func orders(_ bytes: [UInt8]) throws -> [KnownOrder] {
        var orders: [KnownOrder] = []
        do throws(ByteReader.Damaged) {
            var reader = ByteReader(bytes.span)
            while !reader.isAtEnd { orders.append(try KnownOrder(reading: &reader)) }
        } catch {
            throw StorageFailure.damaged("a page of orders, byte \(error.offset)")
        }
        return orders
    }
}

extension KnownOrder {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.writeVarint(UInt64(bitPattern: place))
        writer.writeFixed(UInt64(bitPattern: key))
        writer.writeByte(UInt8(truncatingIfNeeded: status.rawValue))
        writer.writeVarint(UInt64(bitPattern: customer))
        writer.writeSigned(orderedAt.milliseconds)
        writer.writeVarint(UInt64(currency))
        writer.writeSigned(totalMinor)
        writer.writeCounted(orderID)
    }

    fileprivate init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        place = Int64(bitPattern: try reader.readVarint())
        key = Int64(bitPattern: try reader.readFixed64())
        let start = reader.offset
        guard let status = Status(rawValue: Int64(try reader.readByte())) else {
            throw ByteReader.Damaged(offset: start)
        }
        self.status = status
        customer = Int64(bitPattern: try reader.readVarint())
        orderedAt = Timestamp(milliseconds: try reader.readSigned())
        currency = UInt32(truncatingIfNeeded: try reader.readVarint())
        totalMinor = try reader.readSigned()
        let text = reader.bytes.extracting(try reader.readCountedRange())
        orderID = text.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
