/// What is wrong with one setting or with the file.
package enum SettingsProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file that was asked for can't be read.
    case unreadableFile(path: String, reason: String)
    /// The file isn't an object of JSON.
    case malformedFile(path: String, reason: String)
    /// Nothing has this name; `nearest` is the known name that looks most like it.
    case unknownName(name: String, source: SettingSource, nearest: String?)
    /// The value isn't allowed.
    case invalidValue(name: String, value: String, source: SettingSource, allowed: String)

    package var description: String {
        switch self {
        case .unreadableFile(let path, let reason):
            return "settings file \(path): \(reason)"
        case .malformedFile(let path, let reason):
            return "settings file \(path): \(reason)"
        case .unknownName(let name, let source, let nearest):
            let hint = nearest.map { "; did you mean \($0)?" } ?? ""
            return "unknown setting \(name) (\(source))\(hint)"
        case .invalidValue(let name, let value, let source, let allowed):
            return "\(name) is \(quoted(value)) (\(source)), but must be \(allowed)"
        }
    }
}

/// Everything that is wrong with the settings, so that one look mends them all.
package struct SettingsFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let problems: [SettingsProblem]

    package init(_ problems: [SettingsProblem]) {
        self.problems = problems
    }

    /// One line per problem.
    package var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// The value in quotation marks on one line, cut after 80 characters.
private func quoted(_ value: String) -> String {
    let shown = value.count > 80 ? String(value.prefix(80)) + "…" : value
    var text = "\""
    for scalar in shown.unicodeScalars {
        switch scalar {
        case "\"", "\\": text += "\\" + String(scalar)
        case _ where scalar.properties.generalCategory == .control:
            text += "\\u{" + String(scalar.value, radix: 16) + "}"
        default: text.unicodeScalars.append(scalar)
        }
    }
    return text + "\""
}
