/// A symmetric positive definite system of equations, factored once (Cholesky).
struct SymmetricSystem {
    private let lower: [Double]
    let size: Int

    /// Nil where the matrix, row-major, isn't safely positive definite.
    init?(_ matrix: [Double], size: Int) {
        guard let lower = Curvature.choleskyFactor(matrix, size) else { return nil }
        self.lower = lower
        self.size = size
    }

    /// x where matrix × x = `right`.
    func solve(_ right: [Double]) -> [Double] {
        var x = right
        for i in 0..<size {
            var sum = x[i]
            for k in 0..<i { sum -= lower[i * size + k] * x[k] }
            x[i] = sum / lower[i * size + i]
        }
        for i in stride(from: size - 1, through: 0, by: -1) {
            var sum = x[i]
            for k in (i + 1)..<max(size, i + 1) { sum -= lower[k * size + i] * x[k] }
            x[i] = sum / lower[i * size + i]
        }
        return x
    }

    /// The inverse, row-major.
    var inverse: [Double] {
        var inverse = [Double](repeating: 0, count: size * size)
        for column in 0..<size {
            var unit = [Double](repeating: 0, count: size)
            unit[column] = 1
            let x = solve(unit)
            for row in 0..<size { inverse[row * size + column] = x[row] }
        }
        return inverse
    }
}
