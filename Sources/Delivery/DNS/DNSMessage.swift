import Messaging

/// A question or an answer of the DNS as bytes (RFC 1035 §4).
enum DNSMessage {
    static let bytesMax = 65_535
    /// What a server may send by UDP (RFC 6891); what is larger comes by TCP. Never in fragments on usual networks.
    static let datagramBytesMax = 1232
    /// Of a name, with its lengths (RFC 1035 §2.3.4).
    static let nameBytesMax = 255
    static let labelBytesMax = 63
    /// Pointers to follow in one name. Each leads further back, so that there is an end anyway.
    static let pointersMax = 64
    /// Aliases to follow in one answer.
    static let aliasesMax = 8
    static let recordsMax = 512

    /// Why bytes aren't a message.
    enum Problem: Error, Equatable {
        /// It ends in the middle.
        case short
        /// A name is too long, is written in a way that isn't known, or points in a circle.
        case name
        /// A record's data isn't what its kind has.
        case record
        case tooManyRecords
    }

    /// What a server says.
    struct Reply: Equatable {
        var isTruncated: Bool
        /// 0 for an answer, 3 where there is no such name.
        var code: UInt8
        /// In the order of the message, with the names they belong to.
        var records: [(name: String, type: UInt16, record: DNSRecord)]

        static func == (left: Self, right: Self) -> Bool {
            left.isTruncated == right.isTruncated && left.code == right.code
                && left.records.elementsEqual(right.records) {
                    $0.name == $1.name && $0.type == $1.type && $0.record == $1.record
                }
        }

        /// The answer to a question: what belongs to its name, or to the name that aliases lead to from it.
        func answer(to question: DNSQuestion) -> DNSAnswer {
            var name = question.name
            for _ in 0...DNSMessage.aliasesMax {
                let found = records.filter { $0.name == name && $0.type == question.kind.rawValue }
                if !found.isEmpty { return .found(found.map(\.record)) }
                let alias = records.first {
                    $0.name == name && $0.type == DNSQuestion.Kind.cname.rawValue
                }
                guard case .name(let next)? = alias?.record, question.kind != .cname else { break }
                name = next
            }
            return .none
        }
    }

    /// A question, to be answered with recursion. Nil where the name can't be one.
    static func query(_ question: DNSQuestion, id: UInt16) -> [UInt8]? {
        guard let name = encoded(question.name) else { return nil }
        var bytes: [UInt8] = []
        func append(_ value: UInt16) { bytes += [UInt8(value >> 8), UInt8(value & 0xFF)] }
        append(id)
        append(0x0100)  // Recursion desired.
        append(1)
        append(0)
        append(0)
        append(1)
        bytes += name
        append(question.kind.rawValue)
        append(1)  // The internet.
        // EDNS (RFC 6891 §6.1.2): the root's name, OPT, the size of a datagram, no flags, no options.
        bytes.append(0)
        append(41)
        append(UInt16(datagramBytesMax))
        append(0)
        append(0)
        append(0)
        return bytes
    }

    /// A name as labels with their lengths; nil where one is empty or too long, or has what isn't ASCII.
    private static func encoded(_ name: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for label in name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        {
            guard (1...labelBytesMax).contains(label.count),
                label.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { return nil }
            bytes.append(UInt8(label.count))
            bytes += label
        }
        bytes.append(0)
        return bytes.count <= nameBytesMax ? bytes : nil
    }

    /// Whether a message is the reply to a question: the number, and the question itself, are given back.
    ///
    /// - Throws: Where it is, but goes no further than that or can't be read.
    static func reply(
        _ bytes: [UInt8], to question: DNSQuestion, id: UInt16
    ) throws(Problem) -> Reply? {
        var reader = DNSReader(bytes)
        guard bytes.count >= 12, bytes.count <= bytesMax else { return nil }
        let given = try reader.number()
        let flags = try reader.number()
        let counts = [
            try reader.number(), try reader.number(), try reader.number(), try reader.number(),
        ]
        // A response to a standard query, with the one question that was asked.
        guard given == id, flags & 0x8000 != 0, flags & 0x7800 == 0, counts[0] == 1 else {
            return nil
        }
        // Who doesn't know the question's name doesn't answer it, whatever is wrong with theirs.
        guard let name = try? reader.name(), name == question.name else { return nil }
        guard try reader.number() == question.kind.rawValue, try reader.number() == 1 else {
            return nil
        }
        var reply = Reply(
            isTruncated: flags & 0x0200 != 0, code: UInt8(flags & 15), records: [])
        // What is cut off is asked for again by TCP, so that its records don't matter.
        if reply.isTruncated { return reply }
        guard counts[1] <= recordsMax else { throw .tooManyRecords }
        for _ in 0..<counts[1] {
            let name = try reader.name()
            let type = try reader.number()
            let isInternet = try reader.number() == 1
            try reader.skip(4)
            let length = Int(try reader.number())
            if let record = try reader.record(type, length: length), isInternet {
                reply.records.append((name, type, record))
            }
        }
        return reply
    }
}

