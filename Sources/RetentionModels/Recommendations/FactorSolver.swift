/// Solves for the factors of one side with those of the other held.
///
/// A row with entries of weight w at fixed rows y solves (α₀ G + λᵣ I + Σ w y yᵀ) x = Σ w y, where
/// G = Σ y yᵀ over all fixed rows. In the eigenbasis of G the first two parts are diagonal, for any
/// λᵣ: multiplying by the matrix costs only the row's entries, and the diagonal is nearly the whole
/// matrix, so that conjugate gradients with it as a preconditioner need few steps.
struct FactorSolver: Sendable {
    /// The fixed side in its eigenbasis.
    let fixed: FactorRows
    /// α₀ times the eigenvalues, in groups of eight.
    private let spectrum: [SIMD8<Float>]
    private let settings: ImplicitALS.Settings

    /// Takes the fixed side in any basis.
    init(_ rows: FactorRows, _ settings: ImplicitALS.Settings, _ workers: Workers) {
        let eigen = SymmetricEigen(rows.gram(workers), size: rows.width)
        fixed = rows.times(eigen.vectors, workers)
        var spectrum = [SIMD8<Float>](repeating: .zero, count: rows.groupCount)
        for (index, value) in eigen.values.enumerated() {
            spectrum[index / 8][index % 8] = Float(settings.unobservedWeight * max(0, value))
        }
        self.spectrum = spectrum
        self.settings = settings
    }

    /// The factors of every row, in the eigenbasis of the fixed side. [row]
    func solve(_ interactions: Interactions, _ workers: Workers) -> FactorRows {
        // Pieces of about the same work; the same for any number of threads.
        let work = interactions.entryCount + 8 * interactions.userCount
        let target = max(4096, work / 128)
        var bounds = [0]
        var sum = 0
        for row in 0..<interactions.userCount {
            sum += interactions.entries(of: row).count + 8
            if sum >= target {
                bounds.append(row + 1)
                sum = 0
            }
        }
        if bounds.last != interactions.userCount { bounds.append(interactions.userCount) }
        let ends = bounds
        let solved = workers.map(ends.count - 1) { piece in
            solve(interactions, rows: ends[piece]..<ends[piece + 1])
        }
        return FactorRows(
            rowCount: interactions.userCount, groupCount: fixed.groupCount,
            groups: Array(solved.joined()))
    }

    private func solve(_ interactions: Interactions, rows: Range<Int>) -> [SIMD8<Float>] {
        var solved: [SIMD8<Float>] = []
        solved.reserveCapacity(rows.count * fixed.groupCount)
        var scratch = Scratch(groupCount: fixed.groupCount)
        for row in rows {
            let entries = interactions.entries(of: row)
            scratch.gather(
                fixed, interactions.items.span.extracting(entries),
                interactions.weights.span.extracting(entries))
            solve(&scratch, steps: settings.steps, tolerance: Self.fitTolerance)
            solved += scratch.solution
        }
        return solved
    }

    /// The factors of one row; items outside are passed over.
    func solve(_ history: [TakenItem]) -> [SIMD8<Float>] {
        var scratch = gathered(history)
        solve(&scratch, steps: settings.steps, tolerance: Self.fitTolerance)
        return scratch.solution
    }

    /// Solves with another right side than the entries': for what each entry contributes.
    func solve(_ history: [TakenItem], for right: ArraySlice<SIMD8<Float>>) -> [SIMD8<Float>] {
        var scratch = gathered(history)
        scratch.right = Array(right)
        solve(&scratch, steps: settings.steps, tolerance: Self.fitTolerance)
        return scratch.solution
    }

    private func gathered(_ history: [TakenItem]) -> Scratch {
        let known = history.filter { (0..<fixed.rowCount).contains($0.item) }
        var scratch = Scratch(groupCount: fixed.groupCount)
        let (items, weights) = (known.map { Int32($0.item) }, known.map { Float($0.weight) })
        scratch.gather(fixed, items.span, weights.span)
        return scratch
    }

    /// Of the squared length of what is left, beside that of the right side.
    private static let fitTolerance: Float = 1e-8

