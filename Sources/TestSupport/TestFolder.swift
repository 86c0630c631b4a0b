import Foundation

/// A folder for one test, removed when the test lets go of it.
package final class TestFolder: Sendable {
    package let path: String

    package init() throws {
        path = FileManager.default.temporaryDirectory.path + "/perennial-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        // What a test leaves behind harms nobody; the system empties its folder for temporary files.
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in the folder.
    package func file(_ name: String) -> String { path + "/" + name }

    package func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: file(name), withIntermediateDirectories: false)
    }

    /// Writes a file, over what is there.
    package func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    }

    /// Deletes a file, where there is one, and everything whose name goes on from its name (`-wal` and the like).
    package func remove(_ name: String) throws {
        for found in try names(beginning: name) {
            try FileManager.default.removeItem(atPath: file(found))
        }
    }

    /// Copies a file and what belongs to it into another folder, over what is there.
    package func copy(_ name: String, to other: TestFolder) throws {
        try other.remove(name)
        for found in try names(beginning: name) {
            try FileManager.default.copyItem(atPath: file(found), toPath: other.file(found))
        }
    }

    private func names(beginning: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path)
            .filter { $0.hasPrefix(beginning) }
    }
}