/// Reads a message from its start on, never beyond its end.
struct DNSReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func skip(_ count: Int) throws(DNSMessage.Problem) {
        guard count <= bytes.count - place else { throw .short }
        place += count
    }

    mutating func number() throws(DNSMessage.Problem) -> UInt16 {
        guard bytes.count - place >= 2 else { throw .short }
        defer { place += 2 }
        return UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
    }

    /// A name in lower case, without a dot at its end; `""` for the root. Bytes that a name on paper can't have are
    /// written as `\DDD` (RFC 1035 §5.1).
    mutating func name() throws(DNSMessage.Problem) -> String {
        var text = ""
        var at = place
        var end: Int?
        // A pointer leads to before what was read so far, or it is refused: so none leads in a circle.
        var limit = place
        var pointerCount = 0
        var byteCount = 1
        while true {
            guard at < bytes.count else { throw .short }
            let length = Int(bytes[at])
            if length & 0xC0 == 0xC0 {
                guard at + 1 < bytes.count else { throw .short }
                let target = (length & 0x3F) << 8 | Int(bytes[at + 1])
                pointerCount += 1
                guard target < limit, pointerCount <= DNSMessage.pointersMax else { throw .name }
                end = end ?? at + 2
                limit = target
                at = target
                continue
            }
            guard length & 0xC0 == 0 else { throw .name }
            if length == 0 { break }
            byteCount += length + 1
            guard byteCount <= DNSMessage.nameBytesMax else { throw .name }
            guard at + length < bytes.count else { throw .short }
            if !text.isEmpty { text += "." }
            for byte in bytes[(at + 1)...(at + length)] { Self.append(byte, to: &text) }
            at += length + 1
        }
        place = end ?? at + 1
        return text
    }

    private static func append(_ byte: UInt8, to text: inout String) {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            text.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
        case UInt8(ascii: "."), UInt8(ascii: "\\"):
            text += "\\"
            text.unicodeScalars.append(Unicode.Scalar(byte))
        case 0x21...0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
        default:
            let digits = String(byte)
            text += "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
        }
    }

    /// A record's data, wholly read; nil for a kind that isn't asked for.
    mutating func record(_ type: UInt16, length: Int) throws(DNSMessage.Problem) -> DNSRecord? {
        guard length <= bytes.count - place else { throw .short }
        let end = place + length
        guard let kind = DNSQuestion.Kind(rawValue: type) else {
            place = end
            return nil
        }
        let record: DNSRecord
        switch kind {
        case .a:
            guard length == 4 else { throw .record }
            record = .address(bytes[place..<end].map { String($0) }.joined(separator: "."))
            place = end
        case .aaaa:
            guard length == 16 else { throw .record }
            var groups: [String] = []
            for _ in 0..<8 { groups.append(String(try number(), radix: 16)) }
            record = .address(groups.joined(separator: ":"))
        case .cname, .ptr: record = .name(try name())
        case .mx:
            let preference = Int(try number())
            record = .mailHost(preference: preference, host: try name())
        case .txt: record = .text(try strings(until: end))
        }
        guard place == end else { throw .record }
        return record
    }

    /// The strings of a TXT record, put together.
    private mutating func strings(until end: Int) throws(DNSMessage.Problem) -> String {
        var text: [UInt8] = []
        while place < end {
            let length = Int(bytes[place])
            guard length < end - place else { throw .record }
            text += bytes[(place + 1)..<(place + 1 + length)]
            place += 1 + length
        }
        return String(decoding: text, as: UTF8.self)
    }
}
