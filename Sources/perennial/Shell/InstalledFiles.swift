import FoundationEssentials
import Glibc

/// Where what `script/setup` installed may stand, seen from the running program.
enum InstalledFiles {
    /// Paths to try for a file of the installation, in this order: next to the program (an installed
    /// `bin/perennial` with `lib/perennial/` beside it), the checkouts above it, the current folder.
    static func candidates(_ name: String) -> [String] {
        var paths: [String] = []
        var folder = programFolder
        paths.append(folder + "/../lib/perennial/" + name)
        for _ in 0..<6 where folder.count > 1 {
            paths.append(folder + "/.perennial/" + name)
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
        paths.append(FileManager.default.currentDirectoryPath + "/.perennial/" + name)
        return paths
    }

    /// The first of the candidates that exists.
    static func find(_ name: String) -> String? {
        candidates(name).first { FileManager.default.fileExists(atPath: $0) }
    }

    /// The folder of the checkout that the program was built in; nil for an installed program.
    static func repositoryFile(_ name: String) -> String? {
        var folder = programFolder
        for _ in 0..<6 where folder.count > 1 {
            let path = folder + "/" + name
            if FileManager.default.fileExists(atPath: path) { return path }
            folder = String(folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)])
        }
        let path = FileManager.default.currentDirectoryPath + "/" + name
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    private static var programFolder: String {
        let path =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments.first ?? "."
        return String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    }
}
