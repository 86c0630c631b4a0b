import NIOPosix

/// A thread for reads and writes of the store, which wait there and not where requests are served.
struct StoreThread: Sendable {
    static let outbox = StoreThread()
    static let mail = StoreThread()

    private let pool: NIOThreadPool

    private init() {
        pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
    }

    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        // Not `runIfActive`: what was carried out is to be noted also where the task is cancelled.
        try await withCheckedThrowingContinuation { continuation in
            pool.submit { state in
                guard case .active = state else {
                    return continuation.resume(throwing: CancellationError())
                }
                continuation.resume(with: Result { try body() })
            }
        }
    }
}
