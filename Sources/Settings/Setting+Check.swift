import Glibc
import Kernel

extension Setting {
    /// Whether the value is one that the kind allows.
    func allows(_ value: SettingValue, zoneExists: (String) -> Bool) -> Bool {
        switch (kind, value) {
        case (.host, .text(let text)): return Self.isHost(text)
        case (.webAddress, .text(let text)): return text.isEmpty || Self.isWebAddress(text)
        case (.zone, .text(let text)): return Self.isZoneName(text) && zoneExists(text)
        case (.currency, .text(let text)): return Currency(text) != nil
        case (.line, .text(let text)):
            return text.count <= 500
                && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        case (.path, .text(let text)): return !text.utf8.contains(0) && text.utf8.count <= 4096
        case (.whole(let range), .whole(let number)): return range.contains(number)
        case (.choice(let words), .text(let text)): return words.contains(text)
        case (.list(let countMax), .list(let items)):
            return items.count <= countMax && items.allSatisfy { (1...200).contains($0.count) }
        case (.host, _), (.webAddress, _), (.zone, _), (.currency, _), (.line, _), (.path, _),
            (.whole, _), (.choice, _), (.list, _):
            return false
        }
    }

    private static func isHost(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                isLetterOrDigit(byte) || [0x2D, 0x2E, 0x3A, 0x5F].contains(byte)  // - . : _
            }
    }

    private static func isWebAddress(_ text: String) -> Bool {
        var rest = text[...]
        if rest.hasPrefix("https://") {
            rest = rest.dropFirst(8)
        } else if rest.hasPrefix("http://") {
            rest = rest.dropFirst(7)
        } else {
            return false
        }
        let authority = rest.prefix { $0 != "/" }
        // An IPv6 address stands in brackets, so that its colons aren't the port's.
        let bare = authority.filter { $0 != "[" && $0 != "]" }
        return isHost(bare) && bare.count + (authority.contains("[") ? 2 : 0) == authority.count
            && rest.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3F && $0 != 0x23 }
    }

    /// `Europe/London`, `America/Argentina/Ushuaia`, `Etc/GMT+3`: so that a name never leaves the
    /// folder of the time zones.
    private static func isZoneName(_ text: String) -> Bool {
        text.utf8.count <= 64
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        isLetterOrDigit($0) || [0x2B, 0x2D, 0x5F].contains($0)
                    }
            }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF)
    }
}

/// The time zones that this machine has rules of.
package enum ZoneFiles {
    /// Whether the system's time zone database has the name; UTC always.
    package static func contains(_ name: String) -> Bool {
        if name == "UTC" { return true }
        var status = stat()
        return stat("/usr/share/zoneinfo/" + name, &status) == 0
            && status.st_mode & S_IFMT == S_IFREG
    }
}
