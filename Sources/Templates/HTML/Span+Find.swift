import Kernel

extension Span<UInt8> {
    /// The first place of a byte within a range; the range's end where there is none. Eight bytes at a time
    /// (Warren, "Hacker's Delight", 2002, §6-1).
    func first(_ byte: UInt8, from start: Int, to end: Int) -> Int {
        var index = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        let wanted = ones &* UInt64(byte)
        while index &+ 8 <= end {
            let word = littleEndianWord(at: index) ^ wanted
            let zeros = (word &- ones) & ~word & (ones << 7)
            // The lowest mark is exact: borrows go upwards only.
            if zeros != 0 { return index &+ zeros.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < end {
            if self[index] == byte { return index }
            index &+= 1
        }
        return end
    }
}
