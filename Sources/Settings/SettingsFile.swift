import FoundationEssentials
import Glibc

/// The settings file's bytes, and where they came from.
package struct SettingsFile: Sendable {
    /// The name in the workspace folder.
    package static let name = "perennial.json"
    /// The most bytes that a settings file may have.
    package static let bytesMax = 1 << 20

    package let path: String
    package let bytes: [UInt8]

    package init(path: String, bytes: [UInt8]) {
        self.path = path
        self.bytes = bytes
    }

    /// Reads the file.
    ///
    /// - Parameter mustExist: Whether the user named the file; the workspace's own may be missing.
    /// - Returns: nil where the file doesn't exist and needn't.
    /// - Throws: `.unreadableFile`, also for one over `bytesMax`.
    package static func read(
        path: String, mustExist: Bool
    ) throws(SettingsFailure) -> SettingsFile? {
        func failure(_ reason: String) -> SettingsFailure {
            SettingsFailure([.unreadableFile(path: path, reason: reason)])
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT && !mustExist { return nil }
            throw failure(String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(String(cString: strerror(errno))) }
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= bytesMax else { throw failure("more than \(bytesMax) bytes") }
        }
        return SettingsFile(path: path, bytes: bytes)
    }

    /// The values by dotted name: nested objects are joined by dots.
    func values() throws(SettingsFailure) -> [String: Value] {
        let root: Value
        do {
            root = try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            throw SettingsFailure([.malformedFile(path: path, reason: "not valid JSON")])
        }
        guard case .object = root else {
            throw SettingsFailure([
                .malformedFile(path: path, reason: "must be a JSON object, { … }")
            ])
        }
        var values: [String: Value] = [:]
        root.collect(under: "", into: &values)
        return values
    }

    /// A value of JSON. Fits settings only: a list holds texts.
    indirect enum Value: Decodable, Equatable {
        case text(String)
        case whole(Int)
        case number(Double)
        case bool(Bool)
        case list([Value])
        case object([String: Value])
        case null

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                // Each failed attempt only says that the value is of another type.
                self = .bool(value)
            } else if let value = try? container.decode(Int.self) {
                self = .whole(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .text(value)
            } else if let value = try? container.decode([Value].self) {
                self = .list(value)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }

        func collect(under prefix: String, into values: inout [String: Value]) {
            guard case .object(let members) = self, !members.isEmpty || prefix.isEmpty else {
                // A null stands for a setting left out.
                if self != .null { values[prefix] = self }
                return
            }
            for (name, value) in members {
                value.collect(under: prefix.isEmpty ? name : prefix + "." + name, into: &values)
            }
        }

        /// The value for an error message.
        var shown: String {
            switch self {
            case .text(let text): return text
            case .whole(let number): return String(number)
            case .number(let number): return String(number)
            case .bool(let bool): return String(bool)
            case .list(let items):
                return "[" + items.map(\.shown).joined(separator: ", ") + "]"
            case .object: return "{…}"
            case .null: return "null"
            }
        }
    }
}
