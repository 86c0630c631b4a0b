package import Kernel
import NIOPosix
package import Predictions
import Synchronization

/// The model that offers are made by, kept in memory: it is learnt once a day, or when much was
/// bought since.
///
/// Learning has a thread of its own, one for the process: it is never done twice at once, and keeps
/// neither requests nor other queries waiting. While a newer model is learnt, the one before serves.
package final class KeptOffers: Sendable {
    /// What a model was learnt from.
    package struct Basis: Sendable, Equatable {
        package var day: CalendarDay
        /// Order lines that counted.
        package var lines: Int

        package init(day: CalendarDay, lines: Int) {
            self.day = day
            self.lines = lines
        }

        /// Whether a model of this serves where that is what there is: of the same day, with not a
        /// tenth of the lines more or fewer. What a customer bought since counts all the same:
        /// their history is read anew each time.
        func serves(_ now: Basis) -> Bool {
            day == now.day && abs(lines - now.lines) <= lines / 10
        }
    }

    private struct State {
        var kept: (basis: Basis, model: OfferModel)?
        var isLearning = false
    }

    private static let thread: NIOThreadPool = {
        let thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        return thread
    }()

    private let state = Mutex(State())

    package init() {}

    /// The model for what there is, learnt where the one at hand is of something else.
    ///
    /// - Parameter learn: Blocks while it computes.
    package func model(
        for basis: Basis, learn: @escaping @Sendable () throws -> OfferModel
    ) async throws -> OfferModel {
        let found = state.withLock { state in
            state.kept.flatMap { kept in
                state.isLearning || kept.basis.serves(basis) ? kept.model : nil
            }
        }
        if let found { return found }
        return try await Self.thread.runIfActive { [self] in
            // Those who waited find what the first of them learnt.
            let learnt = state.withLock { state -> OfferModel? in
                if let kept = state.kept, kept.basis.serves(basis) { return kept.model }
                state.isLearning = true
                return nil
            }
            if let learnt { return learnt }
            defer { state.withLock { $0.isLearning = false } }
            let model = try learn()
            state.withLock { $0.kept = (basis, model) }
            return model
        }
    }
}
