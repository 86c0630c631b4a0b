import NIOPosix

/// Work that blocks its thread (queries, fits, password hashes), kept off the threads that serve requests.
enum Blocking {
    private static let pool: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 4)
        pool.start()
        return pool
    }()

    /// Password hashes have threads of their own, so that guessing doesn't keep pages waiting.
    private static let passwords: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        return pool
    }()

    /// Counts of all customers may take many seconds: one at a time, so that pages don't wait for them.
    private static let counts: NIOThreadPool = {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        return pool
    }()

    static func count<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await counts.runIfActive(body)
    }

    static func password<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await passwords.runIfActive(body)
    }

    static func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await pool.runIfActive(body)
    }
}
