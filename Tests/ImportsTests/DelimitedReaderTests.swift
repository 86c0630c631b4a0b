import Kernel
import Testing

@testable import Imports

struct DelimitedReaderTests {
    static let table: [(text: String, rows: [[String]])] = [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,2", [["a", "b"], ["1", "2"]]),
        ("a,b\n1,", [["a", "b"], ["1", ""]]),
        (",\n,,\n", [["", ""], ["", "", ""]]),
        ("a\n\n\r\n  \nb\n", [["a"], ["b"]]),
        ("\"\"\nb\n", [[""], ["b"]]),
        ("\"a,b\",c\n", [["a,b", "c"]]),
        ("\"a\nb\r\nc\",d\n", [["a\nb\r\nc", "d"]]),
        ("\"say \"\"hi\"\"\",\"\"\"\"\n", [["say \"hi\"", "\""]]),
        ("a \"quoted\" word,5\" pipe\n", [["a \"quoted\" word", "5\" pipe"]]),
        ("a, \"b, c\"\n", [["a", "b, c"]]),
        (" a ,  b\n", [[" a ", "  b"]]),
        ("\"a\"b,c\nd,e\n", [["text_after_quote"], ["d", "e"]]),
        ("a,\"open\nb,c\nd,e\n", [["unclosed_quote"], ["b", "c"], ["d", "e"]]),
        ("a,b\n\"open", [["a", "b"], ["unclosed_quote"]]),
        ("\"{\"\"k\"\": 1}\",x\n", [["{\"k\": 1}", "x"]]),
        ("é,ü\n", [["é", "ü"]]),
        ("", []),
        ("\n\n", []),
    ]

    @Test(arguments: table.indices)
    func `text is read as its rows however it is cut`(_ index: Int) {
        let (text, expected) = Self.table[index]
        for piece in [1, 2, 3, 5, 100] { #expect(rows(text, piece: piece) == expected) }
    }

    @Test func `other delimiters work as the comma does`() {
        #expect(rows("a;b,c\n", delimiter: ";") == [["a", "b,c"]])
        #expect(rows("a\t\"b\tc\"\n", delimiter: "\t") == [["a", "b\tc"]])
        #expect(rows("a||c\n", delimiter: "|") == [["a", "", "c"]])
    }

    @Test func `bytes that are not UTF-8 cost their row only`() {
        let bytes: [UInt8] = Array("a,caf".utf8) + [0xE9] + Array("\nb,c\n".utf8)
        #expect(rows(bytes) == [["invalid_utf8"], ["b", "c"]])
        #expect(RejectionCode.invalidUTF8.readingMessage.contains("Latin-1"))
    }

    @Test func `a row of exactly the limit is read and one byte more is not`() {
        let full = String(repeating: "x", count: ImportLimits.rowBytesMax)
        #expect(rows(full + "\na\n") == [[full], ["a"]])
        #expect(rows(full + "x\na\n") == [["row_too_long"], ["a"]])
        #expect(rows(full + "x\na\n", piece: 4 << 20) == [["row_too_long"], ["a"]])
        #expect(rows(full + "x") == [["row_too_long"]])
        #expect(rows("\"" + full + "\"\na\n") == [["unclosed_quote"], ["a"]])
    }

    @Test func `a row has at most the limit of fields`() {
        let full = String(repeating: ",", count: ImportLimits.fieldsMax - 1)
        #expect(rows(full + "\n").first?.count == ImportLimits.fieldsMax)
        #expect(rows(full + ",\na,b\n") == [["too_many_fields"], ["a", "b"]])
    }

    @Test func `rows that were written are read again`() {
        let alphabet = Array(",;\"\n\r ab é\t|")
        for seed in 0..<300 {
            var random = SeededRandom(seed: UInt64(seed))
            let table = (0..<(1 + Int(random.next() % 5))).map { _ in
                ["x"]
                    + (0..<(1 + Int(random.next() % 4))).map { _ in
                        String(
                            (0..<Int(random.next() % 6)).map { _ in
                                alphabet[Int(random.next() % UInt64(alphabet.count))]
                            })
                    }
            }
            let text = table.map { row in
                row.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }
                    .joined(separator: ",")
            }.joined(separator: seed % 2 == 0 ? "\n" : "\r\n")
            #expect(rows(text, piece: 1 + seed % 7) == table)
        }
    }

    @Test func `the delimiter is the header's most frequent`() throws {
        for (header, expected) in [
            ("a,b,c;d\n", ","), ("a;b;c,d\n", ";"), ("a\tb\tc\n", "\t"), ("a|b\n", "|"),
            ("\"a,b,c\";d\n", ";"), ("alone\n", ","),
        ] {
            let format = try InputFormat.detect(Array(header.utf8).span, isComplete: true)
            #expect(format == .delimited(by: Array(expected.utf8)[0], headBytes: 0))
        }
    }

    @Test func `formats are told by their first bytes`() throws {
        func detect(_ bytes: [UInt8]) throws(ImportFailure) -> InputFormat? {
            try InputFormat.detect(bytes.span, isComplete: true)
        }
        #expect(try detect([0x1F, 0x8B, 8, 0, 0, 0]) == .gzip)
        #expect(try detect(Array(" {\"a\":1}".utf8)) == .jsonLines)
        #expect(
            try detect([0xEF, 0xBB, 0xBF] + Array("a,b\n".utf8))
                == .delimited(by: 0x2C, headBytes: 3))
        #expect(
            try detect(Array("sep=;\na;b\n".utf8)) == .delimited(by: 0x3B, headBytes: 5))
        for bytes: [UInt8] in [
            [0x50, 0x4B, 3, 4], [0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61],
            [0x61, 0, 0x2C, 0, 0x62, 0], [0, 0x61, 0, 0x2C, 0, 0x62],
            Array("[{\"a\":1}]".utf8), Array("PAR1abcd".utf8), [0x28, 0xB5, 0x2F, 0xFD],
        ] {
            #expect {
                try detect(bytes)
            } throws: {
                guard case ImportFailure.unsupportedFormat = $0 else { return false }
                return true
            }
        }
        #expect(throws: ImportFailure.emptyFile) { try detect([]) }
        #expect(throws: ImportFailure.emptyFile) { try detect(Array(" \n\n".utf8)) }
    }
}
