import Foundation

/// Where tests find what isn't part of the code.
package enum TestPaths {
    /// The package's own folder.
    package static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

    /// Data that isn't part of the repository.
    package static let data =
        ProcessInfo.processInfo.environment["PERENNIAL_TEST_DATA"]
        ?? packageRoot + "/../shared/data"

    /// Small data that is.
    package static let fixtures = packageRoot + "/Tests/Fixtures"

    /// A DuckDB library that the environment names; empty for the one that `script/setup` installs.
    package static let chosenDuckDB =
        ProcessInfo.processInfo.environment["DUCKDB_LIBRARY"] ?? ""

    package static let installedDuckDB = packageRoot + "/.perennial/lib/libduckdb.so"

    /// Whether suites that need DuckDB run: where there is one, and wherever everything is to be tested.
    package static var expectsDuckDB: Bool {
        if ProcessInfo.processInfo.environment["CI"] == "true" { return true }
        let path = chosenDuckDB.isEmpty ? installedDuckDB : chosenDuckDB
        return FileManager.default.isReadableFile(atPath: path)
    }

    package static let installedLightGBM = packageRoot + "/.perennial/lib/lib_lightgbm.so"

    /// Whether tests that need LightGBM run: as with DuckDB.
    package static var expectsLightGBM: Bool {
        ProcessInfo.processInfo.environment["CI"] == "true" || isReadable(installedLightGBM)
    }

    package static func isReadable(_ path: String) -> Bool {
        FileManager.default.isReadableFile(atPath: path)
    }

    /// A file's rows split at commas, without the heading.
    package static func rows(ofCSV path: String) throws -> [[Substring]] {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
            .dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }
}
