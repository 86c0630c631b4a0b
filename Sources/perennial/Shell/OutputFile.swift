import Glibc

/// A file that a command writes as a whole.
enum OutputFile {
    /// Writes it, for its owner alone; an older one is replaced.
    ///
    /// - Parameter input: The file that was read, which is never replaced.
    static func write(_ text: String, to path: String, besides input: String) throws {
        if input != "-", try InputFile(path: input).isSame(as: path) {
            throw ValidationFailure("\(path) is the file that was read: name another one")
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ValidationFailure("cannot write \(path): \(String(cString: strerror(errno)))")
        }
        // The mode above is for a new file only.
        let isWritten =
            fchmod(descriptor, 0o600) == 0
            && StandardStream.write(Array(text.utf8), to: descriptor)
        let reason = errno
        guard close(descriptor) == 0, isWritten else {
            throw ValidationFailure(
                "cannot write \(path): \(String(cString: strerror(isWritten ? errno : reason)))")
        }
    }
}
