import Dispatch
import RetentionModels
import Synchronization

/// Why a benchmark can't go on.
struct BenchmarkFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A line `name key=value key=value`.
struct ModelRequest {
    let name: String
    private let values: [Substring: Substring]

    init(_ line: String) {
        let words = line.split(separator: " ")
        name = words.first.map(String.init) ?? ""
        var values: [Substring: Substring] = [:]
        for word in words.dropFirst() {
            guard let end = word.firstIndex(of: "=") else { continue }
            values[word[..<end]] = word[word.index(after: end)...]
        }
        self.values = values
    }

    func text(_ key: Substring) throws(BenchmarkFailure) -> String {
        guard let value = values[key] else { throw BenchmarkFailure("\(name) needs \(key)=") }
        return String(value)
    }

    func number(_ key: Substring, or fallback: Double? = nil) throws(BenchmarkFailure) -> Double {
        if let value = values[key].flatMap({ Double($0) }) ?? fallback { return value }
        throw BenchmarkFailure("\(name) needs a number as \(key)=")
    }

    func numbers(_ key: Substring) throws(BenchmarkFailure) -> [Double] {
        try text(key).split(separator: ",").compactMap { Double($0) }
    }

    func count(_ key: Substring, or fallback: Int? = nil) throws(BenchmarkFailure) -> Int {
        if let value = values[key].flatMap({ Int($0) }) ?? fallback { return value }
        throw BenchmarkFailure("\(name) needs a count as \(key)=")
    }

    /// As many threads as `threads=` says; one without it.
    func workers() throws(BenchmarkFailure) -> Workers {
        let threads = try count("threads", or: 1)
        guard threads > 1 else { return .one }
        return Workers { pieces, body in
            let next = Atomic(0)
            DispatchQueue.concurrentPerform(iterations: threads) { _ in
                while true {
                    let piece = next.add(1, ordering: .relaxed).oldValue
                    guard piece < pieces else { return }
                    body(piece)
                }
            }
        }
    }
}

/// A line `key=value key=value`.
struct ModelAnswer {
    private(set) var line = ""

    init() {}

    /// Begins with the seconds that something took.
    init(_ duration: Duration) { add("seconds", duration.seconds) }

    mutating func add(_ key: String, _ value: some CustomStringConvertible) {
        line += "\(line.isEmpty ? "" : " ")\(key)=\(value)"
    }

    mutating func add(_ key: String, _ values: [Double]) {
        add(key, values.map(String.init(describing:)).joined(separator: ","))
    }
}
