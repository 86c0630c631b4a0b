package import Kernel

extension CustomerAutomation {
    /// The form that this code writes.
    package static let codec: UInt8 = 1

    /// Appends the automation's bytes, which `init(decoding:)` reads.
    ///
    /// Names are written once each, and times as differences, so that a customer who waits in one run takes some
    /// 60 bytes and the run's key and values.
    package func encode(to writer: inout ByteWriter) {
        writer.writeByte(Self.codec)
        writer.writeVarint(revision)
        writer.writeMoment(nextWake)
        writer.writeVarint(UInt64(bitPattern: lastRunNumber))
        writer.writeSigned(entriesSince.milliseconds)
        writer.writeVarint(UInt64(entriesCount))
        let names = NameList(self)
        writer.writeVarint(UInt64(names.all.count))
        for name in names.all { writer.writeCounted(name) }
        writer.writeVarint(UInt64(runs.count))
        for run in runs { run.encode(to: &writer, names) }
        writer.writeVarint(UInt64(sent.count))
        var before: Int64 = 0
        for message in sent {
            writer.writeSigned(message.at.milliseconds - before)
            before = message.at.milliseconds
            writer.writeVarint(names.place(message.channel) << 1 | (message.isWithheld ? 1 : 0))
            writer.writeVarint(names.place(message.topic))
        }
        writer.writeVarint(UInt64(past.count))
        for entry in past {
            writer.writeVarint(names.place(entry.journey) << 1 | (entry.key == 0 ? 0 : 1))
            if entry.key != 0 { writer.writeFixed(entry.key) }
            writer.writeSigned(entry.enteredAt.milliseconds)
        }
        writer.writeVarint(UInt64(occasions.count))
        for occasion in occasions {
            writer.writeVarint(names.place(occasion.journey))
            writer.writeVarint(names.place(occasion.attribute))
            writer.writeSigned(Int64(occasion.shiftDays))
            writer.writeDay(occasion.day)
            writer.writeMoment(occasion.due)
            writer.writeDay(occasion.lastDay)
        }
    }

    /// Reads what `encode(to:)` wrote.
    ///
    /// - Throws: `ByteReader.Damaged` where the bytes aren't exactly one automation of a known form.
    package init(decoding bytes: Span<UInt8>) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        guard try reader.readByte() == Self.codec else { throw ByteReader.Damaged(offset: 0) }
        revision = try reader.readVarint()
        nextWake = try reader.readMoment()
        lastRunNumber = Int64(bitPattern: try reader.readVarint())
        entriesSince = Timestamp(milliseconds: try reader.readSigned())
        entriesCount = Int(truncatingIfNeeded: try reader.readVarint())
        var names: [String] = []
        for _ in 0..<(try reader.readVarint()) { names.append(try reader.readCountedString()) }
        for _ in 0..<(try reader.readVarint()) {
            runs.append(try JourneyRun(reading: &reader, names))
        }
        var before: Int64 = 0
        for _ in 0..<(try reader.readVarint()) {
            before &+= try reader.readSigned()
            let channel = try reader.readVarint()
            sent.append(
                Sent(
                    at: Timestamp(milliseconds: before),
                    channel: try reader.name(channel >> 1, names),
                    topic: try reader.name(try reader.readVarint(), names),
                    isWithheld: channel & 1 == 1))
        }
        for _ in 0..<(try reader.readVarint()) {
            let journey = try reader.readVarint()
            let key = journey & 1 == 1 ? try reader.readFixed64() : 0
            past.append(
                Past(
                    journey: try reader.name(journey >> 1, names), key: key,
                    enteredAt: Timestamp(milliseconds: try reader.readSigned())))
        }
        for _ in 0..<(try reader.readVarint()) {
            let journey = try reader.name(try reader.readVarint(), names)
            let attribute = try reader.name(try reader.readVarint(), names)
            occasions.append(
                Occasion(
                    journey: journey, attribute: attribute,
                    shiftDays: Int(try reader.readSigned()), day: try reader.readDay(),
                    due: try reader.readMoment(), lastDay: try reader.readDay()))
        }
        guard reader.isAtEnd else { throw ByteReader.Damaged(offset: reader.offset) }
    }
}

