import Glibc
package import Kernel

/// The workspace's own secret keys, in `keys/`, readable by the owner only. Made when the workspace is.
package struct WorkspaceSecrets: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        /// A key file has another length than it was written with.
        case damaged(path: String)
        /// A workspace that holds events has lost the key that they were stored under.
        case missing(path: String)
        case unavailable(path: String, reason: String)

        package var description: String {
            switch self {
            case .damaged(let path): "\(path) is damaged; restore it from a backup"
            case .missing(let path):
                "\(path) is missing, and the events of this workspace were stored under it; "
                    + "restore it from a backup"
            case .unavailable(let path, let reason): "cannot write \(path): \(reason)"
            }
        }
    }

    /// For message keys and look-ups by value.
    package let hash: SipHash.Key
    /// For tokens that are derived from a session.
    package let session: [UInt8]
    /// For links in messages and the addresses that their bounces go to.
    package let links: [UInt8]

    /// Reads the keys of a folder, or makes them.
    ///
    /// - Parameter hasEvents: Whether the workspace holds events already; no key is made then.
    package init(folder: String, hasEvents: Bool) throws {
        let hashBytes = try Self.readOrMake(
            folder + "/hash.key", count: 16, mustExist: hasEvents)
        var reader = ByteReader(hashBytes.span)
        hash = SipHash.Key(low: try reader.readFixed64(), high: try reader.readFixed64())
        session = try Self.readOrMake(folder + "/session.key", count: 32, mustExist: false)
        links = try Self.readOrMake(folder + "/links.key", count: 32, mustExist: false)
    }

    private static func readOrMake(
        _ path: String, count: Int, mustExist: Bool
    ) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor >= 0 {
            defer { close(descriptor) }
            var bytes = [UInt8](repeating: 0, count: count + 1)
            let got = read(descriptor, &bytes, count + 1)
            guard got == count else { throw Failure.damaged(path: path) }
            return Array(bytes[..<count])
        }
        guard errno == ENOENT else {
            throw Failure.unavailable(path: path, reason: String(cString: strerror(errno)))
        }
        guard !mustExist else { throw Failure.missing(path: path) }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        try make(path, bytes)
        return bytes
    }

    /// Writes a file whole or not at all, and returns once it is on disk.
    private static func make(_ path: String, _ bytes: [UInt8]) throws {
        func fail() -> Failure {
            .unavailable(path: path, reason: String(cString: strerror(errno)))
        }
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fail() }
        let isWritten = write(descriptor, bytes, bytes.count) == bytes.count
        guard isWritten, fsync(descriptor) == 0, close(descriptor) == 0, rename(draft, path) == 0
        else { throw fail() }
        let folder = open(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), O_RDONLY)
        if folder >= 0 {
            fsync(folder)
            close(folder)
        }
    }
}
