package import Kernel

/// Events framed one after the other in one run of bytes: the unit that is appended, stored and
/// read.
///
/// A frame is: byte count of what follows (varint, of two bytes or more), kind, flags, occurredAt (zigzag varint of
/// ms), then seven counted runs: message id, user id, anonymous id, name, properties, context,
/// and one kept empty for later use. A block's codec byte (`EventBlock.codec`) is stored beside
/// it, so that later forms can live in the same log.
package struct EventBlock: Sendable, Equatable {
    /// The form that this code writes.
    package static let codec: UInt8 = 1

    package let bytes: [UInt8]
    package let frames: [EventFrame]

    package init() {
        bytes = []
        frames = []
    }

    /// Reads the frames of stored bytes.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't frames.
    package init(decoding bytes: [UInt8]) throws(ByteReader.Damaged) {
        var frames: [EventFrame] = []
        frames.reserveCapacity(bytes.count / 128 + 1)
        var reader = ByteReader(bytes.span)
        while !reader.isAtEnd { frames.append(try EventFrame(reading: &reader)) }
        self.bytes = bytes
        self.frames = frames
    }

    package var count: Int { frames.count }
    package var isEmpty: Bool { frames.isEmpty }

    /// The text at a range that a frame of this block names.
    package func text(_ range: EventFrame.ByteRange) -> String {
        String(decoding: bytes[range.bounds], as: UTF8.self)
    }

    /// The bytes at a range that a frame of this block names.
    @_lifetime(borrow self)
    package func span(_ range: EventFrame.ByteRange) -> Span<UInt8> {
        bytes.span.extracting(range.bounds)
    }

    /// The event again as a draft; for tests, exports and forwarding.
    package func draft(_ frame: EventFrame) -> EventDraft {
        var draft = EventDraft(
            kind: frame.kind, occurredAt: frame.occurredAt, messageID: text(frame.messageID))
        draft.flags = frame.flags
        draft.userID = text(frame.userID)
        draft.anonymousID = text(frame.anonymousID)
        draft.name = text(frame.name)
        draft.properties = Array(bytes[frame.properties.bounds])
        draft.context = Array(bytes[frame.context.bounds])
        return draft
    }
}

/// Where one event's parts are in its block's bytes.
package struct EventFrame: Sendable, Equatable {
    /// A range of a block's bytes, in half the space of a `Range<Int>`.
    package struct ByteRange: Sendable, Equatable {
        package let start: UInt32
        package let count: UInt32

        init(_ range: Range<Int>) {
            start = UInt32(range.lowerBound)
            count = UInt32(range.count)
        }

        @inlinable package var isEmpty: Bool { count == 0 }
        @inlinable package var bounds: Range<Int> { Int(start)..<Int(start + count) }
    }

    package let kind: EventKind
    package let flags: EventFlags
    package let occurredAt: Timestamp
    package let messageID: ByteRange
    package let userID: ByteRange
    package let anonymousID: ByteRange
    package let name: ByteRange
    package let properties: ByteRange
    package let context: ByteRange

    fileprivate init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        let start = reader.offset
        let body = try reader.readVarint()
        guard body <= UInt64(reader.bytes.count - reader.offset) else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        let end = reader.offset + Int(body)
        guard let kind = EventKind(rawValue: try reader.readByte()) else {
            throw ByteReader.Damaged(offset: start)
        }
        self.kind = kind
        flags = EventFlags(rawValue: try reader.readByte())
        occurredAt = Timestamp(milliseconds: try reader.readSigned())
        messageID = ByteRange(try reader.readCountedRange())
        userID = ByteRange(try reader.readCountedRange())
        anonymousID = ByteRange(try reader.readCountedRange())
        name = ByteRange(try reader.readCountedRange())
        properties = ByteRange(try reader.readCountedRange())
        context = ByteRange(try reader.readCountedRange())
        _ = try reader.readCountedRange()
        // Parts that ran over the frame's end into the next frame show here.
        guard reader.offset == end else { throw ByteReader.Damaged(offset: start) }
    }
}

/// Builds a block event by event.
package struct EventBlockBuilder: Sendable {
    private var block = ByteWriter()
    /// How many bytes the next block will have, by the one before.
    private var byteCountExpected = 4096
    /// Where the begun frame's parts start; nil between frames.
    private var frameStart: Int?
    private var partCount = 0
    package private(set) var count = 0

    package init() {}

    package var byteCount: Int { block.count }
    package var isEmpty: Bool { count == 0 }

    package mutating func append(_ draft: EventDraft) {
        beginFrame(kind: draft.kind, flags: draft.flags, occurredAt: draft.occurredAt)
        writePart(draft.messageID)
        writePart(draft.userID)
        writePart(draft.anonymousID)
        writePart(draft.name)
        writePart(draft.properties.span)
        writePart(draft.context.span)
        endFrame()
    }

    /// Starts a frame, whose six parts follow with `writePart`: message id, user id, anonymous
    /// id, name, properties, context; then `endFrame()` or `cancelFrame()`.
    package mutating func beginFrame(kind: EventKind, flags: EventFlags, occurredAt: Timestamp) {
        cancelFrame()
        if block.isEmpty { block.makeRoom(for: byteCountExpected) }
        frameStart = block.beginCounted()
        block.writeByte(kind.rawValue)
        block.writeByte(flags.rawValue)
        block.writeSigned(occurredAt.milliseconds)
    }

    package mutating func writePart(_ bytes: Span<UInt8>) {
        block.writeCounted(bytes)
        partCount += 1
    }

    package mutating func writePart(_ text: String) {
        block.writeCounted(text)
        partCount += 1
    }

    /// Puts the frame into the block.
    package mutating func endFrame() {
        guard let start = frameStart, partCount == 6 else {
            preconditionFailure("a frame has six parts")
        }
        block.writeByte(0)
        block.endCounted(from: start)
        count += 1
        frameStart = nil
        partCount = 0
    }

    /// Takes the frame that was begun out of the block again.
    package mutating func cancelFrame() {
        guard let start = frameStart else { return }
        block.truncate(to: start - 2)
        frameStart = nil
        partCount = 0
    }

    /// The frames of another block, as they are.
    package mutating func append(_ other: EventBlock) {
        precondition(frameStart == nil, "a frame is begun and not ended")
        block.writeRaw(other.bytes.span)
        count += other.count
    }

    /// The bytes so far, without decoding them; the builder starts anew.
    package mutating func takeBytes() -> (bytes: [UInt8], count: Int) {
        cancelFrame()
        let taken = (bytes: block.take(), count: count)
        byteCountExpected = max(4096, taken.bytes.count)
        count = 0
        return taken
    }
}
