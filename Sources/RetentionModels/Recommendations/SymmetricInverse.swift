/// A symmetric positive definite matrix, inverted in place.
///
/// The sweep operator by blocks (Beaton 1964; Goodnight, The American Statistician 33, 1979): with
/// the pivot block D, the panel P beside it and W = P D⁻¹, every other element loses W Pᵀ, the
/// panel becomes W and D becomes −D⁻¹. After all blocks the matrix is minus its inverse. No pivots
/// are sought: those of a positive definite matrix are. Half of the matrix is computed, n³/2
/// multiplications, nearly all of them in one kernel.
struct SymmetricInverse {
    /// Rows of a block: a tile's panels stay in the nearest cache.
    private static let block = 64

    private let size: Int
    /// Rounded up to whole tiles; the rest is identity.
    private let padded: Int
    private var matrix: [Double]

    /// A zero matrix, to be filled.
    init(size: Int) {
        self.size = size
        padded = (size + 3) / 4 * 4
        matrix = Array(repeating: 0, count: padded * padded)
        for i in size..<padded { matrix[i * padded + i] = 1 }
    }

    /// An element of the lower half: the column is at most the row.
    subscript(row: Int, column: Int) -> Double {
        @inline(__always) get { matrix[row * padded + column] }
        @inline(__always) set { matrix[row * padded + column] = newValue }
    }

    /// Inverts; false where the matrix is not positive definite to the machine, which leaves
    /// nothing of use.
    mutating func invert(_ workers: Workers) -> Bool {
        let (n, tiles) = (padded, padded / 4)
        var start = 0
        while start < n {
            let width = min(Self.block, n - start)
            guard let pivot = invertedPivot(from: start, width: width) else { return false }
            // Panels by tiles of four rows: [tile][column] of four.
            var panel = [SIMD4<Double>](repeating: .zero, count: tiles * width)
            for row in 0..<n where row < start || row >= start + width {
                for k in 0..<width {
                    panel[row / 4 * width + k][row % 4] =
                        row < start
                        ? matrix[(start + k) * n + row] : matrix[row * n + start + k]
                }
            }
            var scaled = [SIMD4<Double>](repeating: .zero, count: tiles * width)
            for tile in 0..<tiles {
                for k in 0..<width {
                    let value = panel[tile * width + k]
                    for j in 0..<width { scaled[tile * width + j] += value * pivot[k * width + j] }
                }
            }
            subtract(scaled, panel, width: width, workers)
            for row in 0..<n {
                for k in 0..<width {
                    let value = scaled[row / 4 * width + k][row % 4]
                    if row < start {
                        matrix[(start + k) * n + row] = value
                    } else if row >= start + width {
                        matrix[row * n + start + k] = value
                    } else if start + k <= row {
                        matrix[row * n + start + k] = -pivot[(row - start) * width + k]
                    }
                }
            }
            start += width
        }
        for index in matrix.indices { matrix[index] = -matrix[index] }
        return (0..<size).allSatisfy { self[$0, $0] > 0 && self[$0, $0] < .infinity }
    }

    /// The lower half less W Pᵀ.
    private mutating func subtract(
        _ scaled: [SIMD4<Double>], _ panel: [SIMD4<Double>], width: Int, _ workers: Workers
    ) {
        let (n, tiles) = (padded, padded / 4)
        let band = 16
        matrix.withUnsafeMutableBufferPointer { elements in
            guard let base = elements.baseAddress else { return }
            // Each piece writes the rows of its own band and reads nothing else of the matrix.
            nonisolated(unsafe) let matrix = base
            _ = workers.map((tiles + band - 1) / band) { piece in
                scaled.withUnsafeBufferPointer { scaled in
                    panel.withUnsafeBufferPointer { panel in
                        let rows = piece * band..<min(tiles, (piece + 1) * band)
                        for columnTile in 0..<rows.upperBound {
                            for rowTile in max(rows.lowerBound, columnTile)..<rows.upperBound {
                                Self.subtractTile(
                                    matrix + rowTile * 4 * n + columnTile * 4, stride: n,
                                    scaled, rowTile * width, panel, columnTile * width, width)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Four rows and four columns of the product.
    @inline(__always)
    private static func subtractTile(
        _ tile: UnsafeMutablePointer<Double>, stride: Int,
        _ left: UnsafeBufferPointer<SIMD4<Double>>, _ leftStart: Int,
        _ right: UnsafeBufferPointer<SIMD4<Double>>, _ rightStart: Int, _ width: Int
    ) {
        var (a, b, c, d) = (
            SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero
        )
        for k in 0..<width {
            let l = left[leftStart &+ k]
            let r = right[rightStart &+ k]
            a += r * l[0]
            b += r * l[1]
            c += r * l[2]
            d += r * l[3]
        }
        for (row, sum) in [(0, a), (1, b), (2, c), (3, d)] {
            let line = tile + row * stride
            for column in 0..<4 { line[column] -= sum[column] }
        }
    }

    /// The inverse of a block on the diagonal, full, by Cholesky; nil where it isn't positive
    /// definite. [row × column]
    private func invertedPivot(from start: Int, width: Int) -> [Double]? {
        var l = [Double](repeating: 0, count: width * width)
        for i in 0..<width {
            for j in 0...i {
                var sum = matrix[(start + i) * padded + start + j]
                for k in 0..<j { sum -= l[i * width + k] * l[j * width + k] }
                if i == j {
                    guard sum > 0, sum < .infinity else { return nil }
                    l[i * width + i] = sum.squareRoot()
                } else {
                    l[i * width + j] = sum / l[j * width + j]
                }
            }
        }
        // L⁻¹ by columns, then its transpose times itself.
        var m = [Double](repeating: 0, count: width * width)
        for j in 0..<width {
            m[j * width + j] = 1 / l[j * width + j]
            for i in j + 1..<max(width, j + 1) {
                var sum = 0.0
                for k in j..<i { sum -= l[i * width + k] * m[k * width + j] }
                m[i * width + j] = sum / l[i * width + i]
            }
        }
        var inverse = [Double](repeating: 0, count: width * width)
        for i in 0..<width {
            for j in 0...i {
                var sum = 0.0
                for k in i..<width { sum += m[k * width + i] * m[k * width + j] }
                inverse[i * width + j] = sum
                inverse[j * width + i] = sum
            }
        }
        return inverse
    }
}
