import CLightGBM

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The loaded LightGBM library; having one is the proof that its functions may be called.
///
/// A process loads one library once; later values name the same one.
package struct BoostingLibrary: Sendable {
    /// Loads the library.
    ///
    /// - Parameters:
    ///   - chosen: The user's own choice (`LIGHTGBM_LIBRARY`), tried alone; nil or empty for none.
    ///   - candidates: Paths to try in this order otherwise.
    /// - Throws: `.libraryMissing` where no path can be read; `.libraryUnusable` where the chosen
    ///   one, or each one found, can't be opened or lacks a function.
    package init(chosen: String?, candidates: [String]) throws(BoostingError) {
        let isChosen = chosen.map { !$0.isEmpty } ?? false
        let paths = isChosen ? [chosen ?? ""] : candidates
        var failure = BoostingError.libraryMissing(lookedFor: paths)
        for path in paths {
            guard isChosen || access(path, R_OK) == 0 else { continue }
            var message = [CChar](repeating: 0, count: 512)
            if perennial_lightgbm_load(path, &message, message.count) { return }
            let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            failure = .libraryUnusable(path: path, reason: String(decoding: text, as: UTF8.self))
        }
        throw failure
    }

    /// Turns a call's result into an error with LightGBM's own message.
    static func check(_ result: Int32) throws(BoostingError) {
        guard result != 0 else { return }
        throw .refused(reason: lgbm_get_last_error().map { String(cString: $0) } ?? "no reason")
    }
}
