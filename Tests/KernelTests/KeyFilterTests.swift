import Kernel
import Testing

@Suite struct KeyFilterTests {
    @Test(arguments: [1, 100, 65_536, 400_000])
    func `a key that was added may be contained, however far the filter has grown`(count: Int) {
        var random = SeededRandom(seed: UInt64(count))
        var filter = KeyFilter(capacity: 1000)
        let keys = (0..<count).map { _ in random.next() }
        for key in keys { filter.insert(key) }
        #expect(keys.allSatisfy { filter.mayContain($0) })
        #expect(filter.count == count)
    }

    @Test(arguments: [1000, 300_000])
    func `of keys that were never added all but a few are known not to be contained`(count: Int) {
        var random = SeededRandom(seed: 5)
        var filter = KeyFilter(capacity: 1000)
        for _ in 0..<count { filter.insert(random.next()) }
        let mistaken = (0..<100_000).count { _ in filter.mayContain(random.next()) }
        #expect(mistaken < 5000)
    }

    @Test func `keys next to each other are told apart`() {
        var filter = KeyFilter()
        for key in stride(from: 0, to: 60_000, by: 2) { filter.insert(UInt64(key)) }
        let mistaken = stride(from: 1, to: 60_001, by: 2).count { filter.mayContain(UInt64($0)) }
        #expect(mistaken < 1500)
    }

    @Test func `an empty filter contains nothing`() {
        let filter = KeyFilter()
        #expect(!filter.mayContain(0))
        #expect(!filter.mayContain(.max))
    }
}
