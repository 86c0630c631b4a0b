import JSONParsing
import Kernel
import Testing

struct JSONWriterTests {
    @Test func `Puts commas between members and elements only`() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("a")
        writer.beginArray()
        writer.number(1)
        writer.beginObject()
        writer.endObject()
        writer.boolean(true)
        writer.null()
        writer.endArray()
        writer.member("b", "x")
        writer.member("c", false)
        writer.key("d")
        writer.raw(Array("[9]".utf8).span)
        writer.endObject()
        #expect(writer.text == #"{"a":[1,{},true,null],"b":"x","c":false,"d":[9]}"#)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("a\"b", #""a\"b""#), ("\\", #""\\""#),
        ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#), ("\0\u{1F}", #""\u0000\u001f""#), ("é😀", "\"é😀\""),
        ("\"\"", #""\"\"""#), ("/", "\"/\""),
    ])
    func `Escapes what must be escaped`(text: String, expected: String) {
        var writer = JSONWriter()
        writer.string(text)
        #expect(writer.text == expected)
    }

    @Test(arguments: [
        (Int64.min, "-9223372036854775808"), (.max, "9223372036854775807"), (0, "0"), (-10, "-10"),
        (100, "100"),
    ])
    func `Writes integers`(value: Int64, expected: String) {
        var writer = JSONWriter()
        writer.number(value)
        #expect(writer.text == expected)
    }

    @Test(arguments: [
        (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1e300, "1e+300"), (.infinity, "null"),
        (.nan, "null"),
    ])
    func `Writes doubles, and null for what JSON has no number for`(value: Double, expected: String)
    {
        var writer = JSONWriter()
        writer.number(value)
        #expect(writer.text == expected)
    }

    @Test(arguments: [
        (1234, 2, "12.34"), (5, 2, "0.05"), (-5, 2, "-0.05"), (0, 2, "0.00"), (1234, 0, "1234"),
        (1, 3, "0.001"), (Int64.min, 2, "-92233720368547758.08"),
    ])
    func `Writes minor units as decimals`(minor: Int64, digits: Int, expected: String) {
        var writer = JSONWriter()
        writer.decimal(minor: minor, digits: digits)
        #expect(writer.text == expected)
    }

    @Test(arguments: 0..<50)
    func `What is written reads back the same`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<40 {
            let value = Sample.random(&random, depth: 0)
            var writer = JSONWriter()
            value.write(to: &writer)

            let bytes = writer.bytes
            #expect(try JSONReader.document(bytes.span).range == 0..<bytes.count)
            var reader = JSONReader(bytes.span)
            #expect(try Sample(reading: &reader) == value)
            try reader.finish()
        }
    }

    @Test(arguments: 0..<50)
    func `Damaged documents give a value or an error, and the same one both ways`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            var writer = JSONWriter()
            Sample.random(&random, depth: 0).write(to: &writer)
            var bytes = writer.bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch random.next() % 3 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                default: bytes.removeSubrange(place...)
                }
                if bytes.isEmpty { break }
            }

            let whole = Result { try JSONReader.document(bytes.span).kind }
            let pieces = Result {
                var reader = JSONReader(bytes.span)
                _ = try Sample(reading: &reader)
                try reader.finish()
            }

            switch (whole, pieces) {
            case (.success, .success): break
            case (.failure(let first), .failure(let second)):
                #expect(first as? JSONError == second as? JSONError)
                #expect((first as? JSONError)?.path(in: bytes.span).hasPrefix("$") == true)
            default: Issue.record("the two readings of \(bytes) disagree")
            }
        }
    }
}

/// A JSON value for tests.
private indirect enum Sample: Equatable {
    case object([String], [Sample])
    case array([Sample])
    case string(String)
    case number(String)
    case boolean(Bool)
    case null

    static func random(_ random: inout SeededRandom, depth: Int) -> Sample {
        switch random.next() % (depth < 6 ? 8 : 5) {
        case 0: return .null
        case 1: return .boolean(random.next() % 2 == 0)
        case 2: return .number(String(Int64(bitPattern: random.next())))
        case 3: return .number((random.unit() * 1e6 - 5e5).description)
        case 4: return .string(text(&random))
        case 5: return .string(text(&random))
        case 6:
            return .array((0..<random.next() % 5).map { _ in .random(&random, depth: depth + 1) })
        default:
            let count = random.next() % 5
            return .object(
                (0..<count).map { _ in text(&random) },
                (0..<count).map { _ in .random(&random, depth: depth + 1) })
        }
    }

    private static func text(_ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<random.next() % 20 {
            let limits: [UInt32] = [0x20, 0x7F, 0x7F, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF]
            let limit = limits[Int(random.next() % 7)]
            let scalar = Unicode.Scalar(UInt32(random.next() % UInt64(limit + 1)))
            text.unicodeScalars.append(scalar ?? "\u{FFFD}")
        }
        return text
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .object(let names, let values):
            writer.beginObject()
            for (name, value) in zip(names, values) {
                writer.key(name)
                value.write(to: &writer)
            }
            writer.endObject()
        case .array(let values):
            writer.beginArray()
            for value in values { value.write(to: &writer) }
            writer.endArray()
        case .string(let text): writer.string(text)
        case .number(let text): writer.raw(text.utf8Span.span)
        case .boolean(let value): writer.boolean(value)
        case .null: writer.null()
        }
    }

    init(reading reader: inout JSONReader) throws {
        switch try reader.peekKind() {
        case .object:
            var names: [String] = []
            var values: [Sample] = []
            try reader.beginObject()
            while let key = try reader.nextKey() {
                names.append(key.text(in: reader.bytes))
                values.append(try Sample(reading: &reader))
            }
            self = .object(names, values)
        case .array:
            var values: [Sample] = []
            try reader.beginArray()
            while try reader.nextElement() { values.append(try Sample(reading: &reader)) }
            self = .array(values)
        case .string: self = .string(try reader.readValue().text(in: reader.bytes))
        case .number: self = .number(try reader.readValue().text(in: reader.bytes))
        case .boolean:
            self = .boolean(try reader.readValue().boolean(in: reader.bytes) ?? false)
        case .null:
            _ = try reader.readValue()
            self = .null
        }
    }
}
