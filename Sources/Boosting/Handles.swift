import CLightGBM
import RetentionModels

/// A data set in LightGBM's hands.
final class Dataset {
    let handle: lgbm_dataset

    /// Copies the table, binned.
    ///
    /// - Parameter reference: Whose bins are shared.
    convenience init(
        _ table: FeatureTable, _ happened: [Bool], _ parameters: String, reference: Dataset?
    ) throws(BoostingError) {
        try self.init(
            table.flat, rows: table.count, columns: table.features.count, isByRow: false,
            parameters, reference)
        try set("label", happened.map { $0 ? 1 : 0 })
    }

    /// Copies rows with their targets and weights, binned.
    convenience init(
        _ rows: FeatureRows, _ targets: [Double], _ weights: [Double], _ parameters: String,
        reference: Dataset?
    ) throws(BoostingError) {
        try self.init(
            rows.values, rows: rows.rowCount, columns: rows.columnCount, isByRow: true, parameters,
            reference)
        try set("label", targets.map { Float($0) })
        try set("weight", weights.map { Float($0) })
    }

    private init(
        _ values: [Double], rows: Int, columns: Int, isByRow: Bool, _ parameters: String,
        _ reference: Dataset?
    ) throws(BoostingError) {
        guard let rows = Int32(exactly: rows), let columns = Int32(exactly: columns) else {
            throw .learning(.shape)
        }
        var out: lgbm_dataset?
        let created = lgbm_dataset_create_from_mat(
            values, Int32(LGBM_FLOAT64), rows, columns, isByRow ? 1 : 0, parameters,
            reference?.handle, &out)
        try BoostingLibrary.check(created)
        guard let out else { throw .refused(reason: "it made no data set") }
        handle = out
    }

    private func set(_ field: String, _ values: [Float]) throws(BoostingError) {
        guard let count = Int32(exactly: values.count) else { throw .learning(.shape) }
        try BoostingLibrary.check(
            lgbm_dataset_set_field(handle, field, values, count, Int32(LGBM_FLOAT32)))
    }

    deinit { _ = lgbm_dataset_free(handle) }
}

/// Trees in LightGBM's hands.
///
/// Unchecked: the handle never changes. Whoever makes a booster from data has it alone and must
/// keep the data alive while it grows. One that was read from a text is only read thereafter, and
/// LightGBM takes a shared lock of its own for each reading call.
final class Booster: @unchecked Sendable {
    private let handle: lgbm_booster

    init(training: Dataset, _ parameters: String) throws(BoostingError) {
        var out: lgbm_booster?
        try BoostingLibrary.check(lgbm_booster_create(training.handle, parameters, &out))
        guard let out else { throw .refused(reason: "it made no booster") }
        handle = out
    }

    init(text: String) throws(BoostingError) {
        var out: lgbm_booster?
        var iterations: Int32 = 0
        try BoostingLibrary.check(lgbm_booster_load_model_from_string(text, &iterations, &out))
        guard let out else { throw .refused(reason: "it read no model") }
        handle = out
    }

    deinit { _ = lgbm_booster_free(handle) }

    func judge(on judges: Dataset) throws(BoostingError) {
        try BoostingLibrary.check(lgbm_booster_add_valid_data(handle, judges.handle))
    }

    /// Whether no further split was found.
    func growTree() throws(BoostingError) -> Bool {
        var isFinished: Int32 = 0
        try BoostingLibrary.check(lgbm_booster_update_one_iter(handle, &isFinished))
        return isFinished != 0
    }

    func heldBackLoss() throws(BoostingError) -> Double {
        var (losses, count): ([Double], Int32) = ([0, 0, 0, 0], 0)
        try BoostingLibrary.check(lgbm_booster_get_eval(handle, 1, &count, &losses))
        guard count == 1 else { throw .refused(reason: "it judges by \(count) figures, not one") }
        return losses[0]
    }

    func treeCount() throws(BoostingError) -> Int {
        var count: Int32 = 0
        try BoostingLibrary.check(lgbm_booster_get_current_iteration(handle, &count))
        return Int(count)
    }

    func featureCount() throws(BoostingError) -> Int {
        var count: Int32 = 0
        try BoostingLibrary.check(lgbm_booster_get_num_feature(handle, &count))
        return Int(count)
    }

    func predict(
        _ values: [Double], rows: Int, columns: Int, isByRow: Bool = false, kind: Int32,
        width: Int, trees: Int
    ) throws(BoostingError) -> [Double] {
        guard let rowCount = Int32(exactly: rows), let columnCount = Int32(exactly: columns) else {
            throw .learning(.shape)
        }
        var out = [Double](repeating: 0, count: rows * width)
        var count: Int64 = 0
        try BoostingLibrary.check(
            lgbm_booster_predict_for_mat(
                handle, values, Int32(LGBM_FLOAT64), rowCount, columnCount,
                isByRow ? 1 : 0, kind, 0,
                Int32(trees), "num_threads=1", &count, &out))
        guard count == Int64(out.count) else {
            throw .refused(reason: "it predicted \(count) numbers, not \(out.count)")
        }
        return out
    }

    func text(trees: Int) throws(BoostingError) -> String {
        var size: Int64 = 1 << 16
        while true {
            var text = [CChar](repeating: 0, count: Int(size))
            var needed: Int64 = 0
            try BoostingLibrary.check(
                lgbm_booster_save_model_to_string(handle, 0, Int32(trees), 0, size, &needed, &text))
            if needed <= size {
                let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                return String(decoding: bytes, as: UTF8.self)
            }
            size = needed
        }
    }
}
