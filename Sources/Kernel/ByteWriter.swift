/// Appends values to a growing run of bytes: little-endian integers, variable-length integers, counted strings.
///
/// The room for what is to come is held ready as zeros, so that a write is a store and not a call.
package struct ByteWriter: Sendable {
    /// The bytes written, then room. Its count is the room's end.
    @usableFromInline var storage: [UInt8]
    /// How many bytes were written; at most `storage.count`.
    @usableFromInline var end = 0

    package init() {
        storage = []
    }

    package init(reserving capacity: Int) {
        storage = Array(repeating: 0, count: capacity)
    }

    @inlinable package var count: Int { end }
    @inlinable package var isEmpty: Bool { end == 0 }

    /// A copy of what was written; `span` and `take()` do without one.
    package var bytes: [UInt8] { Array(storage[..<end]) }

    @inlinable package var span: Span<UInt8> {
        @_lifetime(borrow self)
        get { storage.span.extracting(first: end) }
    }

    /// The last byte; nil before the first.
    @inlinable package var last: UInt8? { end == 0 ? nil : storage[end &- 1] }

    /// Gives away what was written, without copying it; the writer is empty afterwards.
    package mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &storage)
        taken.removeLast(taken.count - end)
        end = 0
        return taken
    }

    @inlinable
    package mutating func removeAll() { end = 0 }

    /// Cuts everything after the first `count` bytes; takes back what was half written.
    package mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= end, "a writer can only be cut")
        end = count
    }

    @inlinable
    @inline(__always)
    mutating func reserve(_ count: Int) {
        if storage.count &- end < count { grow(by: count) }
    }

    /// Makes room for that many more bytes, where it is known how many come.
    package mutating func makeRoom(for count: Int) { reserve(count) }

    @usableFromInline
    @inline(never)
    mutating func grow(by count: Int) {
        let capacity = max(storage.count * 2, end + count, 32)
        // An array of zeros and a copy of it are two library calls; a repeated element is a loop.
        storage.append(contentsOf: [UInt8](repeating: 0, count: capacity - storage.count))
    }

    @inlinable
    package mutating func writeByte(_ value: UInt8) {
        reserve(1)
        storage[end] = value
        end &+= 1
    }

    @inlinable
    package mutating func writeFixed(_ value: UInt64) {
        reserve(8)
        for index in 0..<8 {
            storage[end &+ index] = UInt8(truncatingIfNeeded: value >> UInt64(index &* 8))
        }
        end &+= 8
    }

    package mutating func writeFixed(_ value: UInt32) {
        reserve(4)
        for index in 0..<4 {
            storage[end &+ index] = UInt8(truncatingIfNeeded: value >> UInt32(index &* 8))
        }
        end &+= 4
    }

    /// LEB128, 1 to 10 bytes.
    @inlinable
    package mutating func writeVarint(_ value: UInt64) {
        if value < 0x80 { writeByte(UInt8(truncatingIfNeeded: value)) } else { writeLong(value) }
    }

    @usableFromInline
    mutating func writeLong(_ value: UInt64) {
        reserve(10)
        var place = end
        var rest = value
        var bytes = storage.mutableSpan
        while rest >= 0x80 {
            bytes[place] = UInt8(truncatingIfNeeded: rest) | 0x80
            place &+= 1
            rest >>= 7
        }
        bytes[place] = UInt8(truncatingIfNeeded: rest)
        end = place &+ 1
    }

    /// Zigzag LEB128: small magnitudes of either sign are short.
    package mutating func writeSigned(_ value: Int64) {
        writeVarint(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }

    package mutating func writeDouble(_ value: Double) { writeFixed(value.bitPattern) }

    /// A count, then the bytes.
    package mutating func writeCounted(_ value: Span<UInt8>) {
        if value.count < 0x80 {
            reserve(value.count &+ 1)
            storage[end] = UInt8(truncatingIfNeeded: value.count)
            end &+= 1
        } else {
            writeVarint(UInt64(value.count))
        }
        writeRaw(value)
    }

    /// A count, then the text's UTF-8.
    package mutating func writeCounted(_ value: String) {
        var value = value
        value.withUTF8 { writeCounted($0.span) }
    }

    package mutating func writeRaw(_ value: Span<UInt8>) {
        let count = value.count
        if count == 0 { return }
        reserve(count)
        let start = end
        storage.withUnsafeMutableBufferPointer { target in
            value.withUnsafeBufferPointer { source in
                // Safe: both pointers hold for the length of the closures. `source` has `count` bytes;
                // `target` has `storage.count`, of which `reserve` made sure that `count` are left
                // behind `start`, which is `end` and so not negative. They don't overlap: `target` is
                // this writer's alone, as the exclusive access makes it, and `value` borrows others.
                guard let to = target.baseAddress, let from = source.baseAddress else { return }
                UnsafeMutableRawPointer(to + start).copyMemory(from: from, byteCount: count)
            }
        }
        end = start &+ count
    }

    /// Writes bytes with ASCII capitals as small letters.
    package mutating func writeLowercased(_ value: Span<UInt8>) {
        reserve(value.count)
        let start = end
        var bytes = storage.mutableSpan
        for index in value.indices {
            let byte = value[index]
            bytes[start &+ index] = byte &- 0x41 < 26 ? byte | 0x20 : byte
        }
        end = start &+ value.count
    }

    package mutating func writeRaw(_ value: String) {
        var value = value
        value.withUTF8 { writeRaw($0.span) }
    }

    package mutating func writeRaw(_ value: StaticString) {
        // Safe: a static string of bytes is that many bytes, for ever.
        writeRaw(
            UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount).span)
    }
}

