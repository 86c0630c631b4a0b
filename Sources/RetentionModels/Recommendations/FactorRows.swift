/// Rows of numbers in groups of eight, the last filled up with zeros: the factors of users or items.
struct FactorRows: Equatable, Sendable {
    let rowCount: Int
    /// Groups of eight in a row.
    let groupCount: Int
    /// [row × group]
    var groups: [SIMD8<Float>]

    /// Numbers in a row, with the fill.
    var width: Int { groupCount * 8 }

    init(rowCount: Int, groupCount: Int, groups: [SIMD8<Float>]) {
        precondition(groups.count == rowCount * groupCount, "rows of another length")
        self.rowCount = rowCount
        self.groupCount = groupCount
        self.groups = groups
    }

    /// Normal numbers of mean 0; the fill stays 0.
    init(rowCount: Int, factors: Int, deviation: Double, seed: UInt64) {
        let groupCount = (factors + 7) / 8
        var draws = SeededDraws(seed: seed)
        var groups = [SIMD8<Float>](repeating: .zero, count: rowCount * groupCount)
        for row in 0..<rowCount {
            for factor in 0..<factors {
                groups[row * groupCount + factor / 8][factor % 8] =
                    Float(draws.normal() * deviation)
            }
        }
        self.init(rowCount: rowCount, groupCount: groupCount, groups: groups)
    }

    subscript(row: Int) -> ArraySlice<SIMD8<Float>> {
        groups[row * groupCount..<(row + 1) * groupCount]
    }

    /// How many pieces work on rows is cut into: the same for any number of threads.
    private static let rowsPerPiece = 2048

    private var pieces: Int { (rowCount + Self.rowsPerPiece - 1) / Self.rowsPerPiece }

    private func rows(of piece: Int) -> Range<Int> {
        piece * Self.rowsPerPiece..<min(rowCount, (piece + 1) * Self.rowsPerPiece)
    }

    /// Σ row rowᵀ over all rows. [number × number]
    func gram(_ workers: Workers) -> [Double] {
        let sums = workers.map(pieces) { partialGram(rows(of: $0)) }
        var gram = [Double](repeating: 0, count: width * width)
        for sum in sums {
            for index in gram.indices { gram[index] += Double(sum[index / 8][index % 8]) }
        }
        return gram
    }

    /// Four numbers by eight stay in registers while the rows pass.
    private func partialGram(_ rows: Range<Int>) -> [SIMD8<Float>] {
        var sums = [SIMD8<Float>](repeating: .zero, count: width * groupCount)
        groups.withUnsafeBufferPointer { groups in
            // Few enough rows at a time to stay in the nearest cache.
            for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 128) {
                let end = min(rows.upperBound, start + 128)
                for left in 0..<groupCount * 2 {
                    for right in left / 2..<groupCount {
                        var tile = Tile()
                        for row in start..<end {
                            let place = row &* groupCount
                            let eight = groups[place &+ left / 2]
                            let four = left & 1 == 0 ? eight.lowHalf : eight.highHalf
                            tile.add(four, groups[place &+ right])
                        }
                        let place = left * 4 * groupCount + right
                        sums[place] += tile.a
                        sums[place + groupCount] += tile.b
                        sums[place + 2 * groupCount] += tile.c
                        sums[place + 3 * groupCount] += tile.d
                    }
                }
            }
        }
        // The other half by symmetry.
        for row in 0..<width {
            for column in 0..<row / 8 * 8 {
                sums[row * groupCount + column / 8][column % 8] =
                    sums[column * groupCount + row / 8][row % 8]
            }
        }
        return sums
    }

    /// Each row times a square matrix. [number × number]
    func times(_ matrix: [Double], _ workers: Workers) -> FactorRows {
        var columns = [SIMD8<Float>](repeating: .zero, count: width * groupCount)
        for index in matrix.indices { columns[index / 8][index % 8] = Float(matrix[index]) }
        let factors = columns
        let products = workers.map(pieces) { times(factors, rows(of: $0)) }
        return FactorRows(
            rowCount: rowCount, groupCount: groupCount, groups: Array(products.joined()))
    }

    private func times(_ columns: [SIMD8<Float>], _ rows: Range<Int>) -> [SIMD8<Float>] {
        var product = [SIMD8<Float>](repeating: .zero, count: rows.count * groupCount)
        groups.withUnsafeBufferPointer { groups in
            columns.withUnsafeBufferPointer { columns in
                for row in stride(from: rows.lowerBound, to: rows.upperBound, by: 4) {
                    // Rows past the end are the last one again.
                    let last = rows.upperBound - 1
                    let places = SIMD4(
                        row, min(row + 1, last), min(row + 2, last), min(row + 3, last)
                    ).wrappedTimes(groupCount)
                    for group in 0..<groupCount {
                        var tile = Tile()
                        for inner in 0..<groupCount {
                            let (a, b, c, d) = (
                                groups[places[0] &+ inner], groups[places[1] &+ inner],
                                groups[places[2] &+ inner], groups[places[3] &+ inner]
                            )
                            for lane in 0..<8 {
                                tile.add(
                                    SIMD4(a[lane], b[lane], c[lane], d[lane]),
                                    columns[(inner &* 8 &+ lane) &* groupCount &+ group])
                            }
                        }
                        for (offset, sum) in [tile.a, tile.b, tile.c, tile.d].enumerated()
                        where row + offset <= last {
                            let place = (row + offset - rows.lowerBound) * groupCount + group
                            product[place] = sum
                        }
                    }
                }
            }
        }
        return product
    }

    /// Four rows of eight sums.
    private struct Tile {
        var a = SIMD8<Float>.zero
        var b = SIMD8<Float>.zero
        var c = SIMD8<Float>.zero
        var d = SIMD8<Float>.zero

        @inline(__always)
        mutating func add(_ four: SIMD4<Float>, _ eight: SIMD8<Float>) {
            a += eight * four[0]
            b += eight * four[1]
            c += eight * four[2]
            d += eight * four[3]
        }
    }
}

extension SIMD4<Int> {
    fileprivate func wrappedTimes(_ factor: Int) -> SIMD4<Int> { self &* factor }
}
