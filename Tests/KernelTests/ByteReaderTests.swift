import Kernel
import Testing

struct ByteReaderTests {
    @Test(arguments: 0..<20)
    func `Values read back as they were written`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let numbers =
            (0..<100).map { _ in random.next() >> (random.next() % 64) }
            + [0, 127, 128, 16383, 16384, .max]
        var writer = ByteWriter()
        for number in numbers {
            writer.writeVarint(number)
            writer.writeSigned(Int64(bitPattern: number))
            writer.writeFixed(number)
            writer.writeFixed(UInt32(truncatingIfNeeded: number))
            writer.writeDouble(Double(bitPattern: number))
            writer.writeByte(UInt8(truncatingIfNeeded: number))
            writer.writeCounted("é\(number)")
        }
        let bytes = writer.bytes
        var reader = ByteReader(bytes.span)
        for number in numbers {
            #expect(try reader.readVarint() == number)
            #expect(try reader.readSigned() == Int64(bitPattern: number))
            #expect(try reader.readFixed64() == number)
            #expect(try reader.readFixed32() == UInt32(truncatingIfNeeded: number))
            #expect(try reader.readDouble().bitPattern == number)
            #expect(try reader.readByte() == UInt8(truncatingIfNeeded: number))
            #expect(try reader.readCountedString() == "é\(number)")
        }
        let isAtEnd = reader.isAtEnd
        #expect(isAtEnd)
    }

    private func read<Value>(
        _ bytes: [UInt8], _ body: (inout ByteReader) throws(ByteReader.Damaged) -> Value
    ) -> Int? {
        var reader = ByteReader(bytes.span)
        do throws(ByteReader.Damaged) {
            _ = try body(&reader)
            return nil
        } catch {
            return error.offset
        }
    }

    @Test func `Every read finds the end of the bytes`() {
        #expect(read([]) { (r) throws(ByteReader.Damaged) in try r.readByte() } == 0)
        let seven = [UInt8](repeating: 0, count: 7)
        #expect(read(seven) { (r) throws(ByteReader.Damaged) in try r.readFixed64() } == 0)
        #expect(
            read([0, 0, 0]) { (r) throws(ByteReader.Damaged) in try r.readFixed32() } == 0)
        #expect(read([0x80, 0x80]) { (r) throws(ByteReader.Damaged) in try r.readVarint() } == 2)
        #expect(
            read([3, 1, 2]) { (r) throws(ByteReader.Damaged) in try r.readCountedRange() } == 1)
    }

    @Test func `Impossible values are damage`() {
        let max = [UInt8](repeating: 0xFF, count: 9) + [1]
        #expect(read(max) { (r) throws(ByteReader.Damaged) in try r.readVarint() } == nil)
        let tooHigh = [UInt8](repeating: 0xFF, count: 9) + [2]
        #expect(read(tooHigh) { (r) throws(ByteReader.Damaged) in try r.readVarint() } != nil)
        let tooLong = [UInt8](repeating: 0x80, count: 10) + [0]
        #expect(read(tooLong) { (r) throws(ByteReader.Damaged) in try r.readVarint() } != nil)
        let count = max + [0]
        #expect(
            read(count) { (r) throws(ByteReader.Damaged) in try r.readCountedRange() } != nil)
        #expect(
            read([1, 0xFF]) { (r) throws(ByteReader.Damaged) in try r.readCountedString() } == 1)
    }

    @Test func `What is cut back is gone`() {
        var writer = ByteWriter()
        writer.writeRaw("abc")
        writer.truncate(to: 1)
        writer.writeRaw("d")
        #expect(writer.bytes == Array("ad".utf8))
    }

    @Test(arguments: [0, 1, 127, 128, 16_383, 16_384, 40_000])
    func `A count that is written afterwards reads back`(count: Int) throws {
        var writer = ByteWriter()
        writer.writeByte(7)
        let start = writer.beginCounted()
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        writer.writeRaw(content.span)
        writer.endCounted(from: start)
        writer.writeByte(9)
        let bytes = writer.take()
        let isEmpty = writer.isEmpty
        #expect(isEmpty)
        var reader = ByteReader(bytes.span)
        #expect(try reader.readByte() == 7)
        let range = try reader.readCountedRange()
        #expect(Array(bytes[range]) == content)
        #expect(try reader.readByte() == 9)
        let isAtEnd = reader.isAtEnd
        #expect(isAtEnd)
    }

    @Test func `What is taken back is not written`() {
        var writer = ByteWriter()
        writer.writeRaw("abc" as StaticString)
        writer.truncate(to: 1)
        writer.writeLowercased("BÀz[@".utf8Span.span)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "abÀz[@")
        #expect(writer.last == UInt8(ascii: "@"))
        writer.removeAll()
        #expect(writer.last == nil)
        #expect(writer.take().isEmpty)
    }

    @Test func `Bytes are looked for at every place of a word`() {
        for count in 0..<20 {
            let plain = [UInt8](repeating: 0x7E, count: count)
            let isPlain = !ByteScan.hasControls(plain.span) && ByteScan.isASCII(plain.span)
            #expect(isPlain)
            for index in 0..<count {
                for byte: UInt8 in [0x00, 0x1F, 0x20, 0x7E, 0x7F, 0x80, 0x9F, 0xFF] {
                    var text = plain
                    text[index] = byte
                    let hasControls = ByteScan.hasControls(text.span)
                    #expect(hasControls == (byte < 0x20 || byte == 0x7F))
                    let isASCII = ByteScan.isASCII(text.span)
                    #expect(isASCII == (byte < 0x80))
                    let isSame = plain.span.isSame(as: text.span)
                    #expect(isSame == (byte == 0x7E))
                }
            }
        }
    }
}
