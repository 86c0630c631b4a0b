import JSONParsing
import Testing

struct JSONReaderTests {
    @Test func `Gives an object's members with kinds and exact text`() throws {
        let bytes = Array(
            #" {"s":"a\u00e9\n","n":-1.50e+2,"t":true,"f":false,"z":null,"o":{"x":[1]},"a":[ ]} "#
                .utf8)
        var reader = JSONReader(bytes.span)
        var seen: [String] = []

        try reader.beginObject()
        while let key = try reader.nextKey() {
            let value = try reader.readValue()
            seen.append(
                "\(key.text(in: bytes.span)) \(value.kind) \(value.text(in: bytes.span))")
        }
        try reader.finish()

        #expect(
            seen == [
                "s string aé\n", "n number -1.50e+2", "t boolean true", "f boolean false",
                "z null null", "o object {\"x\":[1]}", "a array [ ]",
            ])
    }

    @Test func `Goes into nested containers and comes back`() throws {
        let bytes = Array(#"{"a":[1,{"b":[]},[2]],"c":3}"#.utf8)
        var reader = JSONReader(bytes.span)
        try reader.beginObject()
        #expect(try reader.nextKey()?.text(in: bytes.span) == "a")
        try reader.beginArray()
        #expect(try reader.nextElement())
        #expect(try reader.readValue().text(in: bytes.span) == "1")
        #expect(try reader.nextElement())
        try reader.beginObject()
        #expect(try reader.nextKey()?.text(in: bytes.span) == "b")
        try reader.beginArray()
        #expect(try !reader.nextElement())
        #expect(try reader.nextKey() == nil)
        #expect(try reader.nextElement())
        #expect(try reader.peekKind() == .array)
        #expect(try reader.readValue().text(in: bytes.span) == "[2]")
        #expect(try !reader.nextElement())
        #expect(try reader.nextKey()?.text(in: bytes.span) == "c")
        #expect(try reader.readValue().kind == .number)
        #expect(try reader.nextKey() == nil)
        try reader.finish()
    }

    @Test(arguments: ["{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":1}", "{\"a\":1;}", "{\"a\":1]"])
    func `Member by member it refuses what it refuses as a whole`(text: String) {
        let bytes = Array(text.utf8)
        func whole() throws { _ = try JSONReader.document(bytes.span) }
        func members() throws {
            var reader = JSONReader(bytes.span)
            try reader.beginObject()
            while try reader.nextKey() != nil { _ = try reader.readValue() }
        }
        let first = #expect(throws: JSONError.self) { try whole() }
        let second = #expect(throws: JSONError.self) { try members() }
        #expect(first == second)
    }

    @Test func `Refuses another kind of container than asked for`() {
        let bytes = Array("[1]".utf8)
        let error = #expect(throws: JSONError.self) {
            var reader = JSONReader(bytes.span)
            try reader.beginObject()
        }
        #expect(error == JSONError(.wrongKind, at: 0))
    }

    @Test(
        arguments: [
            (#"{"a":1,"b":2,"a":3}"#, "a", "3"), (#"{"\u0061":1}"#, "a", "1"),
            (#"{"aa":1,"b":{"a":2}}"#, "a", nil), (#"{"a":null}"#, "a", "null"), ("", "a", nil),
            (#"{"é":"x"}"#, "é", "x"), ("{}", "", nil), (#"{"":5}"#, "", "5"),
        ] as [(String, String, String?)])
    func `Finds a member, the last of several`(text: String, name: String, expected: String?) throws
    {
        let bytes = Array(text.utf8)
        let found = try JSONLookup.member(named: name, in: bytes.span)
        #expect(found?.text(in: bytes.span) == expected)
    }

    @Test(
        arguments: [
            (["page", "url"], "u"), (["page"], "{\"url\":\"u\",\"n\":{\"m\":7}}"),
            (["page", "n", "m"], "7"),
            (["page", "none"], nil), (["page", "url", "x"], nil), ([], nil),
            (["none", "url"], nil),
        ] as [([String], String?)])
    func `Follows a path of names`(path: [String], expected: String?) throws {
        let bytes = Array(#"{"a":1,"page":{"url":"u","n":{"m":7}}}"#.utf8)
        #expect(try JSONLookup.value(at: path, in: bytes.span)?.text(in: bytes.span) == expected)
    }

    @Test func `Look-ups in damaged bytes throw`() {
        let bytes = Array(#"{"a":1"#.utf8)
        #expect(throws: JSONError(.unexpectedEnd, at: 6)) {
            try JSONLookup.member(named: "a", in: bytes.span)
        }
    }
}
