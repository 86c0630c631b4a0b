import Kernel
import Records

/// What the runs of the models that are kept foretold, each to be gone by from the moment whose past it saw.
struct PastForecasts {
    typealias Run = (run: ID<ModelRun>, asOf: Timestamp)

    private let runs: [Run]
    private let read: (Run) throws -> PredictionTable
    private var place = 0

    /// - Parameters:
    ///   - runs: By what they saw.
    ///   - read: What one foretold.
    init(
        runs: [Run] = [],
        read: @escaping (Run) throws -> PredictionTable = { _ in PredictionTable() }
    ) {
        self.runs = runs
        self.read = read
    }

    /// When the next run is gone by; nil after the last.
    var nextAt: Timestamp? {
        place < runs.count ? runs[place].asOf.adding(milliseconds: 1) : nil
    }

    /// Reads the newest run that is to be gone by at a moment; nil where there is none that wasn't taken before.
    mutating func take(by moment: Timestamp) throws -> PredictionTable? {
        var found: Run?
        while let at = nextAt, at <= moment {
            found = runs[place]
            place += 1
        }
        return try found.map(read)
    }

    /// By what conditions on predictions are judged, in words.
    func note(zone: ZoneRules) -> String {
        guard let first = runs.first, let last = runs.last else {
            return
                "nothing is foretold of anybody: no run of the models is kept that saw "
                + "no more than the past until then; perennial score --as-of DAY makes one"
        }
        let days = (zone.day(of: first.asOf), zone.day(of: last.asOf))
        let which =
            runs.count == 1
            ? "the run of the models as of \(days.0)"
            : "the \(runs.count) kept runs of the models as of \(days.0) to \(days.1)"
        return
            "predictions are those of \(which), each gone by from the day after; of whom none of them "
            + "knew nothing is foretold"
    }
}
