/// Appends values to a growing run of bytes: little-endian integers, variable-length integers, counted strings.
package struct ByteWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package init(reserving capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    package var count: Int { bytes.count }

    package mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
    }

    /// Cuts everything after the first `count` bytes; takes back what was half written.
    package mutating func truncate(to count: Int) {
        bytes.removeSubrange(count...)
    }

    @inlinable
    package mutating func writeByte(_ value: UInt8) { append(value) }

    @usableFromInline
    mutating func append(_ value: UInt8) { bytes.append(value) }

    package mutating func writeFixed(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func writeFixed(_ value: UInt32) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// LEB128, 1 to 10 bytes.
    package mutating func writeVarint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// Zigzag LEB128: small magnitudes of either sign are short.
    package mutating func writeSigned(_ value: Int64) {
        writeVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    package mutating func writeDouble(_ value: Double) { writeFixed(value.bitPattern) }

    /// A count, then the bytes.
    package mutating func writeCounted(_ value: Span<UInt8>) {
        writeVarint(UInt64(value.count))
        writeRaw(value)
    }

    /// A count, then the text's UTF-8.
    package mutating func writeCounted(_ value: String) {
        var value = value
        value.withUTF8 { writeCounted($0.span) }
    }

    package mutating func writeRaw(_ value: Span<UInt8>) {
        value.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
    }

    package mutating func writeRaw(_ value: String) {
        bytes.append(contentsOf: value.utf8)
    }
}

/// Reads what `ByteWriter` wrote. Every read checks its bounds: stored bytes can be damaged.
package struct ByteReader: ~Escapable {
    /// The bytes end, or say something impossible, where a value was expected.
    package struct Damaged: Error, Equatable {
        /// Where in the bytes.
        package let offset: Int

        package init(offset: Int) {
            self.offset = offset
        }
    }

    package let bytes: Span<UInt8>
    package private(set) var offset = 0

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    package var isAtEnd: Bool { offset == bytes.count }

    package mutating func readByte() throws(Damaged) -> UInt8 {
        guard offset < bytes.count else { throw Damaged(offset: offset) }
        defer { offset += 1 }
        return bytes[offset]
    }

    package mutating func readFixed64() throws(Damaged) -> UInt64 {
        guard bytes.count - offset >= 8 else { throw Damaged(offset: offset) }
        var value: UInt64 = 0
        for index in 0..<8 { value |= UInt64(bytes[offset + index]) << UInt64(index * 8) }
        offset += 8
        return value
    }

    package mutating func readFixed32() throws(Damaged) -> UInt32 {
        guard bytes.count - offset >= 4 else { throw Damaged(offset: offset) }
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(bytes[offset + index]) << UInt32(index * 8) }
        offset += 4
        return value
    }

    package mutating func readVarint() throws(Damaged) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try readByte()
            guard shift < 63 || byte <= 1 else { throw Damaged(offset: offset) }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
            shift += 7
        }
    }

    package mutating func readSigned() throws(Damaged) -> Int64 {
        let value = try readVarint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    package mutating func readDouble() throws(Damaged) -> Double {
        Double(bitPattern: try readFixed64())
    }

    /// The range of a counted run of bytes, which is skipped.
    package mutating func readCountedRange() throws(Damaged) -> Range<Int> {
        let count = try readVarint()
        guard count <= UInt64(bytes.count - offset) else { throw Damaged(offset: offset) }
        let range = offset..<(offset + Int(count))
        offset = range.upperBound
        return range
    }

    /// A counted text; bytes that aren't UTF-8 are an error.
    package mutating func readCountedString() throws(Damaged) -> String {
        let range = try readCountedRange()
        let text = bytes.extracting(range).withUnsafeBufferPointer {
            String(validating: $0, as: UTF8.self)
        }
        guard let text else { throw Damaged(offset: range.lowerBound) }
        return text
    }
}
