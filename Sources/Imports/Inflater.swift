internal import CZlib

/// Unpacks a gzip stream piece by piece, members one after the other as one text.
///
/// A class because it owns zlib's state, which must stay where it is in memory.
package final class Inflater {
    /// Why the stream can't be unpacked further.
    package enum Failure: Error, Equatable {
        case damaged(String)
    }

    /// Safe: allocated and initialised in `init`, used only by this object's methods, none of which
    /// lets it out, and freed in `deinit`.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableBufferPointer<UInt8>
    private var input: [UInt8] = []
    private var inputIndex = 0
    /// Whether zlib keeps text that it has had no room for.
    private var hasMoreOutput = false
    private var isBetweenMembers = false
    private var isFinished = false
    /// Bytes of text that came out.
    private(set) var bytesRead = 0

    static let outputBytes = 1 << 16

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(capacity: Self.outputBytes)
        output.initialize(repeating: 0)
        // 15 bits of window, 16 for "gzip only" (zlib.h, inflateInit2). It fails only without memory.
        let status = inflateInit2_(
            stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK, "zlib has no memory")
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
        output.deallocate()
    }

    /// Adds packed bytes.
    func append(_ piece: Span<UInt8>) {
        if inputIndex > 0 {
            input.removeSubrange(0..<inputIndex)
            inputIndex = 0
        }
        piece.withUnsafeBufferPointer { input.append(contentsOf: $0) }
    }

    /// Says that the file has ended.
    func finish() { isFinished = true }

    /// Hands the next text, at most `outputBytes`, to `body`.
    ///
    /// - Returns: false when more packed bytes are needed, or the stream has ended.
    /// - Throws: `.damaged`; what came before is good.
    func unpack(into body: (Span<UInt8>) -> Void) throws(Failure) -> Bool {
        while inputIndex < input.count || hasMoreOutput {
            if isBetweenMembers, !beginMember() { return false }
            let (status, count, used) = step()
            inputIndex += used
            bytesRead += count
            hasMoreOutput = count == Self.outputBytes && status == Z_OK
            if status == Z_STREAM_END { isBetweenMembers = true }
            if count > 0 { body(UnsafeBufferPointer(rebasing: output[..<count]).span) }
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                throw .damaged(message ?? "error \(status)")
            }
            if count > 0 { return true }
            if status == Z_BUF_ERROR, inputIndex < input.count {
                throw .damaged("no progress")
            }
        }
        if isFinished, !isBetweenMembers { throw .damaged("it breaks off") }
        return false
    }

    /// Starts the next member; padding of zeros behind the last one is passed over, as gzip does.
    private func beginMember() -> Bool {
        while inputIndex < input.count, input[inputIndex] == 0 { inputIndex += 1 }
        guard inputIndex < input.count else { return false }
        inflateReset(stream)
        isBetweenMembers = false
        return true
    }

    private func step() -> (status: Int32, produced: Int, used: Int) {
        let available = min(input.count - inputIndex, Int(UInt32.max))
        return input.withUnsafeMutableBufferPointer { packed in
            stream.pointee.next_in = packed.baseAddress.map { $0 + inputIndex }
            stream.pointee.avail_in = UInt32(available)
            stream.pointee.next_out = output.baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            let status = inflate(stream, Z_NO_FLUSH)
            return (
                status, output.count - Int(stream.pointee.avail_out),
                available - Int(stream.pointee.avail_in)
            )
        }
    }

    private var message: String? {
        stream.pointee.msg.map { String(cString: $0) }
    }
}

extension Inflater {
    /// Unpacks a whole gzip text at once.
    ///
    /// - Returns: nil where the text is longer than `bytesMax`; what follows isn't unpacked then.
    package static func unpack(
        _ packed: Span<UInt8>, bytesMax: Int
    ) throws(Failure) -> [UInt8]? {
        let inflater = Inflater()
        inflater.append(packed)
        inflater.finish()
        var text: [UInt8] = []
        while try inflater.unpack(into: { piece in
            piece.withUnsafeBufferPointer { text.append(contentsOf: $0) }
        }) {
            if text.count > bytesMax { return nil }
        }
        return text.count > bytesMax ? nil : text
    }
}
