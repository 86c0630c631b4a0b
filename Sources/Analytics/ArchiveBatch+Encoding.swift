package import Events
package import Kernel

/// A batch as bytes, for where the archive takes it later than it was folded. Events stay where they are, in the log.
extension ArchiveBatch {
    /// The form that `encode` writes; another can't be read.
    private static let form: UInt8 = 1

    package func encode(to writer: inout ByteWriter) {
        writer.writeByte(Self.form)
        writer.writeSigned(throughPosition)
        writer.writeVarint(UInt64(blocks.count))
        for block in blocks {
            writer.writeSigned(block.firstPosition)
            writer.writeVarint(UInt64(block.passedOver))
            writer.writeVarint(UInt64(block.customers.count))
            for customer in block.customers { writer.writeSigned(customer) }
        }
        writer.writeVarint(UInt64(orders.count))
        for order in orders { order.encode(to: &writer) }
        writer.writeByte(repeatedKeys == nil ? 0 : 1)
        if let repeatedKeys {
            writer.writeVarint(UInt64(repeatedKeys.count))
            for key in repeatedKeys { writer.writeSigned(key) }
        }
        writer.writeVarint(UInt64(lines.count))
        for line in lines { line.encode(to: &writer) }
        writer.writeVarint(UInt64(contacts.count))
        for contact in contacts { contact.encode(to: &writer) }
        writer.writeVarint(UInt64(links.count))
        for link in links {
            writer.writeSigned(link.member)
            writer.writeSigned(link.customer)
        }
    }

    /// - Parameter stored: Gives the log's block that begins at a position; throws where there is none.
    /// - Throws: `ByteReader.Damaged`, and what `stored` throws.
    package init(
        decoding bytes: Span<UInt8>,
        stored: (_ firstPosition: Int64) throws -> (block: EventBlock, receivedAt: Timestamp)
    ) throws {
        var reader = ByteReader(bytes)
        guard try reader.readByte() == Self.form else { throw ByteReader.Damaged(offset: 0) }
        self.init(throughPosition: try reader.readSigned())
        for _ in 0..<(try reader.readVarint()) {
            let first = try reader.readSigned()
            let passedOver = Int(clamping: try reader.readVarint())
            let (block, receivedAt) = try stored(first)
            var archived = ArchivedBlock(
                block, firstPosition: first, receivedAt: receivedAt, passedOver: passedOver)
            for _ in 0..<(try reader.readVarint()) {
                archived.customers.append(try reader.readSigned())
            }
            guard passedOver <= block.count - archived.customers.count else {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            blocks.append(archived)
        }
        for _ in 0..<(try reader.readVarint()) { orders.append(try ArchivedOrder(from: &reader)) }
        if try reader.readByte() == 1 {
            var keys: Set<Int64> = []
            for _ in 0..<(try reader.readVarint()) { keys.insert(try reader.readSigned()) }
            repeatedKeys = keys
        }
        for _ in 0..<(try reader.readVarint()) {
            lines.append(try ArchivedOrderLine(from: &reader))
        }
        for _ in 0..<(try reader.readVarint()) {
            contacts.append(try ArchivedContact(from: &reader))
        }
        for _ in 0..<(try reader.readVarint()) {
            let member = try reader.readSigned()
            links.append(CustomerLink(member: member, customer: try reader.readSigned()))
        }
    }
}

extension ArchivedOrder {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.writeSigned(position)
        writer.writeSigned(key)
        writer.writeByte(kind.rawValue)
        writer.writeSigned(customer)
        writer.writeCounted(orderID)
        writer.writeSigned(occurredAt.milliseconds)
        writer.writeSigned(Int64(localDay))
        writer.writeSigned(Int64(localMonth))
        writer.writeFixed(currency.packed)
        writer.writeSigned(totalMinor)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        let position = try reader.readSigned()
        let key = try reader.readSigned()
        let kind = Kind(rawValue: try reader.readByte())
        let customer = try reader.readSigned()
        let orderID = try reader.readCountedString()
        let occurredAt = Timestamp(milliseconds: try reader.readSigned())
        let day = Int32(exactly: try reader.readSigned())
        let month = Int32(exactly: try reader.readSigned())
        let currency = Currency(packed: try reader.readFixed32())
        guard let kind, let day, let month, let currency else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        self.init(
            position: position, key: key, kind: kind, customer: customer, orderID: orderID,
            occurredAt: occurredAt, localDay: day, localMonth: month, currency: currency,
            totalMinor: try reader.readSigned())
    }
}

extension ArchivedOrderLine {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.writeSigned(position)
        writer.writeSigned(Int64(index))
        writer.writeCounted(productID)
        writer.writeCounted(name)
        writer.writeCounted(category)
        writer.writeSigned(quantityMilli)
        writer.writeSigned(unitPriceMinor)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        let position = try reader.readSigned()
        guard let index = Int32(exactly: try reader.readSigned()) else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        self.init(
            position: position, index: index, productID: try reader.readCountedString(),
            name: try reader.readCountedString(), category: try reader.readCountedString(),
            quantityMilli: try reader.readSigned(), unitPriceMinor: try reader.readSigned())
    }
}

extension ArchivedContact {
    fileprivate func encode(to writer: inout ByteWriter) {
        writer.writeSigned(position)
        writer.writeSigned(customer)
        for text in [label, email, phone, userID] { writer.writeCounted(text) }
        writer.writeSigned(firstSeenAt.milliseconds)
        writer.writeSigned(lastSeenAt.milliseconds)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        self.init(
            position: try reader.readSigned(), customer: try reader.readSigned(),
            label: try reader.readCountedString(), email: try reader.readCountedString(),
            phone: try reader.readCountedString(), userID: try reader.readCountedString(),
            firstSeenAt: Timestamp(milliseconds: try reader.readSigned()),
            lastSeenAt: Timestamp(milliseconds: try reader.readSigned()))
    }
}
