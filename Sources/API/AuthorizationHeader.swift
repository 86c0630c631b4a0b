import FoundationEssentials
import NIOCore
import NIOFoundationEssentialsCompat

/// Reads the key out of an `Authorization` header.
enum AuthorizationHeader {
    /// The user name of Basic (RFC 7617), whose password stays empty, or the token of Bearer (RFC 6750).
    ///
    /// - Returns: nil where it is neither.
    static func key(_ header: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        switch parts[0].lowercased() {
        case "bearer": return String(parts[1])
        case "basic":
            guard let data = Data(base64Encoded: String(parts[1])) else { return nil }
            let text = String(decoding: data, as: UTF8.self)
            return text.split(separator: ":", omittingEmptySubsequences: false).first.map(
                String.init)
        default: return nil
        }
    }
}
