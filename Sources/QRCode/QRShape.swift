/// How a version's codewords fall into blocks (ISO/IEC 18004:2015 §7.5.1, Table 9).
struct QRShape {
    let codewords: Int
    let blocks: Int
    let correctionPerBlock: Int

    var dataCodewords: Int { codewords - blocks * correctionPerBlock }

    init(version: Int, correction: QRSymbol.Correction) {
        codewords = Self.modules(version) / 8
        blocks = Self.blocks[correction.rawValue][version - 1]
        correctionPerBlock = Self.correctionPerBlock[correction.rawValue][version - 1]
    }

    /// Modules that are left for codewords beside the fixed patterns (§6.1, Table 1).
    private static func modules(_ version: Int) -> Int {
        var modules = (16 * version + 128) * version + 64
        if version >= 2 {
            let alignments = version / 7 + 2
            modules -= (25 * alignments - 10) * alignments - 55
            if version >= 7 { modules -= 36 }
        }
        return modules
    }

    /// The data's codewords in blocks, each with its correction, in the order in which they are drawn (§7.6).
    ///
    /// Where blocks differ, the later ones have one data codeword more.
    func interleaved(_ data: [UInt8]) -> [UInt8] {
        let short = codewords / blocks - correctionPerBlock
        let longBlocks = codewords % blocks
        let divisor = ReedSolomon.divisor(count: correctionPerBlock)
        var start = 0
        var parts: [(data: ArraySlice<UInt8>, correction: [UInt8])] = []
        for block in 0..<blocks {
            let end = start + short + (block >= blocks - longBlocks ? 1 : 0)
            let part = data[start..<end]
            parts.append((part, ReedSolomon.remainder(part, divisor: divisor)))
            start = end
        }
        var result: [UInt8] = []
        result.reserveCapacity(codewords)
        for place in 0...short {
            for part in parts where place < part.data.count {
                result.append(part.data[part.data.startIndex + place])
            }
        }
        for place in 0..<correctionPerBlock {
            for part in parts { result.append(part.correction[place]) }
        }
        return result
    }

    /// Correction codewords in each block: low, medium, quartile, high; versions 1 to 40 (Table 9).
    private static let correctionPerBlock: [[Int]] = [
        [
            7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28,
            28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
        ],
        [
            10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26,
            26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        ],
        [
            13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30,
            28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
        ],
        [
            17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28,
            30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30,
        ],
    ]

    /// Blocks, as above (Table 9).
    private static let blocks: [[Int]] = [
        [
            1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
            8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25,
        ],
        [
            1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
            17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49,
        ],
        [
            1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
            23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68,
        ],
        [
            1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
            25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81,
        ],
    ]
}

/// Reed–Solomon correction over GF(2⁸) modulo x⁸ + x⁴ + x³ + x² + 1 (ISO/IEC 18004:2015 §7.5.2).
enum ReedSolomon {
    static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var product = 0
        for bit in (0..<8).reversed() {
            product = product << 1 ^ (product >> 7 * 0x11D)
            if right >> UInt8(bit) & 1 == 1 { product ^= Int(left) }
        }
        return UInt8(truncatingIfNeeded: product)
    }

    /// The generator polynomial's coefficients, the highest first, without the leading 1 (Annex A).
    static func divisor(count: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        result[count - 1] = 1
        var root: UInt8 = 1
        for _ in 0..<count {
            for place in 0..<count {
                result[place] = product(result[place], root)
                if place + 1 < count { result[place] ^= result[place + 1] }
            }
            root = product(root, 2)
        }
        return result
    }

    /// The correction codewords of a block.
    static func remainder(_ data: some Sequence<UInt8>, divisor: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ result[0]
            result.removeFirst()
            result.append(0)
            for place in divisor.indices { result[place] ^= product(divisor[place], factor) }
        }
        return result
    }
}
