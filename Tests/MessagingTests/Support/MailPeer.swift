import Foundation
import TestPrograms
import Testing

/// Python with dkimpy and its own mail library, as `script/setup --test` installs it.
enum MailPeer {
    /// Nil where it isn't installed.
    static let python: URL? = {
        var root = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { root.deleteLastPathComponent() }
        let folder = root.appending(path: ".perennial/venv")
        let libraries = folder.appending(path: "lib")
        // No folder, no peer.
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? []
        let hasVerifier = versions.contains { version in
            let path = libraries.appending(path: version + "/site-packages/dkim").path
            return FileManager.default.fileExists(atPath: path)
        }
        let python = folder.appending(path: "bin/python")
        return hasVerifier && FileManager.default.isExecutableFile(atPath: python.path)
            ? python : nil
    }()

    static var isInstalled: Bool { python != nil }

    /// Runs the peer over a folder.
    ///
    /// - Returns: What it said, a value for each line.
    @discardableResult
    static func run(_ command: String, in folder: MailFolder) throws -> [[String: Any]] {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Peers/mail.py")
        let output = folder.url.appending(path: "said.jsonl")
        let process = try ChildProcess(
            #require(python).path, [script.path, command, folder.url.path],
            output: .file(output.path))
        try #require(process.wait() == .exit(0), "mail.py \(command)")
        return try String(contentsOf: output, encoding: .utf8).split(separator: "\n").map { line in
            let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(value as? [String: Any])
        }
    }
}

/// A folder for mail that is removed with its owner.
final class MailFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        // What can't be removed is left to the system.
        try? FileManager.default.removeItem(at: url)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: url.appending(path: name))
    }

    func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: url.appending(path: name)))
    }
}
