/// The form in which e-mail addresses are compared.
package enum EmailForm {
    /// RFC 5321: 64 bytes, an at sign and 255 bytes.
    package static let bytesMax = 320

    /// Domains of one provider where the same name is the same mailbox, by the one they stand for.
    private static let sameDomains = [
        "googlemail.com": "gmail.com",
        "protonmail.com": "proton.me", "protonmail.ch": "proton.me", "pm.me": "proton.me",
        "me.com": "icloud.com", "mac.com": "icloud.com",
    ]
    /// Where dots in the name mean nothing.
    private static let dotless: Set = ["gmail.com", "proton.me"]

    /// Small letters, without a +tag, and without dots where the provider ignores them; nil for what is no address.
    ///
    /// The tag goes at every provider: where it is significant, two people share a name up to the plus, which is
    /// rarer than one who writes tags.
    package static func normal(_ text: String) -> String? {
        guard text.utf8.count <= bytesMax * 2 else { return nil }
        let trimmed = text.trimmed().lowercased()
        guard !trimmed.isEmpty, trimmed.utf8.count <= bytesMax,
            !trimmed.unicodeScalars.contains(where: \.properties.isWhitespace),
            let at = trimmed.lastIndex(of: "@")
        else { return nil }
        var name = trimmed[..<at]
        var domain = String(trimmed[trimmed.index(after: at)...])
        if domain.hasSuffix(".") { domain.removeLast() }
        guard !name.isEmpty, !name.contains("@"), !domain.isEmpty, domain.contains("."),
            !domain.hasPrefix("."), !domain.contains("..")
        else { return nil }
        domain = sameDomains[domain] ?? domain
        if let plus = name.firstIndex(of: "+"), plus != name.startIndex { name = name[..<plus] }
        var mailbox = String(name)
        if dotless.contains(domain) { mailbox.removeAll { $0 == "." } }
        guard !mailbox.isEmpty else { return nil }
        return mailbox + "@" + domain
    }
}

/// The form in which phone numbers are compared: `+` and up to 15 digits (ITU-T E.164).
package enum PhoneForm {
    package static let typedMax = 64
    package static let digitsCount = 7...15

    /// Countries whose national numbers keep their leading 0 behind the country code.
    private static let keepsZero: Set = ["39", "378", "379"]

    /// Nil for what is no number. What follows a letter or `;` is an extension and left out.
    ///
    /// - Parameter countryCode: Of numbers without one: digits.
    package static func normal(_ text: String, countryCode: String) -> String? {
        guard text.unicodeScalars.count <= typedMax else { return nil }
        var digits = ""
        var isInternational = false
        let characters = Array(text.trimmed())
        var index = 0
        while index < characters.count {
            let character = characters[index]
            index += 1
            if let value = character.decimalDigit {
                digits += String(value)
            } else if character == "+" || character == "\u{FF0B}" {
                guard digits.isEmpty, !isInternational else { return nil }
                isInternational = true
            } else if character == "(", isInternational, !digits.isEmpty,
                index + 1 < characters.count, characters[index] == "0",
                characters[index + 1] == ")"
            {
                // `+44 (0)20`: the zero is for those who call from inside.
                index += 2
            } else if character.isLetter || character == ";" || character == "#" {
                break
            }
        }
        if !isInternational {
            if digits.hasPrefix("00") {
                digits.removeFirst(2)
            } else if countryCode == "1", digits.hasPrefix("011") {
                digits.removeFirst(3)
            } else if countryCode == "1", digits.hasPrefix("1"), digits.utf8.count == 11 {
                // North America dials 1 before the area code; it is the country code too.
            } else {
                if digits.hasPrefix("0"), !keepsZero.contains(countryCode) {
                    digits.removeFirst()
                }
                guard !digits.isEmpty else { return nil }
                digits = countryCode + digits
            }
        }
        guard digitsCount.contains(digits.utf8.count), !digits.hasPrefix("0") else { return nil }
        return "+" + digits
    }
}

/// The form in which device ids are compared.
package enum DeviceForm {
    package static let bytesMax = 256

    /// Small letters and digits only; nil for none, and for ids of zeros, which phones give that won't be known.
    package static func normal(_ id: String) -> String? {
        guard id.utf8.count <= bytesMax else { return nil }
        let form = id.lowercased().filter { $0.isLetter || $0.isNumber }
        guard !form.isEmpty, form.contains(where: { $0 != "0" }) else { return nil }
        return form
    }
}

/// The form in which payment fingerprints are compared.
package enum PaymentForm {
    package static let bytesMax = 256

    /// As it is, without whitespace around it: providers tell case apart. Nil for none.
    package static func normal(_ fingerprint: String) -> String? {
        guard fingerprint.utf8.count <= bytesMax else { return nil }
        let form = fingerprint.trimmed()
        return form.isEmpty ? nil : form
    }
}

extension String {
    /// Without whitespace at both ends.
    func trimmed() -> String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

extension Character {
    /// 0...9 for a decimal digit of any script.
    fileprivate var decimalDigit: Int? {
        guard unicodeScalars.first?.properties.numericType == .decimal else { return nil }
        return wholeNumberValue
    }
}
