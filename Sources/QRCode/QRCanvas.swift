/// The modules of a QR code while it is drawn (ISO/IEC 18004:2015 §6.3, §7.7 to §7.10).
struct QRCanvas: Sendable, Equatable {
    let size: Int
    private let version: Int
    private var dark: [Bool]
    /// Modules of the fixed patterns and of the informations, which no mask changes.
    private var isFixed: [Bool]

    subscript(column: Int, row: Int) -> Bool { dark[row * size + column] }

    /// Draws the fixed patterns, and the codewords as they are.
    init(version: Int, codewords: [UInt8]) {
        self.version = version
        size = 17 + 4 * version
        dark = [Bool](repeating: false, count: size * size)
        isFixed = dark
        drawTiming()
        for (column, row) in [(3, 3), (size - 4, 3), (3, size - 4)] { drawFinder(column, row) }
        drawAlignments()
        drawVersion()
        drawFormat(0)
        place(codewords)
    }

    private mutating func fix(_ column: Int, _ row: Int, _ isDark: Bool) {
        dark[row * size + column] = isDark
        isFixed[row * size + column] = true
    }

    private mutating func drawTiming() {
        for place in 0..<size {
            fix(6, place, place % 2 == 0)
            fix(place, 6, place % 2 == 0)
        }
    }

    /// A finder with its separator, around its centre.
    private mutating func drawFinder(_ centerColumn: Int, _ centerRow: Int) {
        for row in -4...4 {
            for column in -4...4 {
                let (x, y) = (centerColumn + column, centerRow + row)
                guard (0..<size).contains(x), (0..<size).contains(y) else { continue }
                let ring = max(abs(column), abs(row))
                fix(x, y, ring != 2 && ring != 4)
            }
        }
    }

    /// Annex E, as a rule instead of a table.
    static func alignments(version: Int) -> [Int] {
        guard version > 1 else { return [] }
        let count = version / 7 + 2
        let step =
            version == 32 ? 26 : (version * 4 + count * 2 + 1) / (count * 2 - 2) * 2
        let last = 10 + 4 * version
        return [6] + (0..<(count - 1)).reversed().map { last - $0 * step }
    }

    private mutating func drawAlignments() {
        let places = Self.alignments(version: version)
        guard let last = places.last else { return }
        for row in places {
            for column in places {
                // Not where finders are.
                if (column == 6 && (row == 6 || row == last)) || (column == last && row == 6) {
                    continue
                }
                for y in -2...2 {
                    for x in -2...2 { fix(column + x, row + y, max(abs(x), abs(y)) != 1) }
                }
            }
        }
    }

    /// The version with its BCH (18, 6) code, twice; from version 7 on (§7.10).
    private mutating func drawVersion() {
        guard version >= 7 else { return }
        let bits = Self.versionBits(version)
        for place in 0..<18 {
            let (near, far) = (place / 3, size - 11 + place % 3)
            fix(far, near, bits >> place & 1 == 1)
            fix(near, far, bits >> place & 1 == 1)
        }
    }

    static func versionBits(_ version: Int) -> Int {
        version << 12 | remainder(version, bits: 12, by: 0x1F25)
    }

    /// Correction and mask with their BCH (15, 5) code, masked so that they are never all light (§7.9).
    static func formatBits(_ correction: QRSymbol.Correction, mask: Int) -> Int {
        let data = correction.formatBits << 3 | mask
        return (data << 10 | remainder(data, bits: 10, by: 0x537)) ^ 0b101_0100_0001_0010
    }

    private static func remainder(_ data: Int, bits: Int, by divisor: Int) -> Int {
        var rest = data
        for _ in 0..<bits { rest = rest << 1 ^ (rest >> (bits - 1)) * divisor }
        return rest
    }

    private mutating func drawFormat(_ bits: Int) {
        func isDark(_ place: Int) -> Bool { bits >> place & 1 == 1 }
        for place in 0...5 { fix(8, place, isDark(place)) }
        fix(8, 7, isDark(6))
        fix(8, 8, isDark(7))
        fix(7, 8, isDark(8))
        for place in 9...14 { fix(14 - place, 8, isDark(place)) }
        for place in 0...7 { fix(size - 1 - place, 8, isDark(place)) }
        for place in 8...14 { fix(8, size - 15 + place, isDark(place)) }
        fix(8, size - 8, true)
    }

    /// Bit by bit in columns of two, from the lower right, up and down (§7.7.3); what is left over stays light.
    private mutating func place(_ codewords: [UInt8]) {
        var bit = 0
        var right = size - 1
        var isUp = true
        while right > 0 {
            // The column of the timing pattern is left out.
            if right == 6 { right = 5 }
            for step in 0..<size {
                let row = isUp ? size - 1 - step : step
                for column in [right, right - 1] {
                    let index = row * size + column
                    guard !isFixed[index], bit < codewords.count * 8 else { continue }
                    dark[index] = codewords[bit / 8] >> UInt8(7 - bit % 8) & 1 == 1
                    bit += 1
                }
            }
            isUp.toggle()
            right -= 2
        }
    }

    /// Lays a mask over the data, and says so in the format information.
    mutating func lay(mask: Int, correction: QRSymbol.Correction) {
        for row in 0..<size {
            for column in 0..<size where !isFixed[row * size + column] {
                if Self.inverts(mask, column, row) { dark[row * size + column].toggle() }
            }
        }
        drawFormat(Self.formatBits(correction, mask: mask))
    }

    /// Table 10.
    private static func inverts(_ mask: Int, _ column: Int, _ row: Int) -> Bool {
        switch mask {
        case 0: (row + column) % 2 == 0
        case 1: row % 2 == 0
        case 2: column % 3 == 0
        case 3: (row + column) % 3 == 0
        case 4: (row / 2 + column / 3) % 2 == 0
        case 5: row * column % 2 + row * column % 3 == 0
        case 6: (row * column % 2 + row * column % 3) % 2 == 0
        default: ((row + column) % 2 + row * column % 3) % 2 == 0
        }
    }

    // MARK: Penalties

    /// How much in the picture could mislead a reader (§7.8.3.1, Table 11).
    var penalty: Int {
        var penalty = 0
        for line in 0..<size {
            penalty += linePenalty { self[$0, line] } + linePenalty { self[line, $0] }
        }
        for row in 0..<(size - 1) {
            for column in 0..<(size - 1) {
                let first = self[column, row]
                if first == self[column + 1, row], first == self[column, row + 1],
                    first == self[column + 1, row + 1]
                {
                    penalty += 3
                }
            }
        }
        let darkCount = dark.count { $0 }
        let total = size * size
        // For each 5 per cent away from a half.
        return penalty + abs(darkCount * 20 - total * 10) / total * 10
    }

    /// Five or more of a colour in a row, and what looks like a finder.
    private func linePenalty(_ isDark: (Int) -> Bool) -> Int {
        var penalty = 0
        var run = 0
        var window = 0
        for place in 0..<size {
            let module = isDark(place)
            run = place > 0 && module == isDark(place - 1) ? run + 1 : 1
            if run == 5 { penalty += 3 } else if run > 5 { penalty += 1 }
            window = (window << 1 | (module ? 1 : 0)) & 0x7FF
            if place >= 10, window == 0b101_1101_0000 || window == 0b000_0101_1101 {
                penalty += 40
            }
        }
        return penalty
    }
}
