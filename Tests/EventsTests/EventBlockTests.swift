import Events
import Kernel
import Testing

struct EventBlockTests {
    private func draft(_ random: inout SeededRandom) -> EventDraft {
        func text() -> String {
            let letters = Array("abc é😀\"\\0")
            return String((0..<random.next() % 40).map { _ in letters[Int(random.next() % 9)] })
        }
        let kind = EventKind.allCases[Int(random.next() % 6)]
        var draft = EventDraft(
            kind: kind, occurredAt: Timestamp(milliseconds: Int64(bitPattern: random.next())),
            messageID: text())
        draft.flags = EventFlags(rawValue: UInt8(random.next() % 8))
        draft.userID = text()
        draft.anonymousID = text()
        draft.name = text()
        draft.properties = (0..<random.next() % 300).map { UInt8($0 % 251) }
        draft.context = (0..<random.next() % 20).map { UInt8($0) }
        return draft
    }

    @Test(arguments: 0..<20)
    func `Events read back as they were written`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let drafts = (0..<30).map { _ in draft(&random) }
        var builder = EventBlockBuilder()
        for draft in drafts { builder.append(draft) }

        let size = builder.byteCount
        let (bytes, count) = builder.takeBytes()
        let block = try EventBlock(decoding: bytes)

        #expect(count == 30 && bytes.count == size)
        #expect(builder.isEmpty && builder.byteCount == 0)
        #expect(block.frames.map(block.draft) == drafts)

        builder.append(block)
        builder.append(drafts[0])
        let (joined, joinedCount) = builder.takeBytes()
        let again = try EventBlock(decoding: joined)
        #expect(joinedCount == 31)
        #expect(again.frames.map(again.draft) == drafts + [drafts[0]])
    }

    @Test func `A frame that is taken back leaves nothing`() throws {
        var random = SeededRandom(seed: 1)
        let kept = draft(&random)
        var builder = EventBlockBuilder()
        builder.beginFrame(kind: .track, flags: [], occurredAt: receivedAt)
        builder.writePart("half")
        builder.cancelFrame()
        builder.append(kept)
        let block = try EventBlock(decoding: builder.takeBytes().bytes)
        #expect(block.frames.map(block.draft) == [kept])
    }

    @Test func `Every cut inside a frame is found`() throws {
        var random = SeededRandom(seed: 7)
        var builder = EventBlockBuilder()
        builder.append(draft(&random))
        let first = builder.byteCount
        builder.append(draft(&random))
        let bytes = builder.takeBytes().bytes
        for count in 1..<bytes.count where count != first {
            #expect(throws: ByteReader.Damaged.self) {
                try EventBlock(decoding: Array(bytes.prefix(count)))
            }
        }
        #expect(try EventBlock(decoding: Array(bytes.prefix(first))).count == 1)
        #expect(try EventBlock(decoding: []).isEmpty)
    }

    @Test(arguments: 0..<30)
    func `Damaged bytes are frames or an error, never a range outside the block`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        var builder = EventBlockBuilder()
        for _ in 0..<4 { builder.append(draft(&random)) }
        let bytes = builder.takeBytes().bytes
        for _ in 0..<200 {
            var damaged = bytes
            for _ in 0...random.next() % 3 {
                damaged[Int(random.next() % UInt64(bytes.count))] =
                    UInt8(truncatingIfNeeded: random.next())
            }
            do throws(ByteReader.Damaged) {
                let block = try EventBlock(decoding: damaged)
                for frame in block.frames { _ = block.draft(frame) }
            } catch {
                #expect(error.offset <= damaged.count)
            }
        }
    }

    @Test func `An unknown kind is damage`() {
        let bytes: [UInt8] = [10, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(throws: ByteReader.Damaged(offset: 0)) { try EventBlock(decoding: bytes) }
    }

    @Test(arguments: EventKind.allCases)
    func `A kind's name reads back`(kind: EventKind) {
        #expect(EventKind(name: kind.name) == kind)
        #expect(EventKind(name: kind.name.utf8Span.span) == kind)
        #expect(EventKind(name: (kind.name + "x").utf8Span.span) == nil)
        #expect(EventKind(name: kind.name.uppercased().utf8Span.span) == nil)
    }
}
