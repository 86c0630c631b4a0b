package import Events
package import Kernel

/// What a fragment did, as far as conditions ask: its orders, and the newest events of each trace of a plan.
///
/// A customer's behaviours are those of its fragments merged. Merging is associative and commutative, with the
/// empty value as its neutral element, and applying events to one value gives what merging the values of
/// parts of them gives; only what is beyond a limit (`OrderLedger.heldMax`) may depend on the order in
/// which orders were corrected.
package struct Behaviours: Sendable, Equatable {
    /// One event of a trace.
    package struct Entry: Sendable, Equatable {
        package let at: Timestamp
        /// The event's place in the log.
        package let position: Int64
        package let value: TraceValue

        package init(at: Timestamp, position: Int64, value: TraceValue = .none) {
            self.at = at
            self.position = position
            self.value = value
        }

        func isBefore(_ other: Self) -> Bool { (at, position) < (other.at, other.position) }
    }

    /// The events of one trace.
    package struct Trace: Sendable, Equatable {
        package let id: UInt64
        /// All of them, also those that aren't held.
        package fileprivate(set) var count: Int64 = 0
        /// The newest `Behaviours.entriesMax`, the oldest first.
        package fileprivate(set) var entries: [Entry] = []

        init(id: UInt64) {
            self.id = id
        }

        fileprivate mutating func insert(_ entry: Entry) {
            count &+= 1
            if entries.count >= Behaviours.entriesMax {
                if entry.isBefore(entries[0]) { return }
                entries.removeFirst()
            }
            var place = entries.count
            while place > 0, entry.isBefore(entries[place - 1]) { place -= 1 }
            entries.insert(entry, at: place)
        }

        fileprivate mutating func merge(_ other: Self) {
            count &+= other.count
            var both: [Entry] = []
            both.reserveCapacity(entries.count + other.entries.count)
            var mine = entries[...]
            for theirs in other.entries {
                while let first = mine.first, !theirs.isBefore(first) {
                    both.append(first)
                    mine.removeFirst()
                }
                both.append(theirs)
            }
            both += mine
            if both.count > Behaviours.entriesMax {
                both.removeFirst(both.count - Behaviours.entriesMax)
            }
            entries = both
        }

        /// Where the events after a moment begin.
        func start(after moment: Int64) -> Int {
            var low = 0
            var high = entries.count
            while low < high {
                let middle = (low + high) / 2
                if entries[middle].at.milliseconds > moment {
                    high = middle
                } else {
                    low = middle + 1
                }
            }
            return low
        }
    }

    /// How many events of a trace are held. Conditions count at most so far (`CountRange.countMax`), so that
    /// counting is exact; sums and the like are of these.
    package static let entriesMax = 1000

    package private(set) var orders = OrderLedger()
    /// In the order of their ids.
    package private(set) var traces: [Trace] = []

    package init() {}

    package var isEmpty: Bool { orders.isEmpty && traces.isEmpty }

    /// How many orders and events are held.
    package var entryCount: Int {
        traces.reduce(orders.entries.count) { $0 + $1.entries.count }
    }

    /// The trace of this id; nil where none of its events came.
    package subscript(id: UInt64) -> Trace? {
        let (place, found) = place(of: id)
        return found ? traces[place] : nil
    }

    /// Applies an event, where it is one of the plan's.
    ///
    /// - Returns: The ids of the traces that it is an event of.
    package mutating func apply(
        _ frame: EventFrame, in block: EventBlock, position: Int64, plan: TracePlan
    ) -> [UInt64] {
        let name = block.span(frame.name)
        guard plan.mayConcern(frame.kind, name) else { return [] }
        return apply(
            frame.kind, name, block.span(frame.properties), at: frame.occurredAt,
            position: position, plan: plan)
    }

    /// As above, of an event in parts.
    ///
    /// - Parameter properties: An object's bytes; empty for none.
    @discardableResult
    package mutating func apply(
        _ kind: EventKind, _ name: Span<UInt8>, _ properties: Span<UInt8>, at time: Timestamp,
        position: Int64, plan: TracePlan
    ) -> [UInt64] {
        var stirred: [UInt64] = []
        for place in plan.places(kind, name) {
            let trace = plan.traces[place]
            guard trace.selector.matches(kind, name), let value = trace.value(of: properties)
            else { continue }
            add(Entry(at: time, position: position, value: value), to: trace.id)
            stirred.append(trace.id)
        }
        return stirred
    }

    /// Adds one event to a trace: of a block as above, or as the archive tells it.
    package mutating func add(_ entry: Entry, to id: UInt64) {
        let (place, found) = place(of: id)
        if !found { traces.insert(Trace(id: id), at: place) }
        traces[place].insert(entry)
    }

    /// Puts an order in, in the place of the one with its key: a completed order, or its correction.
    package mutating func setOrder(_ entry: OrderLedger.Entry) { orders.set(entry) }

    /// Puts an order in that has no other of its key: quicker where there are many.
    package mutating func addOrder(_ entry: OrderLedger.Entry) { orders.add(entry) }

    /// Takes an order out: a cancelled one, or one that is somebody else's now.
    ///
    /// - Parameter total: What it came to.
    package mutating func removeOrder(key: Int64, total: Money) {
        orders.remove(key: key, total: total)
    }

    package mutating func merge(_ other: Self) {
        orders.merge(other.orders)
        for theirs in other.traces {
            let (place, found) = place(of: theirs.id)
            if found { traces[place].merge(theirs) } else { traces.insert(theirs, at: place) }
        }
    }

    /// Takes in traces that weren't remembered before, with all of their events; orders stay as they are.
    package mutating func fill(from other: Self) {
        for trace in other.traces {
            let (place, found) = place(of: trace.id)
            if found { traces[place] = trace } else { traces.insert(trace, at: place) }
        }
    }

    package func merged(with other: Self) -> Self {
        var both = self
        both.merge(other)
        return both
    }

    private func place(of id: UInt64) -> (place: Int, found: Bool) {
        var low = 0
        var high = traces.count
        while low < high {
            let middle = (low + high) / 2
            if traces[middle].id == id { return (middle, true) }
            if traces[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }
}

extension Behaviours {
    /// The form that this code writes.
    package static let codec: UInt8 = 1

    /// Appends the bytes that `init(decoding:)` reads; of traces, only those of the plan.
    package func encode(to writer: inout ByteWriter, plan: TracePlan) {
        writer.writeByte(Self.codec)
        orders.write(to: &writer)
        let kept = traces.filter { plan.place(of: $0.id) != nil }
        writer.writeVarint(UInt64(kept.count))
        for trace in kept { trace.write(to: &writer) }
    }

    /// Reads what `encode(to:plan:)` wrote.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't exactly one value of a known form.
    package init(decoding bytes: Span<UInt8>) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        guard try reader.readByte() == Self.codec else { throw ByteReader.Damaged(offset: 0) }
        orders = try OrderLedger(reading: &reader)
        for _ in 0..<(try reader.readVarint()) {
            let trace = try Trace(reading: &reader)
            if let last = traces.last, last.id >= trace.id {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            traces.append(trace)
        }
        guard reader.isAtEnd else { throw ByteReader.Damaged(offset: reader.offset) }
    }
}

extension Behaviours.Trace {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.writeFixed(id)
        writer.writeVarint(UInt64(bitPattern: count))
        writer.writeVarint(UInt64(entries.count))
        var before: (at: Int64, position: Int64) = (0, 0)
        for entry in entries {
            writer.writeSigned(entry.at.milliseconds &- before.at)
            writer.writeSigned(entry.position &- before.position)
            before = (entry.at.milliseconds, entry.position)
            switch entry.value {
            case .none: writer.writeByte(0)
            case .number(let micro):
                writer.writeByte(1)
                writer.writeSigned(micro)
            case .text(let text):
                writer.writeByte(2)
                writer.writeCounted(text)
            }
        }
    }

    fileprivate init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        id = try reader.readFixed64()
        count = Int64(bitPattern: try reader.readVarint())
        let held = try reader.readVarint()
        guard held <= UInt64(Behaviours.entriesMax), Int64(held) <= count else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        entries.reserveCapacity(Int(held))
        var before: (at: Int64, position: Int64) = (0, 0)
        for _ in 0..<held {
            before.at &+= try reader.readSigned()
            before.position &+= try reader.readSigned()
            let value: TraceValue
            switch try reader.readByte() {
            case 0: value = .none
            case 1: value = .number(try reader.readSigned())
            case 2: value = .text(try reader.readCountedString())
            default: throw ByteReader.Damaged(offset: reader.offset - 1)
            }
            let entry = Behaviours.Entry(
                at: Timestamp(milliseconds: before.at), position: before.position, value: value)
            if let last = entries.last, entry.isBefore(last) {
                throw ByteReader.Damaged(offset: reader.offset)
            }
            entries.append(entry)
        }
    }
}
