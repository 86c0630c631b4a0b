package import Kernel

/// A promotion's unique codes, each by its number: `SAVE-7KQ2-M9XD-4HTRW`.
///
/// A code is a keyed hash of the promotion, the batch and the number, so that a batch is its size and needn't be kept to be
/// written out again, and who doesn't know the key guesses no code. 13 letters of 5 bits are 65 bits: among a million codes two
/// are the same with a chance of 1.4 × 10⁻⁸, among ten million of 1.4 × 10⁻⁶; the store that refuses a code twice
/// skips such a number.
package struct PromotionCodes: Sendable {
    /// Without 0, 1, I and O, which are taken for one another.
    package static let letters: StaticString = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    package static let lettersCount = 13
    /// Codes of one batch.
    package static let numbersMax = 1_000_000_000
    /// Keeps these hashes apart from the workspace's others.
    static let nameDomain: UInt8 = 48
    static let codeDomain: UInt8 = 49
    /// Where the groups of 4, 4 and 5 letters begin.
    private static let isGroupStart: [Bool] = (0..<lettersCount).map {
        $0 == 0 || $0 == 4 || $0 == 8
    }

    package let prefix: String
    private let hash: SipHash
    /// What is hashed: the promotion's digest, the batch and, in the last 8 bytes, the number.
    private let seed: [UInt8]

    /// - Parameters:
    ///   - promotion: Its name.
    ///   - batch: Which time codes were made for it; others have other codes.
    ///   - prefix: In normal form; it may be empty.
    ///   - hash: With the workspace's secret key.
    package init(promotion: String, batch: UInt64, prefix: String, hash: SipHash) {
        self.prefix = prefix
        self.hash = hash
        var writer = ByteWriter(reserving: 32)
        writer.writeRaw(hash.digest(promotion, domain: Self.nameDomain).bytes.span)
        writer.writeFixed(batch)
        writer.writeFixed(UInt64(0))
        seed = writer.take()
    }

    /// How many bytes each takes with its groups' hyphens, without what ends a line.
    package var codeBytesCount: Int {
        Self.lettersCount + 2 + (prefix.isEmpty ? 0 : prefix.utf8.count + 1)
    }

    /// One code, as it is printed.
    package func code(_ number: Int) -> String {
        var writer = ByteWriter(reserving: codeBytesCount + 1)
        write(number..<(number + 1), to: &writer)
        let bytes = writer.take().dropLast()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What codes are found by, in ascending order.
    ///
    /// - Parameter numbers: Within 0..<`numbersMax`; 16 bytes are used for each.
    package func keys(_ numbers: Range<Int>) -> [CodeKey] {
        var input = seed
        var keys: [CodeKey] = []
        keys.reserveCapacity(numbers.count)
        for number in numbers {
            Self.put(number, in: &input)
            let digest = hash.digest(input.span, domain: Self.codeDomain)
            keys.append(CodeKey(bits: digest.first, isOdd: digest.second & 1 == 1))
        }
        // As the store has them: signed.
        keys.sort { Int64(bitPattern: $0.bits) < Int64(bitPattern: $1.bits) }
        return keys
    }

    @inline(__always)
    private static func put(_ number: Int, in input: inout [UInt8]) {
        for index in 0..<8 {
            input[24 &+ index] = UInt8(
                truncatingIfNeeded: UInt64(truncatingIfNeeded: number) >> UInt64(index &* 8))
        }
    }

    /// One code as it is looked up: in normal form.
    package func normalCode(_ number: Int) -> String { code(number).filter { $0 != "-" } }

    /// Appends the codes with these numbers, in order, each with a line feed.
    ///
    /// A caller who streams writes a few thousand at a time and empties the writer between.
    ///
    /// - Parameter numbers: Within 0..<`numbersMax`.
    package func write(_ numbers: Range<Int>, to writer: inout ByteWriter) {
        precondition(
            numbers.lowerBound >= 0 && numbers.upperBound <= Self.numbersMax,
            "a code's number is out of range")
        var (line, places) = template()
        var input = seed
        writer.makeRoom(for: numbers.count * line.count)
        for number in numbers {
            Self.put(number, in: &input)
            let digest = hash.digest(input.span, domain: Self.codeDomain)
            for index in 0..<(Self.lettersCount - 1) {
                line[places[index]] = Self.letter(digest.first >> UInt64(index &* 5))
            }
            // 60 bits are spent; the last letter has the 4 that are left and one of the second word.
            line[places[Self.lettersCount - 1]] = Self.letter(
                digest.first >> 60 | (digest.second & 1) << 4)
            writer.writeRaw(line.span)
        }
    }

    @inline(__always)
    private static func letter(_ bits: UInt64) -> UInt8 {
        // Safe: five bits are 0..<32, and there are 32 letters, all ASCII.
        letters.utf8Start[Int(truncatingIfNeeded: bits & 31)]
    }

    /// A line with its hyphens and line feed, and where its letters go.
    private func template() -> (line: [UInt8], places: [Int]) {
        var line = Array(prefix.utf8)
        var places: [Int] = []
        for isStart in Self.isGroupStart {
            if isStart, !line.isEmpty { line.append(UInt8(ascii: "-")) }
            places.append(line.count)
            line.append(0)
        }
        line.append(UInt8(ascii: "\n"))
        return (line, places)
    }
}
