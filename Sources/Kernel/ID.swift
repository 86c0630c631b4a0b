/// What an identifier names; gives its text form a prefix so that ids of different kinds are never mixed up.
package protocol IDTag {
    /// The letters before the underscore, such as `cus`.
    static var prefix: String { get }
}

/// A customer: one person or company whose events are collected.
package enum Customer: IDTag { package static let prefix = "cus" }
/// A member of the workspace who signs in to the console.
package enum Member: IDTag { package static let prefix = "mem" }
/// A key by which a program calls the API.
package enum APIKey: IDTag { package static let prefix = "key" }
/// A merge of two customers.
package enum Merge: IDTag { package static let prefix = "mrg" }
/// One run of the models over all customers.
package enum ModelRun: IDTag { package static let prefix = "run" }
/// One effect of a decision on its way out.
package enum OutboxItem: IDTag { package static let prefix = "out" }
/// Somebody's task; not called Task, as Swift's own is.
package enum WorkTask: IDTag { package static let prefix = "tsk" }
/// Another system that is told by webhook.
package enum Receiver: IDTag { package static let prefix = "rcv" }
/// A code for a discount that one customer was given.
package enum Coupon: IDTag { package static let prefix = "cpn" }

/// An identifier of one kind of thing: a positive 64-bit number, shown as prefix and Crockford base32.
///
/// A customer's number is the log position of the event that created the customer, so replaying the
/// log gives the same ids (docs/decisions/0002). Other kinds are numbered by `IDGenerator`.
package struct ID<Tag: IDTag>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: Int64

    @inlinable
    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// `cus_0000000000001`: the prefix, an underscore and 13 digits of Crockford base32.
    package var description: String {
        // In one piece, as every decision and every link holds one.
        let prefix = Tag.prefix.utf8
        let bits = UInt64(bitPattern: rawValue)
        return String(unsafeUninitializedCapacity: prefix.count + 14) { buffer in
            var place = 0
            for byte in prefix {
                buffer[place] = byte
                place += 1
            }
            buffer[place] = UInt8(ascii: "_")
            for shift in stride(from: 60, through: 0, by: -5) {
                place += 1
                buffer[place] = crockfordDigit(Int(truncatingIfNeeded: bits >> UInt64(shift) & 31))
            }
            return place + 1
        }
    }

    /// Reads the text form; letters of either case, `o` as 0, `i` and `l` as 1. Nil for anything else.
    package init?(_ text: some StringProtocol) {
        let prefix = Tag.prefix + "_"
        guard text.hasPrefix(prefix) else { return nil }
        var bits: UInt64 = 0
        var digits = 0
        for byte in text.dropFirst(prefix.count).utf8 {
            guard let digit = crockfordValue(byte), bits >> 59 == 0 else { return nil }
            bits = bits << 5 | UInt64(digit)
            digits += 1
        }
        guard digits > 0, digits <= 13, bits <= UInt64(Int64.max) else { return nil }
        rawValue = Int64(bits)
    }
}

private func crockfordDigit(_ value: Int) -> UInt8 {
    let letters: StaticString = "0123456789abcdefghjkmnpqrstvwxyz"
    return letters.utf8Start[value]
}

private func crockfordValue(_ byte: UInt8) -> UInt8? {
    if (0x30...0x39).contains(byte) { return byte - 0x30 }
    guard byte >= 0x41 else { return nil }
    switch byte | 0x20 {
    case UInt8(ascii: "o"): return 0
    case UInt8(ascii: "i"), UInt8(ascii: "l"): return 1
    case UInt8(ascii: "a")...UInt8(ascii: "h"): return (byte | 0x20) - UInt8(ascii: "a") + 10
    case UInt8(ascii: "j"), UInt8(ascii: "k"): return (byte | 0x20) - UInt8(ascii: "j") + 18
    case UInt8(ascii: "m"), UInt8(ascii: "n"): return (byte | 0x20) - UInt8(ascii: "m") + 20
    case UInt8(ascii: "p")...UInt8(ascii: "t"): return (byte | 0x20) - UInt8(ascii: "p") + 22
    case UInt8(ascii: "v")...UInt8(ascii: "z"): return (byte | 0x20) - UInt8(ascii: "v") + 27
    default: return nil
    }
}

/// Numbers things by time: 41 bits of milliseconds since 2020, 10 of node, 12 of sequence.
package struct IDGenerator: Sendable {
    private static let epochMs: Int64 = 1_577_836_800_000
    private let node: Int64
    private var last: Int64 = 0

    /// - Parameter node: 0...1023; which of a company's nodes this is.
    package init(node: Int = 0) {
        precondition((0..<1024).contains(node), "a node number has 10 bits")
        self.node = Int64(node)
    }

    /// The next id; always above the one before, also when the clock steps back.
    package mutating func next<Tag>(_: Tag.Type, at now: Timestamp) -> ID<Tag> {
        let time = max(0, now.milliseconds - Self.epochMs)
        var slot = time << 12
        if slot <= last { slot = last + 1 }
        last = slot
        return ID(rawValue: (slot >> 12) << 22 | node << 12 | (slot & 0xFFF))
    }

    /// When an id was made, to the millisecond (later where many were made at once).
    package static func time<Tag>(of id: ID<Tag>) -> Timestamp {
        Timestamp(milliseconds: (id.rawValue >> 22) + epochMs)
    }
}
