import Events
import Kernel
import Testing

@testable import Imports

/// A gzip member with the bytes as they are, in stored blocks (RFC 1951 §3.2.4, RFC 1952).
func gzipped(_ bytes: [UInt8]) -> [UInt8] {
    var packed: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var rest = bytes[...]
    repeat {
        let block = rest.prefix(50_000)
        rest = rest.dropFirst(block.count)
        let count = UInt16(block.count)
        packed.append(rest.isEmpty ? 1 : 0)
        for value in [count, ~count] {
            packed += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        packed += block
    } while !rest.isEmpty
    var crc = UInt32.max
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    for value in [~crc, UInt32(truncatingIfNeeded: bytes.count)] {
        for shift: UInt32 in [0, 8, 16, 24] {
            packed.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
    return packed
}

/// A file of purchases with identical rows among them.
func purchases(rows: Int, seed: UInt64) -> [UInt8] {
    var random = SeededRandom(seed: seed)
    var text = "customer,date,total\n"
    for _ in 0..<rows {
        text += "\(random.next() % 20),2024-01-\(10 + random.next() % 10),\(random.next() % 5)\n"
    }
    return Array(text.utf8)
}

struct FileImporterTests {
    @Test func `the events do not depend on how the file is cut`() {
        let files: [(String, ImportOptions)] = [
            (String(decoding: purchases(rows: 50, seed: 1), as: UTF8.self), options()),
            (
                "\u{FEFF}order_id;customer;date;quantity;unit_price;sku\r\n"
                    + "A;1;2024-01-01;1;\"2,5\";\"a;\"\"b\"\"\"\r\nB;2;2024-01-02;2;3;x\r\n"
                    + "A;1;2024-01-01;1;bad;y\r\n\"open;1\r\nC;3;2024-01-03;4;1;z", options()
            ),
            (
                #"{"event":"Seen","userId":"1","timestamp":"2024-01-01","a":"\u00e9"}"#
                    + "\nnot json\n" + #"{"event":"Left","userId":"2","timestamp":"2024-01-02"}"#,
                options(.events)
            ),
        ]
        for (text, options) in files {
            let bytes = Array(text.utf8)
            let whole = importing(bytes, options)
            #expect(whole.failure == nil)
            #expect(!whole.drafts.isEmpty)
            for bytes in [bytes, gzipped(bytes)] {
                for pieces in [[1], [2, 3], [7], [1, 64], [1000]] {
                    let cut = importing(bytes, options, pieces: pieces)
                    #expect(cut.drafts == whole.drafts)
                    #expect(cut.rejections == whole.rejections)
                }
                #expect(importing(bytes, options, untilBytes: 1).drafts == whole.drafts)
            }
        }
    }

    @Test func `members of a gzip file are one text`() {
        let bytes = purchases(rows: 40, seed: 2)
        let packed = gzipped(Array(bytes[..<333])) + gzipped([]) + gzipped(Array(bytes[333...]))
        let result = importing(packed + [0, 0, 0], options())
        #expect(result.failure == nil)
        #expect(result.drafts == importing(bytes, options()).drafts)
    }

    @Test func `a gzip file that breaks off keeps the rows before and says so`() {
        let bytes = purchases(rows: 4000, seed: 3)
        let whole = importing(bytes, options()).drafts
        let packed = gzipped(bytes)
        let cut = importing(Array(packed[..<(packed.count / 2)]), options(), pieces: [999])
        guard case .damagedGzip(let reason, let bytesRead)? = cut.failure else {
            Issue.record("breaking off is a failure")
            return
        }
        #expect(reason == "it breaks off")
        #expect(bytesRead > bytes.count / 3)
        #expect(cut.drafts.count > 1000)
        #expect(cut.drafts == Array(whole[..<cut.drafts.count]))
    }

    @Test func `gzip data with a wrong checksum are damaged`() {
        var packed = gzipped(purchases(rows: 10, seed: 4))
        packed[packed.count - 6] ^= 1
        guard case .damagedGzip? = importing(packed, options()).failure else {
            Issue.record("a wrong checksum is a failure")
            return
        }
    }

    @Test func `any flipped bit of a gzip file is survived`() {
        let packed = gzipped(purchases(rows: 5, seed: 5))
        for index in packed.indices {
            var damaged = packed
            damaged[index] ^= 0x10
            _ = importing(damaged, options(), pieces: [17])
        }
        #expect(importing(packed, options()).drafts.count == 5)
    }

    @Test func `random bytes are survived`() {
        for seed in 0..<200 {
            var random = SeededRandom(seed: UInt64(seed))
            var bytes = Array("customer,date,total\n".utf8)
            let alphabet = Array("1,\"\n\r;-/.2024e\u{E9}".utf8) + [0, 0xFF, 0xC3]
            for _ in 0..<300 { bytes.append(alphabet[Int(random.next() % UInt64(alphabet.count))]) }
            var given = options()
            given.dateOrder = .dayFirst
            let whole = importing(bytes, given)
            let cut = importing(bytes, given, pieces: [1])
            #expect(whole.failure == nil)
            #expect(whole.rejections == cut.rejections)
        }
    }

    @Test func `an import that goes on makes exactly the events that are missing`() {
        let bytes = purchases(rows: 200, seed: 6)
        let whole = importing(bytes, options())
        for done in [0, 1, 77, 200] {
            let rest = importing(bytes, options(), skipping: done)
            #expect(rest.drafts == Array(whole.drafts[done...]))
            #expect(rest.eventCount == 200)
        }
    }

    @Test func `progress belongs to one file and one way of reading it`() {
        let bytes = purchases(rows: 5, seed: 7)
        func key(_ bytes: [UInt8], _ options: ImportOptions) -> SipHash.Digest {
            ImportProgress(head: bytes.span, byteCount: bytes.count, options: options).key
        }
        #expect(key(bytes, options()) == key(bytes, options()))
        #expect(key(bytes, options()) != key(bytes + [10], options()))
        #expect(key(bytes, options()) != key(bytes, options(.orders, ["total=total"])))
        #expect(key(bytes, options()) != key(bytes, options(currency: "GBP")))
    }

    @Test func `rejections do not pile up`() throws {
        var text = "customer,date,total\n1,2024-01-01,5\n"
        for _ in 0..<(ImportLimits.rejectionsWaitingMax * 2 + 1) { text += "1,never,5\n" }
        let bytes = Array(text.utf8)
        var importer = FileImporter(options: options())
        var builder = EventBlockBuilder()
        importer.supply(bytes.span)
        importer.endInput()
        let step = try importer.advance(into: &builder)
        #expect(step == .blockReady)
        #expect(importer.takeRejections().count == ImportLimits.rejectionsWaitingMax)
    }
}

struct EventAndCustomerTests {
    @Test func `a row of a table becomes a track event`() {
        let text =
            "event,user_id,time,price,in_stock,zip,product_id,empty\n"
            + "Viewed,7,2024-01-01 10:00,12.50,true,07030,99,\n"
        let result = importing(text, options(.events))
        #expect(result.names == ["Viewed"])
        #expect(
            result.properties == [
                #"{"price":12.50,"in_stock":true,"zip":"07030","product_id":"99"}"#
            ])
    }

    @Test func `identical rows are events of their own and a second import repeats them`() {
        let text = "event,user_id,time\nA,1,2024-01-01\nA,1,2024-01-01\n"
        let first = importing(text, options(.events))
        #expect(Set(first.messageIDs).count == 2)
        #expect(importing(text, options(.events)).messageIDs == first.messageIDs)
    }

    @Test func `an event needs a name and somebody`() {
        let text = "event,user_id,time\n,1,2024-01-01\nA,,2024-01-01\n"
        #expect(
            importing(text, options(.events)).rejected == ["1 missing_name", "2 missing_customer"])
        var named = options(.events)
        named.eventName = "Booked"
        #expect(importing(text, named).names == ["Booked"])
    }

    @Test func `a Segment message passes as it is`() {
        let text =
            #"{"type":"track","event":"Seen","userId":"u","anonymousId":"a","messageId":"m1","#
            + #""timestamp":"2024-01-01T00:00:00Z","properties":{"n":1.50,"x":[1]},"#
            + #""context":{"ip":"::1"},"sentAt":"x"}"# + "\n"
            + #"{"type":"identify","userId":"u","timestamp":"2024-01-01","traits":{"plan":"b"}}"#
            + "\n" + #"{"type":"page","name":"Home","userId":"u","timestamp":"2024-01-01"}"# + "\n"
            + #"{"type":"nonsense","userId":"u","timestamp":"2024-01-01"}"# + "\n"
            + #"{"type":"track","event":"E","userId":"u","timestamp":"2024-01-01","properties":3}"#
            + "\n[1]\n"
        let result = importing(text, options(.events))
        #expect(result.drafts.map(\.kind) == [.track, .identify, .page])
        #expect(result.names == ["Seen", "", "Home"])
        #expect(result.properties == [#"{"n":1.50,"x":[1]}"#, #"{"plan":"b"}"#, ""])
        #expect(result.contexts == [#"{"ip":"::1"}"#, "", ""])
        #expect(result.messageIDs[0] == "m1")
        #expect(result.drafts[0].anonymousID == "a")
        #expect(result.rejected == ["4 invalid_event", "5 invalid_event", "6 invalid_json"])
    }

    @Test func `orders come as JSON lines too and columns may appear late`() {
        let text =
            #"{"order_id":1,"customer_id":"a","date":"2024-01-01","total":12.5}"# + "\n"
            + #"{"date":"2024-01-02","order_id":2,"total":"3","customer_id":null,"country":"FR"}"#
        let result = importing(text, options())
        #expect(result.failure == nil)
        #expect(
            result.properties == [
                #"{"order_id":"1","total":12.50,"currency":"USD"}"#,
                #"{"order_id":"2","total":3.00,"currency":"USD","country":"FR"}"#,
            ])
        #expect(result.drafts.map(\.userID) == ["a", ""])
    }
}
