/// The eigenvalues of a symmetric matrix and an orthogonal matrix Q with A = Q diag(values) Qᵀ.
///
/// Jacobi's rotations by rows (Golub & Van Loan 2013, 8.5), each element at least once a sweep
/// unless it is already nothing beside the diagonal.
struct SymmetricEigen: Sendable {
    /// In no order. [column of Q]
    let values: [Double]
    /// [row × column]
    let vectors: [Double]

    init(_ matrix: [Double], size n: Int) {
        precondition(matrix.count == n * n, "not square")
        var a = matrix
        // Rows of Qᵀ: a rotation then touches two rows of each.
        var q = [Double](repeating: 0, count: n * n)
        for i in 0..<n { q[i * n + i] = 1 }
        let scale = matrix.reduce(0) { max($0, abs($1)) }
        for _ in 0..<30 {
            var isDone = true
            for i in 0..<n {
                for j in i + 1..<max(n, i + 1) {
                    let off = a[i * n + j]
                    // Single precision is all that the factors have.
                    guard
                        abs(off) > 1e-9 * (abs(a[i * n + i] * a[j * n + j])).squareRoot(),
                        abs(off) > 1e-12 * scale
                    else { continue }
                    isDone = false
                    let theta = (a[j * n + j] - a[i * n + i]) / (2 * off)
                    let t = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot()
                    Self.rotate(&a, &q, n, i, j, c, t * c)
                }
            }
            if isDone { break }
        }
        values = (0..<n).map { a[$0 * n + $0] }
        vectors = (0..<n * n).map { q[$0 % n * n + $0 / n] }
    }

    private static func rotate(
        _ a: inout [Double], _ q: inout [Double], _ n: Int, _ i: Int, _ j: Int, _ c: Double,
        _ s: Double
    ) {
        a.withUnsafeMutableBufferPointer { a in
            for k in 0..<n {
                let (x, y) = (a[i &* n &+ k], a[j &* n &+ k])
                a[i &* n &+ k] = c * x - s * y
                a[j &* n &+ k] = s * x + c * y
            }
            for k in 0..<n {
                let (x, y) = (a[k &* n &+ i], a[k &* n &+ j])
                a[k &* n &+ i] = c * x - s * y
                a[k &* n &+ j] = s * x + c * y
            }
        }
        q.withUnsafeMutableBufferPointer { q in
            for k in 0..<n {
                let (x, y) = (q[i &* n &+ k], q[j &* n &+ k])
                q[i &* n &+ k] = c * x - s * y
                q[j &* n &+ k] = s * x + c * y
            }
        }
    }
}
