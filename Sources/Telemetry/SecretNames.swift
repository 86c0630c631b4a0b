/// Knows by its name that a value must not be written to a log.
package enum SecretNames {
    /// What stands in the value's place.
    package static let mask = "***"

    private static let words: Set<String> = [
        "password", "passphrase", "passwd", "secret", "secrets", "token", "tokens", "key", "keys",
        "authorization", "cookie", "cookies", "credential", "credentials",
    ]
    private static let joined = ["password", "apikey", "writekey", "setcookie"]

    /// Whether one of the name's words is a secret's: `apiKey`, `X-Auth-Token`, `set_cookie`, not `monkey`.
    package static func contains(_ name: String) -> Bool {
        var word = ""
        var whole = ""
        var previousIsLower = false
        for letter in name {
            let isBoundary = !(letter.isLetter || letter.isNumber)
            if isBoundary || (letter.isUppercase && previousIsLower) {
                if words.contains(word) { return true }
                word = ""
            }
            if !isBoundary {
                word += letter.lowercased()
                whole += letter.lowercased()
            }
            previousIsLower = letter.isLowercase
        }
        return words.contains(word) || joined.contains { whole.contains($0) }
    }
}
