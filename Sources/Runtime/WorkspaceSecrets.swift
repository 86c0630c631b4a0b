import Foundation
package import Kernel

/// The workspace's own secret keys, in `keys/`, readable by the owner only. Made when the workspace is.
package struct WorkspaceSecrets: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        /// A key file has another length than it was written with.
        case damaged(path: String)
        case unavailable(path: String, reason: String)

        package var description: String {
            switch self {
            case .damaged(let path): "\(path) is damaged; restore it from a backup"
            case .unavailable(let path, let reason): "cannot write \(path): \(reason)"
            }
        }
    }

    /// For message keys and look-ups by value.
    package let hash: SipHash.Key
    /// For tokens that are derived from a session.
    package let session: [UInt8]

    /// Reads the keys of a folder, or makes them.
    package init(folder: String) throws {
        let hashBytes = try Self.readOrMake(folder + "/hash.key", count: 16)
        var reader = ByteReader(hashBytes.span)
        hash = SipHash.Key(low: try reader.readFixed64(), high: try reader.readFixed64())
        session = try Self.readOrMake(folder + "/session.key", count: 32)
    }

    private static func readOrMake(_ path: String, count: Int) throws -> [UInt8] {
        if let data = FileManager.default.contents(atPath: path) {
            guard data.count == count else { throw Failure.damaged(path: path) }
            return Array(data)
        }
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let made = FileManager.default.createFile(
            atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        guard made else {
            throw Failure.unavailable(path: path, reason: String(cString: strerror(errno)))
        }
        return bytes
    }
}
