package import Kernel

/// Which segments a customer is in, since when, and when each segment is next to be looked at.
package struct SegmentMemberships: Sendable, Equatable {
    /// What is known of the customer in one segment.
    package struct Entry: Sendable, Equatable {
        package let segment: String
        /// The version of the definition that was evaluated last.
        package var version: Int
        /// Nil where the customer isn't a member.
        package var since: Timestamp?
        /// When time alone changes the answer; nil for never.
        package var nextChange: Timestamp?

        package var isMember: Bool { since != nil }

        package init(
            segment: String, version: Int, since: Timestamp?, nextChange: Timestamp? = nil
        ) {
            self.segment = segment
            self.version = version
            self.since = since
            self.nextChange = nextChange
        }
    }

    /// In order of the segments' names; only of segments that the customer is in, or that time alone changes.
    package private(set) var entries: [Entry] = []

    package init() {}

    package var isEmpty: Bool { entries.isEmpty }

    /// The names of the segments that the customer is in.
    package var names: [String] { entries.lazy.filter(\.isMember).map(\.segment) }

    /// Nil where the customer isn't a member and time alone doesn't change that.
    package subscript(segment: String) -> Entry? {
        let place = place(of: segment)
        return place < entries.count && entries[place].segment == segment ? entries[place] : nil
    }

    package func contains(_ segment: String) -> Bool { self[segment]?.isMember ?? false }

    /// The earliest of the segments' next changes; nil for never.
    package var nextChange: Timestamp? { entries.lazy.compactMap(\.nextChange).min() }

    /// Keeps what is known of one segment: of a bulk fill, or of `SegmentSet.evaluate`.
    package mutating func set(_ entry: Entry) {
        let place = place(of: entry.segment)
        let isKnown = place < entries.count && entries[place].segment == entry.segment
        if entry.since == nil, entry.nextChange == nil {
            if isKnown { entries.remove(at: place) }
        } else if isKnown {
            entries[place] = entry
        } else {
            entries.insert(entry, at: place)
        }
    }

    package mutating func remove(_ segment: String) {
        set(Entry(segment: segment, version: 0, since: nil))
    }

    private func place(of segment: String) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].segment < segment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension SegmentMemberships {
    /// The form that this code writes.
    package static let codec: UInt8 = 1

    /// Appends the bytes that `init(decoding:)` reads.
    package func encode(to writer: inout ByteWriter) {
        writer.writeByte(Self.codec)
        writer.writeVarint(UInt64(entries.count))
        for entry in entries {
            writer.writeCounted(entry.segment)
            writer.writeVarint(UInt64(max(entry.version, 0)))
            writer.writeByte((entry.since == nil ? 0 : 1) | (entry.nextChange == nil ? 0 : 2))
            if let since = entry.since { writer.writeSigned(since.milliseconds) }
            if let next = entry.nextChange { writer.writeSigned(next.milliseconds) }
        }
    }

    /// Reads what `encode(to:)` wrote.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't exactly one value of a known form.
    package init(decoding bytes: Span<UInt8>) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        guard try reader.readByte() == Self.codec else { throw ByteReader.Damaged(offset: 0) }
        for _ in 0..<(try reader.readVarint()) {
            let start = reader.offset
            let segment = try reader.readCountedString()
            let version = try reader.readVarint()
            let flags = try reader.readByte()
            guard let version = Int(exactly: version), (1...3).contains(flags),
                entries.last.map({ $0.segment < segment }) ?? true
            else { throw ByteReader.Damaged(offset: start) }
            var entry = Entry(segment: segment, version: version, since: nil)
            if flags & 1 != 0 { entry.since = Timestamp(milliseconds: try reader.readSigned()) }
            if flags & 2 != 0 {
                entry.nextChange = Timestamp(milliseconds: try reader.readSigned())
            }
            entries.append(entry)
        }
        guard reader.isAtEnd else { throw ByteReader.Damaged(offset: reader.offset) }
    }
}