/// Names that are written once and then told by their place.
private struct NameList {
    private(set) var all: [String] = []
    private var places: [String: UInt64] = [:]

    init(_ automation: CustomerAutomation) {
        for run in automation.runs {
            add(run.journey)
            for value in run.entry.values { add(value.path) }
        }
        for message in automation.sent {
            add(message.channel)
            add(message.topic)
        }
        for entry in automation.past { add(entry.journey) }
        for occasion in automation.occasions {
            add(occasion.journey)
            add(occasion.attribute)
        }
    }

    private mutating func add(_ name: String) {
        if places[name] != nil { return }
        places[name] = UInt64(all.count)
        all.append(name)
    }

    func place(_ name: String) -> UInt64 { places[name] ?? 0 }
}

extension JourneyRun {
    fileprivate func encode(to writer: inout ByteWriter, _ names: NameList) {
        writer.writeVarint(names.place(journey))
        writer.writeVarint(UInt64(version))
        writer.writeVarint(UInt64(bitPattern: id.customer.rawValue))
        writer.writeSigned(enteredAt.milliseconds)
        writer.writeSigned(id.number - enteredAt.milliseconds)
        writer.writeVarint(UInt64(bitPattern: enteredAt.milliseconds - causedAt.milliseconds))
        writer.writeCounted(key)
        writer.writeByte(holdout.rawValue)
        writer.writeVarint(UInt64(entry.values.count))
        for value in entry.values {
            writer.writeVarint(names.place(value.path))
            writer.writeCounted(value.text)
        }
        writer.writeVarint(UInt64(step))
        writer.writeSigned(reachedAt.milliseconds - enteredAt.milliseconds)
        switch state {
        case .ready: writer.writeByte(0)
        case .waiting(let until):
            writer.writeByte(clockOffset == nil ? 1 : 4)
            writer.writeSigned(until.milliseconds - reachedAt.milliseconds)
            if let clockOffset { writer.writeSigned(Int64(clockOffset)) }
        case .sending(let at):
            writer.writeByte(2)
            writer.writeSigned(at.milliseconds - reachedAt.milliseconds)
        case .ended(let end, let at):
            writer.writeByte(3)
            writer.writeByte(end.rawValue)
            writer.writeSigned(at.milliseconds - reachedAt.milliseconds)
        }
        writer.writeVarint(UInt64(done.words.count))
        for word in done.words { writer.writeVarint(word) }
        writer.writeByte(coupon == nil ? 0 : 1)
        if let coupon {
            writer.writeCounted(coupon.code)
            writer.writeMoment(coupon.expiresAt)
        }
        writer.writeMoment(convertedAt)
        writer.writeVarint(UInt64(revenue.count))
        for money in revenue {
            writer.writeVarint(UInt64(money.currency.packed))
            writer.writeSigned(money.minor)
        }
    }

