/// Durations with whether each came to its end, brought into order: what every estimate starts
/// from.
struct OrderedDurations {
    /// Distinct durations at which one or more ended, ascending.
    private(set) var times: [Double] = []
    /// How many lasted as long as each time or longer.
    private(set) var atRisk: [Int] = []
    /// How many ended at each time.
    private(set) var events: [Int] = []
    /// The longest duration.
    private(set) var last = 0.0
    let count: Int

    /// Linear time: the bits of numbers from 0 up are in the order of the numbers, and the sign's
    /// bit, free then, holds whether it ended. So a single column is sorted, and nothing with it.
    init(_ durations: [Double], ended: [Bool]) throws(SurvivalFault) {
        guard durations.count == ended.count else { throw .shape }
        guard !durations.isEmpty else { throw .noRows }
        count = durations.count
        var keys = [UInt64](repeating: 0, count: durations.count)
        for row in durations.indices {
            let duration = durations[row]
            guard duration >= 0, duration < .infinity else { throw .duration(row: row) }
            // Adding 0 makes one of -0 and 0.
            keys[row] = (duration + 0).bitPattern << 1 | (ended[row] ? 1 : 0)
        }
        sortAscending(&keys)
        times.reserveCapacity(keys.count)
        atRisk.reserveCapacity(keys.count)
        events.reserveCapacity(keys.count)
        var start = 0
        while start < keys.count {
            let time = keys[start] >> 1
            var (end, ending) = (start, 0)
            while end < keys.count, keys[end] >> 1 == time {
                ending += Int(keys[end] & 1)
                end += 1
            }
            if ending > 0 {
                times.append(Double(bitPattern: time))
                atRisk.append(keys.count - start)
                events.append(ending)
            }
            start = end
        }
        last = Double(bitPattern: (keys.last ?? 0) >> 1)
    }
}

/// Sorts in linear time: a radix sort from the lowest digit of eleven bits to the highest, leaving
/// out the digits that all share.
func sortAscending(_ keys: inout [UInt64]) {
    guard keys.count > 256 else { return keys.sort() }
    let digits = 6
    var counts = [Int](repeating: 0, count: digits << 11)
    for key in keys {
        for digit in 0..<digits {
            counts[digit << 11 | Int((key >> UInt64(11 * digit)) & 2047)] += 1
        }
    }
    var moved = keys
    for digit in 0..<digits {
        let shift = UInt64(11 * digit)
        let base = digit << 11
        if counts[base | Int((keys[0] >> shift) & 2047)] == keys.count { continue }
        var start = 0
        for bucket in base..<(base + 2048) {
            let count = counts[bucket]
            counts[bucket] = start
            start += count
        }
        for key in keys {
            let bucket = base | Int((key >> shift) & 2047)
            moved[counts[bucket]] = key
            counts[bucket] += 1
        }
        swap(&keys, &moved)
    }
}

/// The place of the last of ascending numbers that is no higher than the value; nil where all are.
func lastPlace(in ascending: [Double], notAbove value: Double) -> Int? {
    var (low, high) = (0, ascending.count)
    while low < high {
        let middle = (low + high) / 2
        if ascending[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : low - 1
}
