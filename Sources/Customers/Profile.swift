package import Events
package import Kernel

/// What is known of a fragment, folded from its events; a customer's profile is that of its fragments
/// merged.
///
/// Merging is associative and commutative, with the empty profile as its neutral element, and folding
/// events into one profile gives what merging the profiles of parts of them gives. So profiles are
/// merged on reading, and undoing a merge of customers needs nothing but to read them apart again.
package struct Profile: Sendable, Equatable {
    package static let eventNamesMax = 200
    package static let channelsMax = 50

    package private(set) var attributes = Attributes()
    private var firstDatedAt: Timestamp?
    private var lastDatedAt: Timestamp?
    /// The earliest time of an event that says nothing about when the customer was met.
    private var undatedAt: Timestamp?
    /// Events of every kind.
    package private(set) var eventCount: Int64 = 0
    package private(set) var pageCount: Int64 = 0
    package private(set) var screenCount: Int64 = 0
    /// Track events by name.
    package private(set) var events = NameTallies(countMax: eventNamesMax)
    /// Where events came from (`Channel`).
    package private(set) var channels = NameTallies(countMax: channelsMax)
    package private(set) var hours = HourCounts()
    package private(set) var orders = OrderFigures()

    package init() {}

    /// Folds an event in; orders come apart, as deltas, since an order may replace an earlier one.
    ///
    /// - Parameters:
    ///   - position: The event's place in the log.
    ///   - localHour: 0..<24 in the workspace's time zone; nil where only the day is known.
    package mutating func apply(
        _ frame: EventFrame, in block: EventBlock, position: Int64, localHour: Int?
    ) {
        let time = frame.occurredAt
        eventCount &+= 1
        let isDated = !frame.flags.contains(.undated)
        let isOwn = frame.flags.contains(.system)
        if isDated, !isOwn {
            firstDatedAt = firstDatedAt.map { min($0, time) } ?? time
            lastDatedAt = lastDatedAt.map { max($0, time) } ?? time
        } else {
            undatedAt = earlier(undatedAt, time)
        }
        switch frame.kind {
        case .identify:
            attributes.apply(traits: block.span(frame.properties), at: time, position: position)
        case .track: events.add(block.span(frame.name), at: time)
        case .page: pageCount &+= 1
        case .screen: screenCount &+= 1
        case .group, .alias: break
        }
        // What Perennial itself writes says nothing about where and when the customer is to be met.
        if isOwn || !isDated { return }
        if let channel = Channel.plain(of: frame) {
            // Safe: a static string of bytes is that many bytes, for ever.
            channels.add(
                UnsafeBufferPointer(start: channel.utf8Start, count: channel.utf8CodeUnitCount)
                    .span,
                at: time)
        } else {
            let channel = Channel(of: frame, in: block)
            channels.add(channel.span, at: time)
        }
        if let localHour { hours.add(localHour) }
    }

    /// Folds in what an event changes about orders.
    package mutating func apply(_ delta: OrderDelta, at time: Timestamp) {
        orders.apply(delta, at: time)
    }

    package mutating func merge(_ other: Profile) {
        attributes.merge(other.attributes)
        firstDatedAt = earlier(firstDatedAt, other.firstDatedAt)
        lastDatedAt = later(lastDatedAt, other.lastDatedAt)
        undatedAt = earlier(undatedAt, other.undatedAt)
        eventCount &+= other.eventCount
        pageCount &+= other.pageCount
        screenCount &+= other.screenCount
        events.merge(other.events)
        channels.merge(other.channels)
        hours.merge(other.hours)
        orders.merge(other.orders)
    }

    package func merged(with other: Profile) -> Profile {
        var both = self
        both.merge(other)
        return both
    }

    /// The earliest and latest time of an event; nil before the first. Events that only an import dates count
    /// where there is no other.
    package var firstSeenAt: Timestamp? { firstDatedAt ?? undatedAt }
    package var lastSeenAt: Timestamp? { lastDatedAt ?? undatedAt }

    /// The local hour in which most happened, the earliest of those with the same; nil without any.
    package var preferredHour: Int? { hours.highest }

    /// Where most events came from; nil without any.
    package var preferredChannel: String? { channels.mostFrequent?.name }
}

extension Profile {
    /// The form that this code writes.
    package static let codec: UInt8 = 2

    /// Appends the profile's bytes, which `init(decoding:)` reads.
    package func encode(to writer: inout ByteWriter) {
        writer.writeByte(Self.codec)
        writer.write(firstDatedAt)
        writer.write(lastDatedAt)
        writer.write(undatedAt)
        writer.writeVarint(UInt64(bitPattern: eventCount))
        writer.writeVarint(UInt64(bitPattern: pageCount))
        writer.writeVarint(UInt64(bitPattern: screenCount))
        attributes.write(to: &writer)
        events.write(to: &writer)
        channels.write(to: &writer)
        hours.write(to: &writer)
        orders.write(to: &writer)
    }

    /// Reads what `encode(to:)` wrote.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't exactly one profile of a known form.
    package init(decoding bytes: Span<UInt8>) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        guard try reader.readByte() == Self.codec else { throw ByteReader.Damaged(offset: 0) }
        firstDatedAt = try reader.readTime()
        lastDatedAt = try reader.readTime()
        undatedAt = try reader.readTime()
        eventCount = Int64(bitPattern: try reader.readVarint())
        pageCount = Int64(bitPattern: try reader.readVarint())
        screenCount = Int64(bitPattern: try reader.readVarint())
        attributes = try Attributes(reading: &reader)
        events = try NameTallies(reading: &reader, countMax: Self.eventNamesMax)
        channels = try NameTallies(reading: &reader, countMax: Self.channelsMax)
        hours = try HourCounts(reading: &reader)
        orders = try OrderFigures(reading: &reader)
        guard reader.isAtEnd else { throw ByteReader.Damaged(offset: reader.offset) }
    }
}

func earlier(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
}

func later(_ one: Timestamp?, _ other: Timestamp?) -> Timestamp? {
    guard let one, let other else { return one ?? other }
    return max(one, other)
}

extension ByteWriter {
    mutating func write(_ time: Timestamp?) {
        writeByte(time == nil ? 0 : 1)
        if let time { writeSigned(time.milliseconds) }
    }
}

extension ByteReader {
    mutating func readTime() throws(Damaged) -> Timestamp? {
        switch try readByte() {
        case 0: return nil
        case 1: return Timestamp(milliseconds: try readSigned())
        default: throw Damaged(offset: offset - 1)
        }
    }
}
