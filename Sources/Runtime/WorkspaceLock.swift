import Glibc

/// Makes this process the one owner of a workspace folder, until it ends or the lock is dropped.
package final class WorkspaceLock: Sendable {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        /// Another process owns the workspace.
        case owned
        /// The lock file cannot be opened.
        case unavailable(path: String, reason: String)

        package var description: String {
            switch self {
            case .owned:
                "another process owns this workspace; stop it, or name another folder with --data"
            case .unavailable(let path, let reason): "cannot open \(path): \(reason)"
            }
        }
    }

    private let descriptor: CInt

    /// - Throws: `.owned` at once, without waiting, where another process holds the lock.
    package init(path: String) throws(Failure) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unavailable(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .owned
        }
        self.descriptor = descriptor
    }

    deinit {
        // Told outright: a child process may hold the descriptor for a moment longer.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
