import Foundation
import RetentionModels

@testable import Boosting

/// Where the tests find the LightGBM library.
enum TestLibrary {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let chosen = ProcessInfo.processInfo.environment["LIGHTGBM_LIBRARY"] ?? ""
    static let installed = root.appending(path: ".perennial/lib/lib_lightgbm.so").path

    /// Where there is one, and wherever everything is to be tested.
    static let isExpected =
        ProcessInfo.processInfo.environment["CI"] == "true"
        || FileManager.default.isReadableFile(atPath: chosen.isEmpty ? installed : chosen)

    static func loaded() throws -> BoostingLibrary {
        try BoostingLibrary(chosen: chosen, candidates: [installed])
    }
}

/// Customers made up by rules: silence and tickets raise, orders lower the probability to leave;
/// the rest says nothing.
struct Simulated {
    let table: FeatureTable
    let happened: [Bool]

    init(
        seed: UInt64, customers: Int, trend: Feature.Trend = .free,
        truth: (_ silence: Double, _ plan: Int) -> Double = { silence, plan in
            -2 + (silence > 20 ? 2 : 0) + (plan == 3 ? 1.5 : 0)
        }
    ) throws {
        var state = seed
        func uniform() -> Double {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return (Double((z ^ (z >> 31)) >> 11) + 0.5) * 0x1p-53
        }
        var (silence, plan, noise, happened) = ([Double](), [Double](), [Double](), [Bool]())
        for _ in 0..<customers {
            let (days, kind) = (uniform() * 40, Int(uniform() * 6))
            // A tenth isn't known, and leaves as the others do.
            silence.append(uniform() < 0.1 ? .nan : days)
            plan.append(Double(kind))
            noise.append(uniform())
            happened.append(uniform() < probability(logOdds: truth(days, kind)))
        }
        table = try FeatureTable(
            features: [
                .number("silence", trend: trend),
                .category("plan", levels: (0..<6).map { "plan \($0)" }), .number("noise"),
            ], columns: [silence, plan, noise])
        self.happened = happened
    }
}
