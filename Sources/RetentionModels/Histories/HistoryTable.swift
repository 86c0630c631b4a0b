/// Numbers distinct histories in the order of their first appearance.
///
/// An open table of group numbers: a fraction of the time of a Dictionary of PurchaseHistory. What a
/// look-up waits for is memory, so slots are read by the block: reads that don't depend on each other
/// overlap.
struct HistoryTable {
    /// The distinct histories. [group]
    private(set) var rows: [PurchaseHistory] = []
    /// How many customers share each. [group]
    private(set) var customers: [Int] = []

    /// Group numbers plus one; 0 for a free slot.
    private var slots: [UInt32]
    private let mask: Int

    private static let block = 32

    init(customers count: Int) {
        var capacity = 16
        while capacity < 2 * count { capacity *= 2 }
        slots = [UInt32](repeating: 0, count: capacity)
        mask = capacity - 1
    }

    /// The group of each customer.
    mutating func number(_ histories: PurchaseHistories) -> [UInt32] {
        let (frequency, recency, age) = (histories.frequency, histories.recency, histories.age)
        var groups = [UInt32](repeating: 0, count: histories.count)
        var places = [Int](repeating: 0, count: Self.block)
        var seen = [UInt32](repeating: 0, count: Self.block)
        var start = 0
        while start < histories.count {
            let end = min(start + Self.block, histories.count)
            for i in start..<end {
                places[i - start] = Self.hash(frequency[i], recency[i], age[i]) & mask
            }
            for row in 0..<(end - start) { seen[row] = slots[places[row]] }
            for i in start..<end {
                let history = PurchaseHistory(
                    uncheckedFrequency: frequency[i], recency: recency[i], age: age[i])
                groups[i] = number(history, at: places[i - start], seen: seen[i - start])
            }
            start = end
        }
        return groups
    }

    /// The group of one history, which is new where no slot from its own on has it.
    ///
    /// - Parameter seen: What the slot held a little earlier; a slot that was taken stays so.
    private mutating func number(
        _ history: PurchaseHistory, at place: Int, seen: UInt32
    ) -> UInt32 {
        var place = place
        var slot = seen == 0 ? slots[place] : seen
        while slot != 0 {
            let group = Int(slot) - 1
            if rows[group] == history {
                customers[group] += 1
                return slot - 1
            }
            place = (place + 1) & mask
            slot = slots[place]
        }
        rows.append(history)
        customers.append(1)
        slots[place] = UInt32(truncatingIfNeeded: rows.count)
        return UInt32(truncatingIfNeeded: rows.count - 1)
    }

    /// Mixes the bits of a history; adding 0 makes one key of -0 and 0.
    private static func hash(_ x: Int, _ recency: Double, _ age: Double) -> Int {
        var h = UInt64(truncatingIfNeeded: x) &* 0x9E37_79B9_7F4A_7C15
        h = (h ^ (h >> 32) ^ (recency + 0).bitPattern) &* 0xBF58_476D_1CE4_E5B9
        h = (h ^ (h >> 29) ^ (age + 0).bitPattern) &* 0x94D0_49BB_1331_11EB
        return Int(truncatingIfNeeded: (h ^ (h >> 31)) >> 1)
    }
}
