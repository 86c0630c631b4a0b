import Kernel
import Testing

struct IDTests {
    @Test(
        arguments: [
            (1, "cus_0000000000001"), (0, "cus_0000000000000"), (31, "cus_000000000000z"),
            (32, "cus_0000000000010"), (.max, "cus_7zzzzzzzzzzzz"),
        ] as [(Int64, String)])
    func `Has a text form`(value: Int64, text: String) {
        #expect(ID<Customer>(rawValue: value).description == text)
        #expect(ID<Customer>(text)?.rawValue == value)
    }

    @Test(
        arguments: [
            ("cus_1", 1), ("cus_Z", 31), ("cus_o1", 1), ("cus_OI", 1), ("cus_l", 1), ("cus_L", 1),
            ("cus_7ZZZZZZZZZZZZ", .max),
        ] as [(String, Int64)])
    func `Reads what people type`(text: String, value: Int64) {
        #expect(ID<Customer>(text)?.rawValue == value)
    }

    @Test(arguments: [
        "", "cus_", "cus", "mem_1", "CUS_1", "1", "cus-1", "cus_u", "cus_1 ", "cus_é", "cus_!",
        "cus_8000000000000", "cus_zzzzzzzzzzzzz", "cus_00000000000001", "cus_[", "cus_@",
    ])
    func `Refuses other texts`(text: String) {
        #expect(ID<Customer>(text) == nil)
    }

    @Test(arguments: 0..<10)
    func `Every id reads back`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let id = ID<Member>(rawValue: Int64(random.next() >> (1 + random.next() % 60)))
            #expect(ID<Member>(id.description) == id)
            #expect(ID<Customer>(id.description) == nil)
        }
    }

    @Test(arguments: 0..<10)
    func `New ids rise, also when the clock steps back or stands`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var generator = IDGenerator(node: Int(random.next() % 1024))
        var now = Timestamp(milliseconds: 1_795_306_810_000)
        var last = ID<APIKey>(rawValue: 0)
        for _ in 0..<10_000 {
            let id = generator.next(APIKey.self, at: now)
            #expect(last < id)
            last = id
            switch random.next() % 100 {
            case 0: now = now.adding(milliseconds: -Int64(random.next() % 100_000))
            case 1...5: now = now.adding(milliseconds: Int64(random.next() % 1000))
            default: break
            }
        }
    }

    @Test func `Nodes don't give each other's ids, and before 2020 ids are given too`() {
        var ids: Set<ID<Merge>> = []
        for node in [0, 1, 1023] {
            var generator = IDGenerator(node: node)
            for _ in 0..<5000 {
                ids.insert(generator.next(Merge.self, at: Timestamp(milliseconds: 0)))
            }
        }
        #expect(ids.count == 15_000)
    }
}