    init(reading reader: inout ByteReader, _ names: [String]) throws(ByteReader.Damaged) {
        let journey = try reader.name(try reader.readVarint(), names)
        let version = Int(truncatingIfNeeded: try reader.readVarint())
        let customer = Int64(bitPattern: try reader.readVarint())
        let enteredAt = Timestamp(milliseconds: try reader.readSigned())
        let number = enteredAt.milliseconds &+ (try reader.readSigned())
        let lag = Int64(bitPattern: try reader.readVarint())
        let key = try reader.readCountedString()
        let holdoutByte = try reader.readByte()
        guard let holdout = Holdout(rawValue: holdoutByte) else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        var entry = EntryValues()
        for _ in 0..<(try reader.readVarint()) {
            let path = try reader.name(try reader.readVarint(), names)
            entry.values.append(
                EntryValues.Value(path: path, text: try reader.readCountedString()))
        }
        let step = try reader.readVarint()
        guard step <= UInt64(StepCompiler.stepsMax) else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        let reachedAt = Timestamp(
            milliseconds: enteredAt.milliseconds &+ (try reader.readSigned()))
        let (state, clockOffset) = try Self.state(reading: &reader, reachedAt)
        self.init(
            id: RunID(customer: ID(rawValue: customer), number: number), journey: journey,
            version: version, key: key, enteredAt: enteredAt,
            causedAt: Timestamp(milliseconds: enteredAt.milliseconds &- lag), holdout: holdout,
            entry: entry, step: Int(step), reachedAt: reachedAt,
            state: state, clockOffset: clockOffset)
        let words = try reader.readVarint()
        guard words <= UInt64(StepCompiler.stepsMax / 64 + 1) else {
            throw ByteReader.Damaged(offset: reader.offset)
        }
        var done: [UInt64] = []
        for _ in 0..<words { done.append(try reader.readVarint()) }
        self.done = StepSet(words: done)
        switch try reader.readByte() {
        case 0: break
        case 1:
            coupon = IssuedCoupon(
                code: try reader.readCountedString(), expiresAt: try reader.readMoment())
        default: throw ByteReader.Damaged(offset: reader.offset)
        }
        convertedAt = try reader.readMoment()
        for _ in 0..<(try reader.readVarint()) {
            guard let packed = UInt32(exactly: try reader.readVarint()),
                let currency = Currency(packed: packed)
            else { throw ByteReader.Damaged(offset: reader.offset) }
            revenue.append(Money(minor: try reader.readSigned(), currency: currency))
        }
    }

    private static func state(
        reading reader: inout ByteReader, _ reachedAt: Timestamp
    ) throws(ByteReader.Damaged) -> (State, clockOffset: Int?) {
        let tag = try reader.readByte()
        if tag == 0 { return (.ready, nil) }
        var end: End?
        if tag == 3 {
            end = End(rawValue: try reader.readByte())
            if end == nil { throw ByteReader.Damaged(offset: reader.offset) }
        }
        let moment = Timestamp(
            milliseconds: reachedAt.milliseconds &+ (try reader.readSigned()))
        switch (tag, end) {
        case (1, _): return (.waiting(until: moment), nil)
        case (4, _): return (.waiting(until: moment), Int(try reader.readSigned()))
        case (2, _): return (.sending(at: moment), nil)
        case (3, let end?): return (.ended(end, at: moment), nil)
        default: throw ByteReader.Damaged(offset: reader.offset)
        }
    }
}

extension ByteWriter {
    fileprivate mutating func writeMoment(_ time: Timestamp?) {
        writeByte(time == nil ? 0 : 1)
        if let time { writeSigned(time.milliseconds) }
    }

    fileprivate mutating func writeDay(_ day: CalendarDay?) {
        writeByte(day == nil ? 0 : 1)
        if let day { writeSigned(Int64(day.daysSinceEpoch)) }
    }
}

extension ByteReader {
    fileprivate mutating func readMoment() throws(Damaged) -> Timestamp? {
        switch try readByte() {
        case 0: return nil
        case 1: return Timestamp(milliseconds: try readSigned())
        default: throw Damaged(offset: offset - 1)
        }
    }

    fileprivate mutating func readDay() throws(Damaged) -> CalendarDay? {
        switch try readByte() {
        case 0: return nil
        case 1: return CalendarDay(daysSinceEpoch: Int(try readSigned()))
        default: throw Damaged(offset: offset - 1)
        }
    }

    fileprivate func name(_ place: UInt64, _ names: [String]) throws(Damaged) -> String {
        guard place < UInt64(names.count) else { throw Damaged(offset: offset) }
        return names[Int(place)]
    }
}
