import Kernel
import Testing

@testable import Messaging

@Suite struct QuotedPrintableTests {
    private func encoded(_ text: String) -> String {
        var writer = ByteWriter()
        let bytes = Array(text.utf8)
        writer.writeQuotedPrintable(bytes.span)
        return String(decoding: writer.take(), as: UTF8.self)
    }

    @Test(arguments: [
        ("", ""), ("plain", "plain"), ("a=b", "a=3Db"), ("é", "=C3=A9"),
        ("a\nb\rc\r\nd", "a\r\nb\r\nc\r\nd"), ("a \nb\t", "a=20\r\nb=09"), (" ", "=20"),
        (".", "=2E"), ("a\n.\n", "a\r\n=2E\r\n"), ("From me", "=46rom me"), ("Fromage", "Fromage"),
        ("a. From me", "a. From me"), ("\u{0}", "=00"), ("~\u{7F}", "~=7F"),
    ]) func `text is escaped where it must be`(text: String, expected: String) {
        #expect(encoded(text) == expected)
    }

    @Test func `lines have 76 bytes at most, and a character is in one of them whole`() {
        let words = String(repeating: "x", count: 75)
        #expect(encoded(words) == words)
        #expect(encoded(words + "y") == words + "=\r\ny")
        #expect(encoded(words + "\n") == words + "\r\n")
        let long = String(repeating: "x", count: 73)
        #expect(encoded(long + "é") == long + "=\r\n=C3=A9")
        #expect(encoded(words + ".") == words + "=\r\n=2E")
        #expect(encoded(words + " ") == words + "=\r\n=20")
        let before = String(repeating: "x", count: 74)
        #expect(encoded(before + " ") == before + "=\r\n=20")
    }

    @Test func `it decodes to what went in, whatever that was`() {
        for seed in 0..<400 {
            var random = SeededRandom(seed: UInt64(seed))
            let text = Samples.text(&random, pieces: Int(random.next() % 60))
            let coded = Array(encoded(text).utf8)
            for line in Samples.lines(coded) {
                #expect(line.utf8.count <= 76)
                #expect(!line.hasPrefix(".") && !line.hasPrefix("From "))
                #expect(!line.hasSuffix(" ") && !line.hasSuffix("\t"))
                #expect(!line.contains("=_"))
            }
            let bytes = TransferEncoding.quotedPrintable(coded.span)
            #expect(Samples.unified(bytes) == Samples.unified(Array(text.utf8)), "seed \(seed)")
        }
    }

    @Test func `bytes that aren't UTF-8 are carried over`() {
        for seed in 0..<200 {
            var random = SeededRandom(seed: UInt64(seed))
            let bytes = (0..<(random.next() % 300)).map { _ in
                let byte = UInt8(truncatingIfNeeded: random.next())
                return byte == 0x0A || byte == 0x0D ? 0x41 : byte
            }
            var writer = ByteWriter()
            writer.writeQuotedPrintable(bytes.span)
            #expect(TransferEncoding.quotedPrintable(writer.span) == bytes)
        }
    }

    @Test(arguments: 0...200) func `base64 decodes to what went in`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37) }
        var writer = ByteWriter()
        writer.writeBase64(bytes.span, lineBytes: 76)
        #expect(decodedBase64(writer.span) == bytes)
        #expect(Samples.lines(writer.bytes).allSatisfy { $0.utf8.count <= 76 })
    }
}
