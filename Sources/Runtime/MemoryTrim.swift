import Glibc

/// Gives memory that was freed back to the system, which glibc's allocator otherwise keeps for later.
enum MemoryTrim {
    /// Nothing where the C library has no such call (it is glibc's own).
    static func run() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        // Safe: the manual's signature, int malloc_trim(size_t).
        let trim = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)
        _ = trim(0)
    }
}
