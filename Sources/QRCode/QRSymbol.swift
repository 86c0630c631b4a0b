/// Bytes as a picture that scanners read: a QR code in byte mode, as ISO/IEC 18004:2015 has it.
///
/// The smallest version that holds the bytes is taken, and the mask with the least penalty. What the bytes mean is left to
/// who reads them: keep to ASCII where any scanner must agree.
package struct QRSymbol: Sendable, Equatable {
    /// How much of the picture may be lost (ISO/IEC 18004:2015 §6.5.1): about 7, 15, 25 and 30 per cent.
    package enum Correction: Int, Sendable, CaseIterable {
        case low, medium, quartile, high

        /// As the format information names it (Table 12).
        var formatBits: Int {
            switch self {
            case .low: 0b01
            case .medium: 0b00
            case .quartile: 0b11
            case .high: 0b10
            }
        }
    }

    /// More bytes than the largest version holds.
    package struct TooLong: Error, Equatable {
        package let bytesMax: Int
    }

    package static let versions = 1...40
    /// The light border that a reader needs around the picture (§6.3.8).
    package static let quietModules = 4

    /// 1 to 40: how large it is.
    package let version: Int
    /// 0 to 7: which pattern was laid over the data.
    package let mask: Int
    private let canvas: QRCanvas

    /// Modules on a side, without the quiet border: 21 to 177.
    package var size: Int { canvas.size }

    /// - Throws: `TooLong`, with how many bytes are held at the most at this correction.
    package init(
        _ bytes: [UInt8], correction: Correction = .medium
    ) throws(TooLong) {
        try self.init(bytes, correction: correction, mask: nil)
    }

    /// - Parameter mask: Which pattern to lay over the data; nil for the one with the least penalty.
    init(_ bytes: [UInt8], correction: Correction, mask: Int?) throws(TooLong) {
        guard
            let version = Self.versions.first(where: {
                bytes.count <= Self.bytesMax(version: $0, correction: correction)
            })
        else {
            throw TooLong(
                bytesMax: Self.bytesMax(version: Self.versions.upperBound, correction: correction))
        }
        self.version = version
        let shape = QRShape(version: version, correction: correction)
        let blank = QRCanvas(
            version: version, codewords: shape.interleaved(Self.data(bytes, version, shape)))
        var best: (mask: Int, canvas: QRCanvas, penalty: Int)?
        for candidate in mask.map({ $0...$0 }) ?? 0...7 {
            var canvas = blank
            canvas.lay(mask: candidate, correction: correction)
            let penalty = mask == nil ? canvas.penalty : 0
            if penalty < best?.penalty ?? .max { best = (candidate, canvas, penalty) }
        }
        self.mask = best?.mask ?? 0
        canvas = best?.canvas ?? blank
    }

    /// Whether a module is dark; `column` and `row` count from 0 at the upper left, without the border.
    package func isDark(column: Int, row: Int) -> Bool { canvas[column, row] }

    /// The dark modules as the data of an SVG path, one unit each, with the quiet border: the picture is
    /// `size + 2 * quietModules` wide and high.
    package var path: String {
        var path = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                guard canvas[column, row] else {
                    column += 1
                    continue
                }
                let start = column
                while column < size, canvas[column, row] { column += 1 }
                path +=
                    "M\(start + Self.quietModules) \(row + Self.quietModules)h\(column - start)v1"
                    + "h-\(column - start)z"
            }
        }
        return path
    }

    /// How many bytes a version holds in byte mode (Table 7).
    package static func bytesMax(version: Int, correction: Correction) -> Int {
        let shape = QRShape(version: version, correction: correction)
        return (shape.dataCodewords * 8 - 4 - countBits(version)) / 8
    }

    /// Bits of the character count indicator in byte mode (Table 3).
    private static func countBits(_ version: Int) -> Int { version < 10 ? 8 : 16 }

    /// The data codewords: mode, count, bytes, terminator and padding (§7.4).
    private static func data(_ bytes: [UInt8], _ version: Int, _ shape: QRShape) -> [UInt8] {
        // Behind the mode's four bits each byte stands across two codewords.
        var nibbles: [UInt8] = [0b0100]
        for shift in stride(from: countBits(version) - 4, through: 0, by: -4) {
            nibbles.append(UInt8(truncatingIfNeeded: bytes.count >> shift) & 0xF)
        }
        for byte in bytes { nibbles += [byte >> 4, byte & 0xF] }
        // The terminator of four bits; in byte mode there is always room for it.
        nibbles.append(0)
        var data = stride(from: 0, to: nibbles.count, by: 2).map {
            nibbles[$0] << 4 | nibbles[$0 + 1]
        }
        var isFirst = true
        while data.count < shape.dataCodewords {
            data.append(isFirst ? 0b1110_1100 : 0b0001_0001)
            isFirst.toggle()
        }
        return data
    }
}
