import Glibc

/// Columns of numbers in files, one a column, as 64-bit floating point numbers of this machine: what
/// numpy.fromfile reads.
struct ColumnFolder {
    let path: String

    func write(_ name: String, _ column: [Double]) throws(BenchmarkFailure) {
        let file = "\(path)/\(name).f64"
        guard let handle = fopen(file, "wb") else {
            throw BenchmarkFailure("cannot write \(file): \(String(cString: strerror(errno)))")
        }
        let written = column.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, handle) }
        guard fclose(handle) == 0, written == column.count * MemoryLayout<Double>.size else {
            throw BenchmarkFailure("cannot write \(file): \(String(cString: strerror(errno)))")
        }
    }

    func write(_ name: String, _ column: [Int]) throws(BenchmarkFailure) {
        try write(name, column.map(Double.init))
    }
}
