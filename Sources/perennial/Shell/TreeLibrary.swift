import Boosting
import Settings

/// The LightGBM library where there is one: what uses boosted trees works without, and says so.
struct TreeLibrary {
    /// Nil where none can be used.
    let library: BoostingLibrary?
    /// Why there is none, and what to do about it.
    let absence: String?

    /// Looks for the library that the settings name, or else for the one `script/setup` installed.
    static func load(_ settings: WorkspaceSettings) -> TreeLibrary {
        do {
            let library = try BoostingLibrary(
                chosen: settings.lightGBMLibrary,
                candidates: InstalledFiles.candidates("lib/lib_lightgbm.so"))
            return TreeLibrary(library: library, absence: nil)
        } catch .libraryMissing {
            return TreeLibrary(
                library: nil,
                absence: "no LightGBM library found; run script/setup, or set LIGHTGBM_LIBRARY")
        } catch {
            return TreeLibrary(library: nil, absence: error.description)
        }
    }
}
