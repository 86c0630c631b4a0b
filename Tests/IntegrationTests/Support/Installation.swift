import Foundation

/// Where the things stand that the tests drive.
enum Installation {
    /// The package's folder.
    static let root: URL = {
        var url = URL(filePath: #filePath).resolvingSymlinksInPath()
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url
    }()

    /// The program: named by `PERENNIAL_BINARY`, or beside the running test bundle.
    static let program: URL = {
        if let path = ProcessInfo.processInfo.environment["PERENNIAL_BINARY"] {
            return URL(filePath: path)
        }
        // The bundle is named in the arguments, or is the running program itself.
        let bundle =
            CommandLine.arguments.first { $0.hasSuffix(".xctest") }
            ?? (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().appending(path: "perennial")
    }()

    static var hasProgram: Bool { isExecutable(program) }

    /// The Python that has the public clients.
    static let clientsPython = root.appending(path: ".perennial/venv/bin/python")

    static var hasDescriber: Bool {
        isExecutable(root.appending(path: ".perennial/venv/bin/schemathesis"))
    }
    static var hasClients: Bool { isExecutable(clientsPython) }

    /// Whether it has what receives and verifies mail.
    static let hasMailPeers = hasLibraries(["aiosmtpd", "dkim"])

    /// Whether it has what reads QR codes.
    static let hasCodeReader = hasLibraries(["zxing_cpp-3.1.1.dist-info"])

    private static func hasLibraries(_ names: [String]) -> Bool {
        let libraries = root.appending(path: ".perennial/venv/lib")
        // No folder, no peers.
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? []
        return hasClients
            && versions.contains { version in
                names.allSatisfy { name in
                    let path = libraries.appending(path: "\(version)/site-packages/\(name)").path
                    return FileManager.default.fileExists(atPath: path)
                }
            }
    }

    static let python = find(["python3"])

    static let browser = find([
        "chromium", "chromium-browser", "google-chrome", "google-chrome-stable",
    ])

    static var isRoot: Bool { geteuid() == 0 }

    /// A script of `Peers`.
    static func peer(_ name: String) -> String {
        root.appending(path: "Tests/IntegrationTests/Peers/\(name)").path
    }

    private static func find(_ names: [String]) -> URL? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(
            separator: ":")
        for name in names {
            for folder in folders {
                let url = URL(filePath: "\(folder)/\(name)")
                if isExecutable(url) { return url }
            }
        }
        return nil
    }

    private static func isExecutable(_ url: URL) -> Bool {
        FileManager.default.isExecutableFile(atPath: url.path)
    }
}