    /// Conjugate gradients (Hestenes & Stiefel 1952) from zero, into the scratch's solution.
    private func solve(_ scratch: inout Scratch, steps: Int, tolerance: Float) {
        let groupCount = fixed.groupCount
        let ridge = Float(settings.ridge(entries: scratch.entryCount, among: fixed.rowCount))
        for group in 0..<groupCount { scratch.solution[group] = .zero }
        guard scratch.entryCount > 0 else { return }
        var (left, size) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
        for group in 0..<groupCount {
            scratch.base[group] = spectrum[group] + ridge
            scratch.inverse[group] = 1 / (scratch.base[group] + scratch.diagonal[group])
            let r = scratch.right[group]
            let z = scratch.inverse[group] * r
            scratch.direction[group] = z
            left += r * z
            size += r * r
        }
        var slope = left.sum()
        let enough = tolerance * size.sum()
        for _ in 0..<steps where slope > 0 {
            let step = slope / scratch.multiply()
            guard step.isFinite else { break }
            (left, size) = (.zero, .zero)
            for group in 0..<groupCount {
                scratch.solution[group] += scratch.direction[group] * step
                let r = scratch.right[group] - scratch.product[group] * step
                scratch.right[group] = r
                left += r * r * scratch.inverse[group]
                size += r * r
            }
            if size.sum() <= enough { break }
            let next = left.sum()
            let turn = next / slope
            slope = next
            for group in 0..<groupCount {
                scratch.direction[group] =
                    scratch.inverse[group] * scratch.right[group]
                    + scratch.direction[group] * turn
            }
        }
    }

    /// One row's entries, side by side, and the vectors of the solution.
    private struct Scratch {
        let groupCount: Int
        var entryCount = 0
        private var weights: [Float] = []
        /// [entry × group], longer than needed after a longer row.
        private var entries: [SIMD8<Float>] = []
        var right: [SIMD8<Float>]
        var diagonal: [SIMD8<Float>]
        var base: [SIMD8<Float>]
        var inverse: [SIMD8<Float>]
        var direction: [SIMD8<Float>]
        var product: [SIMD8<Float>]
        var solution: [SIMD8<Float>]

        init(groupCount: Int) {
            self.groupCount = groupCount
            let zeros = [SIMD8<Float>](repeating: .zero, count: groupCount)
            (right, diagonal, base, inverse) = (zeros, zeros, zeros, zeros)
            (direction, product, solution) = (zeros, zeros, zeros)
        }

        /// Copies the rows of the items first, so that their way from memory overlaps.
        mutating func gather(_ fixed: FactorRows, _ items: Span<Int32>, _ weights: Span<Float>) {
            let groupCount = groupCount
            entryCount = items.count
            if self.weights.count < items.count {
                let longer = max(items.count, 2 * self.weights.count)
                self.weights = Array(repeating: 0, count: longer)
                entries = Array(repeating: .zero, count: longer * groupCount)
            }
            for group in 0..<groupCount { (right[group], diagonal[group]) = (.zero, .zero) }
            for index in items.indices {
                precondition(items[index] >= 0 && items[index] < fixed.rowCount, "no such row")
                self.weights[index] = weights[index]
            }
            fixed.groups.withUnsafeBufferPointer { groups in
                entries.withUnsafeMutableBufferPointer { entries in
                    for index in items.indices {
                        let place = Int(items[index]) &* groupCount
                        for group in 0..<groupCount {
                            entries[index &* groupCount &+ group] = groups[place &+ group]
                        }
                    }
                }
            }
            entries.withUnsafeBufferPointer { entries in
                right.withUnsafeMutableBufferPointer { right in
                    diagonal.withUnsafeMutableBufferPointer { diagonal in
                        for index in items.indices {
                            let weight = weights[index]
                            for group in 0..<groupCount {
                                let number = entries[index &* groupCount &+ group]
                                let weighted = number * weight
                                right[group] += weighted
                                diagonal[group] += weighted * number
                            }
                        }
                    }
                }
            }
        }

        /// The matrix times the direction, into the product; returns the direction times that.
        mutating func multiply() -> Float {
            let groupCount = groupCount
            var curvature = SIMD8<Float>.zero
            for group in 0..<groupCount {
                product[group] = base[group] * direction[group]
                curvature += product[group] * direction[group]
            }
            var sum = curvature.sum()
            entries.withUnsafeBufferPointer { entries in
                direction.withUnsafeBufferPointer { direction in
                    product.withUnsafeMutableBufferPointer { product in
                        for index in 0..<entryCount {
                            let start = index &* groupCount
                            var along = SIMD8<Float>.zero
                            for group in 0..<groupCount {
                                along += entries[start &+ group] * direction[group]
                            }
                            let length = along.sum()
                            let weighted = length * weights[index]
                            sum += length * weighted
                            for group in 0..<groupCount {
                                product[group] += entries[start &+ group] * weighted
                            }
                        }
                    }
                }
            }
            return sum
        }
    }
}
