/// One setting: what it is called, which values it may have, and what it means.
package struct Setting: Sendable, Equatable {
    /// Which values a setting may have.
    package enum Kind: Sendable, Equatable {
        /// A host name or an address to listen on.
        case host
        /// Nothing, or an `http` or `https` address without user name, query or fragment.
        case webAddress
        /// An IANA time zone name that this machine knows.
        case zone
        /// Three letters.
        case currency
        /// Nothing, or a line of text.
        case line
        /// Nothing, or a path in the file system.
        case path
        /// A whole number in a range.
        case whole(ClosedRange<Int>)
        /// One of a few words.
        case choice([String])
        /// Texts; separated by commas in variables and flags.
        case list(countMax: Int)
    }

    /// The dotted name, as in `server.port`: also the path in the file.
    package let name: String
    package let kind: Kind
    /// The default, as a variable would say it.
    package let defaultText: String
    /// One sentence for people.
    package let meaning: String
    /// Whether the value is masked wherever settings are shown.
    package let isSecret: Bool
    /// The flag of its own (`--port`); where nil, `--set NAME=VALUE` sets it.
    package let flag: String?
    /// A second variable, asked when `PERENNIAL_…` isn't set.
    package let otherVariable: String?

    package init(
        _ name: String, _ kind: Kind, default defaultText: String, isSecret: Bool = false,
        flag: String? = nil, otherVariable: String? = nil, meaning: String
    ) {
        self.name = name
        self.kind = kind
        self.defaultText = defaultText
        self.meaning = meaning
        self.isSecret = isSecret
        self.flag = flag
        self.otherVariable = otherVariable
    }

    /// The environment variable: `ingest.queueMiB` is `PERENNIAL_INGEST_QUEUE_MIB`.
    package var variable: String {
        var result = "PERENNIAL_"
        var previousIsLower = false
        // MiB is one word although a capital follows a small letter in it.
        for letter in name.replacing("MiB", with: "Mib") {
            if letter == "." {
                result.append("_")
            } else {
                if letter.isUppercase && previousIsLower { result.append("_") }
                result.append(letter.uppercased())
            }
            previousIsLower = letter.isLowercase
        }
        return result
    }

    /// How the flag is written: `--port` or `--set ingest.queueMiB`.
    package var flagText: String { flag ?? "--set \(name)" }

    /// What is allowed, as an error message says it.
    package var allowed: String {
        switch kind {
        case .host: return "a host name or an IP address"
        case .webAddress: return "empty, or http://HOST[:PORT] or https://HOST[:PORT]"
        case .zone: return "an IANA time zone such as Europe/London"
        case .currency: return "three letters such as GBP"
        case .line: return "empty, or one line of at most 500 characters"
        case .path: return "empty, or a path"
        case .whole(let range):
            return "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .choice(let words): return "one of " + words.joined(separator: ", ")
        case .list(let countMax): return "at most \(countMax) texts of 1 to 200 characters"
        }
    }
}

/// A setting's value, before it gets its type.
package enum SettingValue: Sendable, Equatable {
    case text(String)
    case whole(Int)
    case list([String])

    /// The value as a variable would say it.
    package var text: String {
        switch self {
        case .text(let text): return text
        case .whole(let number): return String(number)
        case .list(let items): return items.joined(separator: ",")
        }
    }
}

/// Where a setting's value came from.
package enum SettingSource: Sendable, Hashable, CustomStringConvertible {
    case standard
    case file(String)
    case variable(String)
    case flag(String)

    package var description: String {
        switch self {
        case .standard: return "default"
        case .file(let path): return "file \(path)"
        case .variable(let name): return "variable \(name)"
        case .flag(let name): return "flag \(name)"
        }
    }
}
