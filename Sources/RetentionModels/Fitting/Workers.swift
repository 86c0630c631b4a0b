import Synchronization

/// Who computes the pieces of a long sum: one thread unless the caller has more to give.
///
/// The pieces are the same for any number of threads and are added in one order, so the result is
/// the same to the last bit.
public struct Workers: Sendable {
    /// Calls the body once for each of 0..<pieces, at the same time or not, and returns when all
    /// calls have.
    public typealias Run =
        @Sendable (_ pieces: Int, _ body: @Sendable (_ piece: Int) -> Void) -> Void

    private let run: Run?

    /// Whether there is but the caller's thread.
    var areOne: Bool { run == nil }

    /// Pieces one after another.
    public static let one = Workers(run: nil)

    /// Pieces as the caller runs them, as Dispatch's `concurrentPerform` does for example.
    public init(_ run: @escaping Run) { self.run = run }

    private init(run: Run?) { self.run = run }

    /// The value of each piece, in order.
    public func map<Value: Sendable>(
        _ pieces: Int, _ value: @Sendable (_ piece: Int) -> Value
    ) -> [Value] {
        guard let run, pieces > 1 else { return (0..<pieces).map(value) }
        let values = Mutex<[Value?]>(Array(repeating: nil, count: pieces))
        run(pieces) { piece in
            let found = value(piece)
            values.withLock { $0[piece] = found }
        }
        return values.withLock { $0 }.enumerated().map { piece, found in found ?? value(piece) }
    }
}