extension ByteWriter {
    /// Leaves two bytes free for a count that is known later (`endCounted`).
    ///
    /// - Returns: Where the counted bytes start.
    package mutating func beginCounted() -> Int {
        reserve(2)
        end &+= 2
        return end
    }

    /// Writes the count of what followed `beginCounted`: as LEB128 of two bytes also where one would do,
    /// and of more, before which the bytes are moved, from 16,384 on.
    package mutating func endCounted(from start: Int) {
        precondition(start >= 2 && start <= end, "no count was begun here")
        let count = end - start
        guard count >= 1 << 14 else {
            storage[start - 2] = UInt8(truncatingIfNeeded: count) | 0x80
            storage[start - 1] = UInt8(truncatingIfNeeded: count >> 7)
            return
        }
        let counted = Array(storage[start..<end])
        end = start - 2
        writeCounted(counted.span)
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
    package internal(set) var offset = 0

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    @inlinable package var isAtEnd: Bool { offset == bytes.count }

    @inlinable
    package mutating func readByte() throws(Damaged) -> UInt8 {
        guard offset < bytes.count else { throw Damaged(offset: offset) }
        let byte = bytes[offset]
        offset &+= 1
        return byte
    }

    package mutating func readFixed64() throws(Damaged) -> UInt64 {
        guard bytes.count - offset >= 8 else { throw Damaged(offset: offset) }
        defer { offset += 8 }
        return bytes.littleEndianWord(at: offset)
    }

    package mutating func readFixed32() throws(Damaged) -> UInt32 {
        guard bytes.count - offset >= 4 else { throw Damaged(offset: offset) }
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(bytes[offset + index]) << UInt32(index * 8) }
        offset += 4
        return value
    }

    @inlinable
    package mutating func readVarint() throws(Damaged) -> UInt64 {
        if offset < bytes.count, bytes[offset] < 0x80 {
            let byte = bytes[offset]
            offset &+= 1
            return UInt64(byte)
        }
        return try readLong()
    }

    @usableFromInline
    mutating func readLong() throws(Damaged) -> UInt64 {
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
    @inlinable
    package mutating func readCountedRange() throws(Damaged) -> Range<Int> {
        let count = try readVarint()
        guard count <= UInt64(bytes.count &- offset) else { throw Damaged(offset: offset) }
        let range = offset..<(offset &+ Int(truncatingIfNeeded: count))
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
