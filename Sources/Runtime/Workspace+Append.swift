import Kernel
package import Records

extension Workspace {
    /// Appends framed events that an import made; waits for room rather than refusing.
    ///
    /// - Returns: `appended`, `busy` or `refused`, as the control socket says it.
    func appendForImport(_ bytes: [UInt8]) async -> ControlFrame {
        do {
            let result = try await append(bytes)
            var writer = ByteWriter(reserving: 16)
            writer.writeFixed(UInt64(result.accepted))
            writer.writeFixed(UInt64(result.repeated))
            return ControlFrame(.appended, writer.bytes)
        } catch LogWriter.Refusal.queueFull {
            return ControlFrame(.busy)
        } catch {
            return ControlFrame(.refused, text: String(describing: error))
        }
    }

    /// Appends framed events and returns once they are durable.
    ///
    /// - Throws: `LogWriter.Refusal`; `ByteReader.Damaged` where the bytes aren't frames.
    package func append(_ bytes: [UInt8]) async throws -> LogStore.Appended {
        try await writer.append(try PreparedBlock(bytes: bytes, hash: hash))
    }
}
