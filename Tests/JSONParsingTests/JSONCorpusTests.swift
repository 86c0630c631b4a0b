import JSONParsing
import Testing

/// Documents of our own that are JSON, or aren't, with the first offset at which that is known.
struct JSONCorpusTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let reason: JSONError.Reason
        let offset: Int

        init(_ text: String, _ reason: JSONError.Reason, _ offset: Int) {
            bytes = Array(text.utf8)
            self.reason = reason
            self.offset = offset
        }

        /// A string of raw bytes between quotes.
        init(string bytes: [UInt8], _ reason: JSONError.Reason, _ offset: Int) {
            self.bytes = [0x22] + bytes + [0x22]
            self.reason = reason
            self.offset = offset
        }

        var testDescription: String { String(decoding: bytes.prefix(40), as: UTF8.self) }
    }

    @Test(arguments: [
        "0", "-0", "1", "-1", "10", "1.0", "1.25", "-0.1", "1e5", "1E5", "1e+5", "1E-5", "0e0",
        "0.0e-0", "1234567890123456789012345678901234567890", "1e400", "-1e-400", "0.1e00002",
        "true", "false", "null", " true", "true ", "\t\r\n null \n", "\"\"", "\"a\"", "\" \"",
        #""\"""#, #""\\""#, #""\/""#, #""\b\f\n\r\t""#, #""\u0000""#, #""\u007f""#, #""\uFFFF""#,
        #""\ud83d\ude00""#, #""\uD834\uDD1E""#, #""\udbff\udfff""#, #""\ud800\udc00""#,
        #""\u0041\u00e9""#, #""a\\u0041""#, "\"\u{7F}\"", "\"\u{80}\"", "\"\u{7FF}\"",
        "\"\u{800}\"", "\"\u{D7FF}\"", "\"\u{E000}\"", "\"\u{FFFD}\"", "\"\u{FFFF}\"",
        "\"\u{10000}\"", "\"\u{10FFFF}\"", "\"\u{FEFF}\"", "\"\u{2028}\u{2029}\"",
        "\"Ω≈ç√∫˜µ≤≥÷\"", "\"田中さんにあげて下さい\"", "\"👩‍👩‍👧‍👦\"", "\"ثم نفس سقطت\"", "\"1;DROP TABLE users\"",
        "\"<script>alert(0)</script>\"", "\"${7*7}\"", "\"e\u{301}\u{301}\u{301}\"",
        "[]", "[ ]", "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[[],[]]", "[{}]", "[null,true,false]",
        "{}", "{ }", #"{"a":1}"#, #"{ "a" : 1 , "b" : 2 }"#, #"{"a":{}}"#, #"{"a":[{"b":[]}]}"#,
        #"{"":0}"#, #"{"a":1,"a":2}"#, #"{"\u0061":1}"#, #"{"__proto__":null}"#,
        #"{"a":"12345678","b":"1234567","c":"123456789"}"#, "[\"\",\"\"]", "[1\n]", "{\"a\"\n:\n1}",
    ])
    func `Takes what RFC 8259 allows`(text: String) throws {
        let bytes = Array(text.utf8)

        let value = try JSONReader.document(bytes.span)

        let spaces: [UInt8] = [0x20, 0x09, 0x0D, 0x0A]
        let first = bytes.firstIndex { !spaces.contains($0) }
        let last = bytes.lastIndex { !spaces.contains($0) }
        #expect(value.range.lowerBound == first)
        #expect(value.range.upperBound - 1 == last)
    }

    @Test(arguments: [
        Refused("", .unexpectedEnd, 0), Refused("   ", .unexpectedEnd, 3),
        Refused("[", .unexpectedEnd, 1), Refused("{", .unexpectedEnd, 1),
        Refused("[1", .unexpectedEnd, 2), Refused("[1,", .unexpectedEnd, 3),
        Refused("{\"a\"", .unexpectedEnd, 4), Refused("{\"a\":", .unexpectedEnd, 5),
        Refused("{\"a\":1", .unexpectedEnd, 6), Refused("{\"a\":1,", .unexpectedEnd, 7),
        Refused("\"", .unexpectedEnd, 1), Refused("\"abc", .unexpectedEnd, 4),
        Refused("\"abcdefghijk", .unexpectedEnd, 12), Refused("\"\\", .unexpectedEnd, 2),
        Refused("-", .unexpectedEnd, 1), Refused("1.", .unexpectedEnd, 2),
        Refused("1e", .unexpectedEnd, 2), Refused("1e+", .unexpectedEnd, 3),
        Refused("tru", .unexpectedEnd, 3), Refused("n", .unexpectedEnd, 1),
        Refused("]", .unexpectedByte, 0), Refused("}", .unexpectedByte, 0),
        Refused(",", .unexpectedByte, 0), Refused("[,1]", .unexpectedByte, 1),
        Refused("[1,]", .unexpectedByte, 3), Refused("[1,,2]", .unexpectedByte, 3),
        Refused("[1 2]", .unexpectedByte, 3), Refused("[1}", .unexpectedByte, 2),
        Refused("{\"a\":1]", .unexpectedByte, 6), Refused("{\"a\":1,}", .unexpectedByte, 7),
        Refused("{,}", .unexpectedByte, 1), Refused("{\"a\",1}", .unexpectedByte, 4),
        Refused("{\"a\" 1}", .unexpectedByte, 5), Refused("{\"a\"::1}", .unexpectedByte, 5),
        Refused("{a:1}", .unexpectedByte, 1), Refused("{1:1}", .unexpectedByte, 1),
        Refused("{'a':1}", .unexpectedByte, 1), Refused("{[]:1}", .unexpectedByte, 1),
        Refused("{\"a\":1 \"b\":2}", .unexpectedByte, 7), Refused("'a'", .unexpectedByte, 0),
        Refused("[1]]", .trailingBytes, 3), Refused("1 2", .trailingBytes, 2),
        Refused("{}{}", .trailingBytes, 2), Refused("[] // note", .trailingBytes, 3),
        Refused("null\0", .trailingBytes, 4), Refused("1,", .trailingBytes, 1),
        Refused("/* a */ 1", .unexpectedByte, 0), Refused("\0", .unexpectedByte, 0),
        Refused("\u{B}1", .unexpectedByte, 0), Refused("\u{A0}1", .unexpectedByte, 0),
        Refused("\u{FEFF}{}", .byteOrderMark, 0), Refused("[\u{FEFF}1]", .unexpectedByte, 1),
        Refused("01", .badNumber, 0), Refused("-01", .badNumber, 0), Refused("00", .badNumber, 0),
        Refused("+1", .badNumber, 0), Refused(".5", .badNumber, 0), Refused("-a", .badNumber, 0),
        Refused("1.a", .badNumber, 0), Refused("1.e5", .badNumber, 0),
        Refused("[1ea]", .badNumber, 1), Refused("[1e+]", .badNumber, 1),
        Refused("[-]", .badNumber, 1), Refused("-Infinity", .badNumber, 0),
        Refused("1a", .trailingBytes, 1), Refused("0x1", .trailingBytes, 1),
        Refused("1_000", .trailingBytes, 1), Refused("1.2.3", .trailingBytes, 3),
        Refused("[1.2.3]", .unexpectedByte, 4), Refused("1e5.5", .trailingBytes, 3),
        Refused("NaN", .badLiteral, 0), Refused("Infinity", .badLiteral, 0),
        Refused("True", .badLiteral, 0), Refused("nul1", .badLiteral, 0),
        Refused("[undefined]", .badLiteral, 1), Refused("truth", .badLiteral, 0),
        Refused("truee", .trailingBytes, 4),
        Refused("\"\n\"", .controlCharacter, 1), Refused("\"a\tb\"", .controlCharacter, 2),
        Refused("\"\0\"", .controlCharacter, 1),
        Refused("\"12345678\u{1F}\"", .controlCharacter, 9),
        Refused(#""\x41""#, .badEscape, 1), Refused(#""\a""#, .badEscape, 1),
        Refused(#""\'""#, .badEscape, 1), Refused(#""\u""#, .badEscape, 1),
        Refused(#""\u00""#, .badEscape, 1), Refused(#""\u00g0""#, .badEscape, 1),
        Refused(#""\U0041""#, .badEscape, 1), Refused("\"\\\u{7F}\"", .badEscape, 1),
        Refused(#""\ud800""#, .loneSurrogate, 1), Refused(#""\udc00""#, .loneSurrogate, 1),
        Refused(#""\ud800\ud800""#, .loneSurrogate, 1), Refused(#""\ud800a""#, .loneSurrogate, 1),
        Refused(#""\ud800\n""#, .loneSurrogate, 1), Refused(#""\ud800\u0041""#, .loneSurrogate, 1),
        Refused(#""ab\udfff\ud800""#, .loneSurrogate, 3), Refused(#""\ud800\u12""#, .badEscape, 7),
        // UTF-8 as in Markus Kuhn's decoder stress test: 3.1 continuation bytes, 3.2 lonely leads,
        // 3.3 incomplete, 3.5 impossible, 4.1–4.2 overlong, 5.1 surrogates, 2.2.4 too high.
        Refused(string: [0x80], .badUTF8, 1), Refused(string: [0xBF], .badUTF8, 1),
        Refused(string: [0x61, 0x80], .badUTF8, 2), Refused(string: [0xC2], .badUTF8, 1),
        Refused(string: [0xC2, 0x20], .badUTF8, 1), Refused(string: [0xE1, 0x80], .badUTF8, 1),
        Refused(string: [0xE1, 0x80, 0x20], .badUTF8, 1),
        Refused(string: [0xF1, 0x80, 0x80], .badUTF8, 1),
        Refused(string: [0xF1, 0x80, 0x20, 0x80], .badUTF8, 1),
        Refused(string: [0xFE], .badUTF8, 1), Refused(string: [0xFF], .badUTF8, 1),
        Refused(string: [0xC0, 0xAF], .badUTF8, 1), Refused(string: [0xC1, 0xBF], .badUTF8, 1),
        Refused(string: [0xE0, 0x80, 0xAF], .badUTF8, 1),
        Refused(string: [0xE0, 0x9F, 0xBF], .badUTF8, 1),
        Refused(string: [0xF0, 0x80, 0x80, 0xAF], .badUTF8, 1),
        Refused(string: [0xF0, 0x8F, 0xBF, 0xBF], .badUTF8, 1),
        Refused(string: [0xED, 0xA0, 0x80], .badUTF8, 1),
        Refused(string: [0xED, 0xBF, 0xBF], .badUTF8, 1),
        Refused(string: [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80], .badUTF8, 1),
        Refused(string: [0xF4, 0x90, 0x80, 0x80], .badUTF8, 1),
        Refused(string: [0xF5, 0x80, 0x80, 0x80], .badUTF8, 1),
        Refused(string: [0xF8, 0x88, 0x80, 0x80, 0x80], .badUTF8, 1),
    ])
    func `Refuses what it doesn't, at the first wrong byte`(refused: Refused) throws {
        let error = try #require(throws: JSONError.self) {
            try JSONReader.document(refused.bytes.span)
        }

        #expect(error == JSONError(refused.reason, at: refused.offset))
    }

    @Test(arguments: [
        ("{\"a\":x}", "$.a"),
        (
            "{\"batch\":[{},{},{},{\"properties\":{\"total\":01}}]}",
            "$.batch[3].properties.total"
        ),
        ("[1,2,x]", "$[2]"), ("{\"a\":[1,[2,{\"b c\":+}]]}", "$.a[1][1][\"b c\"]"),
        ("{\"a\":1,\"b\":\"\u{1}\"}", "$.b"), ("{\"a\":1,\"b\u{1}\":2}", "$"),
        ("{\"a\":{\"b\":1},}", "$"), ("", "$"), ("{\"a\\\"}\":{\"b\":tru", "$[\"a\\\"}\"].b"),
        ("[[1],[1,2", "$[1][1]"), ("{\"\\u0061b\":x}", "$.ab"),
    ])
    func `Says the path of an error`(text: String, path: String) throws {
        let bytes = Array(text.utf8)
        let error = try #require(throws: JSONError.self) { try JSONReader.document(bytes.span) }

        #expect(error.path(in: bytes.span) == path)
    }

    @Test(arguments: ["[", "{\"a\":"])
    func `Takes containers to the limit of depth and not one more`(opening: String) throws {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                (String(repeating: opening, count: depth) + "1"
                    + String(repeating: closing, count: depth)).utf8)
        }

        let deepest = nested(JSONReader.depthMax)
        #expect(try JSONReader.document(deepest.span).range.count == deepest.count)
        let tooDeep = nested(JSONReader.depthMax + 1)
        let error = try #require(throws: JSONError.self) { try JSONReader.document(tooDeep.span) }
        #expect(error == JSONError(.tooDeep, at: JSONReader.depthMax * opening.utf8.count))
    }

    @Test func `Counts the containers that the caller entered as depth`() throws {
        let inner = JSONReader.depthMax
        let text =
            "[" + String(repeating: "[", count: inner) + String(repeating: "]", count: inner) + "]"
        let bytes = Array(text.utf8)
        var reader = JSONReader(bytes.span)
        try reader.beginArray()
        #expect(try reader.nextElement())
        do {
            _ = try reader.readValue()
            Issue.record("65 levels were taken")
        } catch {
            #expect(error == JSONError(.tooDeep, at: JSONReader.depthMax))
        }
    }

    @Test func `A million opening brackets end in an error, not in a crash`() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        let error = try #require(throws: JSONError.self) { try JSONReader.document(bytes.span) }
        #expect(error.reason == .tooDeep)
        #expect(error.path(in: bytes.span).hasPrefix("$[0][0]"))
    }
}
