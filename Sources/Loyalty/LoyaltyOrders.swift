import Kernel

/// An account's orders, in the order in which they were first told of.
///
/// They are kept as their bytes, one after the other, with a note of the same size for each: most of them don't change any
/// more, and cost nothing but their bytes when the account is read, changed, kept and freed. The one that was changed last
/// is itself.
struct LoyaltyOrders: Sendable {
    /// As `LoyaltyOrder.encode(to:)` writes them; those of the open one are as they were before it was opened.
    private var bytes = ByteWriter()
    private var notes: [LoyaltyOrder.Note] = []
    /// The place of the open one; below 0 where none is. It isn't an optional, so that it is looked at without a copy.
    private var openPlace = -1
    private var open = LoyaltyOrder(id: "")

    init() {}

    /// Reads what `encode(to:)` wrote.
    init(decoding reader: inout ByteReader, codec: UInt8) throws(ByteReader.Damaged) {
        let count = try reader.readCount()
        if count == 0 { return }
        let start = reader
        notes.reserveCapacity(count)
        // Since codec 3 orders are written as they are now, save for when points of theirs couldn't be taken back.
        for _ in 0..<(codec >= 3 ? count : 0) {
            var note = try LoyaltyOrder.note(skimming: &reader, codec: codec)
            note.end -= start.offset
            notes.append(note)
        }
        guard codec >= 5 || codec >= 3 && notes.allSatisfy({ $0.forgone == 0 }) else {
            notes = []
            reader = start
            for _ in 0..<count { append(try LoyaltyOrder(decoding: &reader, codec: codec)) }
            return
        }
        bytes.writeRaw(reader.bytes.extracting(start.offset..<reader.offset))
    }

    func encode(to writer: inout ByteWriter) {
        writer.writeCount(notes.count)
        if openPlace < 0 {
            writer.writeRaw(bytes.span)
            return
        }
        let range = range(openPlace)
        writer.writeRaw(bytes.span.extracting(..<range.lowerBound))
        open.encode(to: &writer)
        writer.writeRaw(bytes.span.extracting(range.upperBound...))
    }

    /// About how many bytes they take when they are written.
    var byteCount: Int { bytes.count + (openPlace < 0 ? 0 : 160) }

    /// About how many bytes they take in memory.
    var size: Int { bytes.count + notes.count * 96 + (openPlace < 0 ? 0 : 480) }

    // MARK: Finding

    /// What is asked of an order more often than all of it.
    func note(_ place: Int) -> LoyaltyOrder.Note {
        place == openPlace ? open.note : notes[place]
    }

    /// The place of an order; the last one's of that id.
    func place(of id: String) -> Int? {
        var id = id
        return id.withUTF8 { text in
            let wanted = text.span
            let hash = LoyaltyOrder.hash(of: wanted)
            let notes = notes.span
            var place = notes.count
            while place > 0 {
                place -= 1
                if notes[place].hash == hash, isCalled(wanted, place) { return place }
            }
            return nil
        }
    }

    /// Whether it is known when an order was placed.
    func isPlaced(_ id: String) -> Bool {
        place(of: id).map { note($0).placedAt != nil } ?? false
    }

    /// Whether any other is known to have been placed.
    func isPlaced(otherThan place: Int) -> Bool {
        indices.contains { $0 != place && note($0).placedAt != nil }
    }

    /// An order's id isn't changed once it is kept, and is the first of its bytes; the open one's may not be there yet.
    private func isCalled(_ id: Span<UInt8>, _ place: Int) -> Bool {
        if place == openPlace {
            var own = open.id
            return own.withUTF8 { Self.isSame($0.span, id) }
        }
        var reader = ByteReader(bytes.span.extracting(range(place)))
        guard let own = try? reader.readCountedRange() else { return false }
        return Self.isSame(reader.bytes.extracting(own), id)
    }

    private static func isSame(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
        guard one.count == other.count else { return false }
        for index in one.indices where one[index] != other[index] { return false }
        return true
    }

    // MARK: Packing

    /// Room is made for so much at least.
    private static let (notesMin, bytesMin) = (4, 256)

    private func range(_ place: Int) -> Range<Int> {
        (place == 0 ? 0 : notes[place - 1].end)..<notes[place].end
    }

    private func unpacked(_ place: Int) -> LoyaltyOrder {
        var reader = ByteReader(bytes.span.extracting(range(place)))
        do throws(ByteReader.Damaged) {
            return try LoyaltyOrder(decoding: &reader, codec: LoyaltyAccount.codec, isOwn: true)
        } catch {
            // They were written here, or gone through when they were read.
            preconditionFailure("what is an order's bytes is an order")
        }
    }

    /// Makes the open one bytes.
    private mutating func close() {
        if openPlace < 0 { return }
        let place = openPlace
        openPlace = -1
        let range = range(place)
        var note = open.note
        if range.upperBound == bytes.count {
            bytes.truncate(to: range.lowerBound)
            if bytes.isEmpty { bytes.makeRoom(for: Self.bytesMin) }
            open.encode(to: &bytes)
            note.end = bytes.count
        } else {
            var all = ByteWriter(reserving: bytes.count + Self.bytesMin)
            all.writeRaw(bytes.span.extracting(..<range.lowerBound))
            open.encode(to: &all)
            note.end = all.count
            all.writeRaw(bytes.span.extracting(range.upperBound...))
            bytes = all
            let shift = note.end - range.upperBound
            for later in (place + 1)..<notes.count { notes[later].end += shift }
        }
        notes[place] = note
        open = LoyaltyOrder(id: "")
    }
}

extension LoyaltyOrders: RandomAccessCollection, MutableCollection, ExpressibleByArrayLiteral {
    init(arrayLiteral elements: LoyaltyOrder...) {
        for order in elements { append(order) }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { notes.count }

    subscript(place: Int) -> LoyaltyOrder {
        get {
            place == openPlace ? open : unpacked(place)
        }
        set {
            if openPlace != place { close() }
            openPlace = place
            open = newValue
        }
        _modify {
            if openPlace != place {
                close()
                open = unpacked(place)
                openPlace = place
            }
            yield &open
        }
    }

    mutating func append(_ order: LoyaltyOrder) {
        close()
        var note = order.note
        note.end = bytes.count
        if notes.count == notes.capacity {
            notes.reserveCapacity(Swift.max(Self.notesMin, notes.count * 2))
        }
        notes.append(note)
        openPlace = notes.count - 1
        open = order
    }
}

extension LoyaltyOrders: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        if left.notes.count != right.notes.count { return false }
        var (one, other) = (left, right)
        one.close()
        other.close()
        return one.bytes.bytes == other.bytes.bytes
    }
}
