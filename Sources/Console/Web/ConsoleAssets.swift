import FoundationEssentials
import Hummingbird
import Kernel

/// The files that browsers load: our own, which are part of the program, and the libraries of
/// others,
/// which the set-up script fetches into a folder.
///
/// Each is served under a name with a digest of its content, so that it can be kept for a year.
package struct ConsoleAssets: Sendable {
    struct File: Sendable {
        let bytes: ByteBuffer
        /// The same, compressed; nil where there is no such file beside it.
        let gzip: ByteBuffer?
        let contentType: String
    }

    /// By the name in the address: `app.0123456789abcdef.css`.
    private var files: [String: File] = [:]
    /// By the plain name: `app.css` → `/assets/app.0123456789abcdef.css`.
    private(set) var paths: [String: String] = [:]

    /// The libraries' file names; a page that misses one works without it (no charts, whole-page
    /// loads).
    package static let libraryNames = ["htmx.min.js", "echarts.min.js"]

    /// Reads everything into memory (about 1.5 MB).
    ///
    /// - Parameter libraryFolder: Where `script/lib/assets.sh` put the libraries; nil or a missing
    ///   folder
    ///   leaves them out.
    package init(libraryFolder: String?) {
        for name in ConsoleResources.assetNames {
            add(name, bytes: ConsoleResources.bytes(name), gzip: nil)
        }
        guard let libraryFolder else { return }
        for name in Self.libraryNames {
            let path = libraryFolder + "/" + name
            guard let bytes = FileManager.default.contents(atPath: path) else { continue }
            let gzip = FileManager.default.contents(atPath: path + ".gz")
            add(name, bytes: [UInt8](bytes), gzip: gzip.map { [UInt8]($0) })
        }
    }

    /// The libraries that were not found.
    package var missingLibraries: [String] {
        Self.libraryNames.filter { paths[$0] == nil }
    }

    func file(_ addressName: some StringProtocol) -> File? {
        files[String(addressName)]
    }

    private mutating func add(_ name: String, bytes: [UInt8], gzip: [UInt8]?) {
        let digest = SipHash(key: SipHash.Key(low: 0, high: 0)).digest(bytes.span)
        let cut = name.lastIndex(of: ".") ?? name.endIndex
        let hex = String(digest.first, radix: 16)
        let zeros = String(repeating: "0", count: 16 - hex.utf8.count)
        let dated = "\(name[..<cut]).\(zeros)\(hex)\(name[cut...])"
        files[dated] = File(
            bytes: ByteBuffer(bytes: bytes), gzip: gzip.map { ByteBuffer(bytes: $0) },
            contentType: Self.contentType(of: name))
        paths[name] = "/assets/" + dated
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }
}
