/// Turns labels of any form into names that Prometheus takes.
enum MetricName {
    /// Letters, digits, `_` and `:`, not starting with a digit; anything else becomes `_`.
    static func metric(_ label: String) -> String { sanitized(label, colon: true) }

    /// As a metric's name, without `:`; names that start with `__` are Prometheus's own.
    static func label(_ name: String) -> String {
        let name = sanitized(name, colon: false)
        return name.hasPrefix("__") ? "x" + name : name
    }

    /// The name with the suffix, once.
    static func suffixed(_ name: String, _ suffix: String) -> String {
        name.hasSuffix(suffix) ? name : name + suffix
    }

    private static func sanitized(_ text: String, colon: Bool) -> String {
        var name = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "a"..."z", "A"..."Z", "_": name.unicodeScalars.append(scalar)
            case "0"..."9":
                if name.isEmpty { name = "_" }
                name.unicodeScalars.append(scalar)
            case ":" where colon: name.unicodeScalars.append(scalar)
            default: name += "_"
            }
        }
        return name.isEmpty ? "_" : name
    }
}
