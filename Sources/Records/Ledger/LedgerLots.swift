package import Kernel

/// All lots of an account in one run of bytes, so that they are kept in the account's row: 48 bytes each, and a lot's
/// place is its number.
package struct LedgerLots: Sendable, Equatable {
    /// Bytes of a lot: six words, the lowest byte first, in the order of `LedgerLot`. A time that there is none of is 0.
    static let lotSize = 48

    package private(set) var bytes: [UInt8]

    package init() { bytes = [] }

    /// - Parameter bytes: As a ledger has them; what isn't a whole lot at the end is left out.
    init(bytes: [UInt8]) { self.bytes = bytes }

    package var count: Int { bytes.count / Self.lotSize }

    package var all: [LedgerLot] { (0..<count).map { self[$0] } }

    /// The lot at a place, counted from 0.
    package subscript(place: Int) -> LedgerLot {
        Self.lot(place, in: bytes.span)
    }

    static func lot(_ place: Int, in bytes: Span<UInt8>) -> LedgerLot {
        func word(_ index: Int) -> Int64 {
            Int64(bitPattern: bytes.littleEndianWord(at: place * lotSize + index * 8))
        }
        func time(_ index: Int) -> Timestamp? {
            let ms = word(index)
            return ms == 0 ? nil : Timestamp(milliseconds: ms)
        }
        return LedgerLot(
            id: Int64(place) + 1, createdAt: Timestamp(milliseconds: word(0)),
            availableAt: time(1), expiresAt: time(2), issued: word(3), remaining: word(4),
            held: word(5))
    }

    private static let none = [UInt8](repeating: 0, count: lotSize)

    /// Adds the next lot, or changes one that is there. Numbers that are left out stay empty lots, which `check()` sees.
    package mutating func put(_ lot: LedgerLot) {
        precondition(lot.id > 0, "lots are numbered from 1")
        let end = Int(lot.id) * Self.lotSize
        if bytes.count % Self.lotSize != 0 {
            // As `init(bytes:)` says.
            bytes.removeLast(bytes.count % Self.lotSize)
        }
        if bytes.count < end {
            if bytes.capacity < end { bytes.reserveCapacity(max(end * 2, 4 * Self.lotSize)) }
            while bytes.count < end { bytes += Self.none }
        }
        var offset = end - Self.lotSize
        var target = bytes.mutableSpan
        for place in 0..<6 {
            let word =
                switch place {
                case 0: lot.createdAt.milliseconds
                case 1: lot.availableAt?.milliseconds ?? 0
                case 2: lot.expiresAt?.milliseconds ?? 0
                case 3: lot.issued
                case 4: lot.remaining
                default: lot.held
                }
            for shift in 0..<8 {
                target[offset] = UInt8(truncatingIfNeeded: word >> Int64(shift * 8))
                offset += 1
            }
        }
    }

    /// The first lot that is below zero, or has more reserved than left; nil where there is none.
    var overdrawn: LedgerLot? {
        // Only what is asked about: it is done for each account of a commit.
        let span = bytes.span
        for place in 0..<count {
            let start = place * Self.lotSize
            let remaining = Int64(bitPattern: span.littleEndianWord(at: start + 32))
            let held = Int64(bitPattern: span.littleEndianWord(at: start + 40))
            if remaining < 0 || held < 0 || held > remaining { return self[place] }
        }
        return nil
    }

    /// When any points that are left end, ascending, each moment once.
    var endings: [Int64] {
        var moments: [Int64] = []
        let span = bytes.span
        for place in 0..<count {
            let start = place * Self.lotSize
            let at = Int64(bitPattern: span.littleEndianWord(at: start + 16))
            guard at != 0, Int64(bitPattern: span.littleEndianWord(at: start + 32)) > 0 else {
                continue
            }
            // They mostly come in their order.
            if let last = moments.last, at <= last {
                let next = moments.firstIndex { $0 >= at } ?? moments.count
                if moments[next] != at { moments.insert(at, at: next) }
            } else {
                moments.append(at)
            }
        }
        return moments
    }
}
