import Foundation

/// A JSON answer, to be asked for its members by name.
@dynamicMemberLookup
struct JSON {
    private let value: Any?

    private init(value: Any?) { self.value = value }

    init(_ text: String) throws {
        value = try JSONSerialization.jsonObject(
            with: Data(text.utf8), options: [.fragmentsAllowed])
    }

    subscript(dynamicMember name: String) -> JSON { self[name] }

    subscript(name: String) -> JSON { JSON(value: (value as? [String: Any])?[name]) }

    subscript(index: Int) -> JSON {
        let list = array
        return list.indices.contains(index) ? list[index] : JSON(value: nil)
    }

    var array: [JSON] { (value as? [Any] ?? []).map { JSON(value: $0) } }
    var members: [String: JSON] {
        (value as? [String: Any] ?? [:]).mapValues { JSON(value: $0) }
    }
    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var bool: Bool? { (value as? NSNumber)?.boolValue }
    var isNull: Bool { value == nil || value is NSNull }
}
