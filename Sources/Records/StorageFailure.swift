import GRDB

/// Why something could not be stored, in the terms that callers act on.
package enum StorageFailure: Error, Equatable, CustomStringConvertible {
    /// The disk has no room; may pass once there is some.
    case diskFull
    /// The disk didn't take or give back what it should; nothing more is written until a restart, as what
    /// a failed sync left behind isn't known.
    case disk(String)
    /// Stored bytes aren't what was written.
    case damaged(String)
    /// A write that came after a failure of the disk.
    case stopped

    package var description: String {
        switch self {
        case .diskFull: "the disk is full"
        case .disk(let message): "the disk failed: \(message)"
        case .damaged(let what): "stored data is damaged: \(what)"
        case .stopped: "storage stopped after a failure of the disk; restart once it is mended"
        }
    }

    /// What a failure of SQLite means; nil where it isn't the disk's.
    package init?(_ error: any Error) {
        guard let error = error as? DatabaseError else { return nil }
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull
        case .SQLITE_IOERR: self = .disk(error.message ?? "input/output error")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .damaged(error.message ?? "not a database")
        default: return nil
        }
    }
}
