import JSONParsing
package import Kernel

/// What a customer's traits say, each with the event that said it.
///
/// Of two values for a name the one of the later event holds, by the time it happened and then by
/// its place in the log; so a late delivery changes nothing that is newer. `null` removes the value and
/// is remembered, for the same reason. A blank text says nothing: it is what an empty cell of an
/// import or an untouched form field sends, and must not wipe out what is known.
///
/// Holds a bounded number of names, those that come first in the order of their bytes (as
/// `NameTallies`, whose comment says why).
package struct Attributes: Sendable, Equatable {
    /// One trait.
    package struct Attribute: Sendable, Equatable {
        package let name: String
        /// A JSON value's exact bytes; empty where the trait was removed.
        package let value: [UInt8]
        /// When the event that set it happened.
        package let at: Timestamp
        /// That event's place in the log.
        package let position: Int64

        package var isRemoved: Bool { value.isEmpty }

        /// A text's content, a number or a boolean as it is written; nil for other values.
        package var text: String? {
            if value.isEmpty { return nil }
            // Only values that parsed come in; a damaged store is no reason to fail here.
            guard let slice = try? JSONReader.document(value.span) else { return nil }
            switch slice.kind {
            case .string, .number, .boolean: return slice.text(in: value.span)
            case .object, .array, .null: return nil
            }
        }

        /// Whether this one holds against the other.
        func isNewer(than other: Self) -> Bool {
            if at != other.at { return at > other.at }
            if position != other.position { return position > other.position }
            return byteOrder(value.span, other.value.span) > 0
        }
    }

    package static let countMax = 300
    package static let nameBytesMax = 128

    /// In the order of the names' bytes, removed ones included.
    package private(set) var all: [Attribute] = []
    /// Whether there was a name that isn't held.
    package private(set) var overflowed = false

    package init() {}

    /// The value's attribute; nil where there is none or it was removed.
    package subscript(name: String) -> Attribute? {
        let (index, found) = place(of: name)
        return found && !all[index].isRemoved ? all[index] : nil
    }

    /// Sets a trait, unless a newer event has set it; of one event's values for a name, the last holds.
    mutating func set(_ name: String, _ value: [UInt8], at: Timestamp, position: Int64) {
        guard name.utf8.count <= Self.nameBytesMax else {
            overflowed = true
            return
        }
        let new = Attribute(name: name, value: value, at: at, position: position)
        let (index, found) = place(of: name)
        if found {
            let old = all[index]
            if (old.at, old.position) == (at, position) || new.isNewer(than: old) {
                all[index] = new
            }
            return
        }
        guard index < Self.countMax else {
            overflowed = true
            return
        }
        all.insert(new, at: index)
        letGo()
    }

    mutating func merge(_ other: Self) {
        overflowed = overflowed || other.overflowed
        if other.all.isEmpty { return }
        var merged: [Attribute] = []
        merged.reserveCapacity(all.count + other.all.count)
        var index = 0
        for theirs in other.all {
            while index < all.count, order(all[index].name, theirs.name) < 0 {
                merged.append(all[index])
                index += 1
            }
            if index < all.count, order(all[index].name, theirs.name) == 0 {
                merged.append(all[index].isNewer(than: theirs) ? all[index] : theirs)
                index += 1
            } else {
                merged.append(theirs)
            }
        }
        merged.append(contentsOf: all[index...])
        all = merged
        letGo()
    }

    private mutating func letGo() {
        guard all.count > Self.countMax else { return }
        overflowed = true
        all.removeSubrange(Self.countMax...)
    }

    private func place(of name: String) -> (index: Int, found: Bool) {
        var low = 0
        var high = all.count
        while low < high {
            let middle = (low + high) / 2
            let order = order(all[middle].name, name)
            if order == 0 { return (middle, true) }
            if order < 0 { low = middle + 1 } else { high = middle }
        }
        return (low, false)
    }
}

extension Attributes {
    /// Takes the members of an identify call's traits.
    mutating func apply(traits: Span<UInt8>, at: Timestamp, position: Int64) {
        guard !traits.isEmpty else { return }
        do throws(JSONError) {
            var reader = JSONReader(traits)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                if value.kind == .string, isBlank(traits.extracting(value.content)) { continue }
                let bytes =
                    value.kind == .null
                    ? [] : traits.extracting(value.range).withUnsafeBufferPointer(Array.init)
                set(key.text(in: traits), bytes, at: at, position: position)
            }
        } catch {
            // Events were checked before they came into the log; what can't be read sets nothing more.
        }
    }

    private func isBlank(_ text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] > 0x20 { return false }
        return true
    }

    func write(to writer: inout ByteWriter) {
        writer.writeByte(overflowed ? 1 : 0)
        writer.writeVarint(UInt64(all.count))
        for attribute in all {
            writer.writeCounted(attribute.name)
            writer.writeCounted(attribute.value.span)
            writer.writeSigned(attribute.at.milliseconds)
            writer.writeSigned(attribute.position)
        }
    }

    init(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        let flag = try reader.readByte()
        guard flag <= 1 else { throw ByteReader.Damaged(offset: reader.offset) }
        overflowed = flag == 1
        let count = try reader.readVarint()
        guard count <= UInt64(Self.countMax) else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        all.reserveCapacity(Int(count))
        for _ in 0..<count {
            let start = reader.offset
            let name = try reader.readCountedString()
            if let before = all.last, order(before.name, name) >= 0 {
                throw ByteReader.Damaged(offset: start)
            }
            let value = try reader.readCountedRange()
            all.append(
                Attribute(
                    name: name,
                    value: reader.bytes.extracting(value).withUnsafeBufferPointer(Array.init),
                    at: Timestamp(milliseconds: try reader.readSigned()),
                    position: try reader.readSigned()))
        }
    }
}
