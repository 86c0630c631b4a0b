import Testing

@testable import QRCode

/// QR codes against the standard's own examples, and against what other encoders draw: qrcode 8.2 and segno 1.6.6, from
/// PyPI. (segno doesn't fill up with the padding that the standard says, so that it is asked for full versions only.)
struct QRSymbolTests {
    /// Printable ASCII of so many bytes.
    private static func text(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(32 + $0 * 31 % 95) }
    }

    /// FNV-1a, 64 bits, over the modules row by row, 1 for dark.
    private static func digest(_ code: QRSymbol) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for row in 0..<code.size {
            for column in 0..<code.size {
                hash = (hash ^ (code.isDark(column: column, row: row) ? 1 : 0)) &* 0x100_0000_01B3
            }
        }
        return hash
    }

    @Test func `a card's code is drawn module by module as another encoder draws it`() throws {
        let code = try QRSymbol(Array("M9012345678901234".utf8), correction: .quartile, mask: 3)
        let picture = (0..<code.size).map { row in
            String((0..<code.size).map { code.isDark(column: $0, row: row) ? "#" : "." })
        }
        #expect(code.version == 2)
        #expect(
            picture == [
                "#######......#.#..#######",
                "#.....#.#.##.#....#.....#",
                "#.###.#.#..#......#.###.#",
                "#.###.#..###..###.#.###.#",
                "#.###.#...##..##..#.###.#",
                "#.....#..#..##....#.....#",
                "#######.#.#.#.#.#.#######",
                ".........#.##..#.........",
                ".###.##...####........##.",
                "#........###.##..#...#.#.",
                "###...#####.##.........#.",
                "...#.#..####...####...##.",
                ".####.###..##.###.###.#..",
                "..####..#.#.#.##..#.#...#",
                ".#.#..#.###..##...#..##..",
                "#.#..#.##.#.#..#..##.#.##",
                "....#.#...##..#.#######.#",
                "........##..#.###...#.#..",
                "#######..###.##.#.#.#####",
                "#.....#.#.##.##.#...#....",
                "#.###.#..#.##.#.######...",
                "#.###.#.###.##.#..####.##",
                "#.###.#.##.###....#.####.",
                "#.....#.########..##..#..",
                "#######......###.###..###",
            ])
    }

    @Test(
        arguments: [
            (1, .low, 17, 1, 0xDFFFBD61B2B6C309),
            (1, .medium, 14, 2, 0x4DB5D17F23FD98DD),
            (1, .quartile, 11, 3, 0xCF7F338BA89C709F),
            (1, .high, 7, 4, 0x562F9F9CEF1A4175),
            (2, .low, 32, 2, 0x33C3D7B6E7A01CE9),
            (2, .medium, 26, 3, 0xEC494D8C595DB6A9),
            (2, .quartile, 20, 4, 0x5D59E4370BD4F473),
            (2, .high, 14, 5, 0xB01649906D68D78A),
            (6, .low, 134, 6, 0x22DBA76BC9EE6111),
            (6, .medium, 106, 7, 0x08FDB260F86DB0BF),
            (6, .quartile, 74, 0, 0xD2382477DC526B77),
            (6, .high, 58, 1, 0x65339982922CA0C1),
            (7, .low, 154, 7, 0xABBAB74B985B208B),
            (7, .medium, 122, 0, 0x153B0658A2A22B8F),
            (7, .quartile, 86, 1, 0x99A63A547926684C),
            (7, .high, 64, 2, 0xF36F6B1414E0AB11),
            (14, .low, 458, 6, 0x0581A8FC71931B3D),
            (14, .medium, 362, 7, 0xF1009A77A7E82051),
            (14, .quartile, 258, 0, 0x091E9D2DC554C17B),
            (14, .high, 194, 1, 0x6099A119A0F92AA6),
            (15, .low, 520, 7, 0x82703205EB24FDB0),
            (15, .medium, 412, 0, 0xA07A0527BCCB35A7),
            (15, .quartile, 292, 1, 0x9E2DA33CFDE08DF2),
            (15, .high, 220, 2, 0x3348A6794C0B9DD1),
            (32, .low, 1952, 0, 0xFAC6A33EDAE202AB),
            (32, .medium, 1538, 1, 0xD7B373AB6ABEA28E),
            (32, .quartile, 1112, 2, 0xB803C79671284A38),
            (32, .high, 842, 3, 0x8400456E6F67EFD2),
            (40, .low, 2953, 0, 0x315086FD4AA63337),
            (40, .medium, 2331, 1, 0x7DAE69ED92964E98),
            (40, .quartile, 1663, 2, 0xFBC239803755C337),
            (40, .high, 1273, 3, 0xAD58550370BEFC1B),
        ] as [(Int, QRSymbol.Correction, Int, Int, UInt64)])
    func `a full version is drawn as another encoder draws it, and one byte more needs the next`(
        version: Int, correction: QRSymbol.Correction, bytesMax: Int, mask: Int, digest: UInt64
    ) throws {
        #expect(QRSymbol.bytesMax(version: version, correction: correction) == bytesMax)
        let code = try QRSymbol(Self.text(bytesMax), correction: correction, mask: mask)
        #expect(code.version == version)
        #expect(code.size == 17 + 4 * version)
        #expect(Self.digest(code) == digest)
        if version == 40 {
            #expect(throws: QRSymbol.TooLong(bytesMax: bytesMax)) {
                _ = try QRSymbol(Self.text(bytesMax + 1), correction: correction)
            }
        } else {
            let next = try QRSymbol(Self.text(bytesMax + 1), correction: correction, mask: 0)
            #expect(next.version == version + 1)
        }
    }

    /// ISO/IEC 18004:2015, Annex I: version 1-M of "01234567".
    @Test func `correction codewords are those of the standard's example`() {
        let data: [UInt8] = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
            0xEC, 0x11,
        ]
        let expected: [UInt8] = [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55]
        #expect(
            ReedSolomon.remainder(data, divisor: ReedSolomon.divisor(count: 10)) == expected)
    }

    /// Annex C and Annex D work these two through.
    @Test func `format and version carry the standard's codes`() {
        #expect(QRCanvas.formatBits(.medium, mask: 5) == 0b100_0000_1100_1110)
        #expect(QRCanvas.versionBits(7) == 0b00_0111_1100_1001_0100)
    }

    /// Annex E.
    @Test(arguments: [
        (1, []), (2, [6, 18]), (7, [6, 22, 38]), (14, [6, 26, 46, 66]),
        (32, [6, 34, 60, 86, 112, 138]), (36, [6, 24, 50, 76, 102, 128, 154]),
        (40, [6, 30, 58, 86, 114, 142, 170]),
    ])
    func `alignment patterns stand where the standard's table has them`(
        version: Int, places: [Int]
    ) {
        #expect(QRCanvas.alignments(version: version) == places)
    }

    @Test func `the mask is the one with the least penalty, and the bytes alone decide it`() throws
    {
        let bytes = Array("M9012345678901234".utf8)
        let code = try QRSymbol(bytes, correction: .quartile)
        #expect(try QRSymbol(bytes, correction: .quartile) == code)
        #expect(try QRSymbol(bytes, correction: .quartile, mask: code.mask) == code)
        let empty = try QRSymbol([])
        #expect(empty.version == 1)
    }

    @Test func `the path has each dark module once, within its border`() throws {
        let code = try QRSymbol(Array("M9012345678901234".utf8), correction: .quartile)
        var dark = 0
        for row in 0..<code.size {
            for column in 0..<code.size where code.isDark(column: column, row: row) { dark += 1 }
        }
        let widths = code.path.split(separator: "h").compactMap { part in
            part.first == "-" ? nil : Int(part.prefix { $0.isNumber })
        }
        #expect(widths.reduce(0, +) == dark)
        #expect(code.path.hasPrefix("M4 4h7v1h-7z"), "the first finder, behind the border")
    }
}
