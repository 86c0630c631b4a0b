/// Which passwords a member may choose: long ones, without rules about kinds of character, and none of
/// those that are tried first (ASVS 6.2.1, 6.2.4, 6.2.9).
package enum PasswordRules {
    package enum Refusal: Error, Equatable, CaseIterable {
        case tooShort
        case tooLong
        /// One of the commonest, or a plain run of characters.
        case common
        /// Made of the account's own address or the product's name.
        case personal

        /// For the person who chose it.
        package var explanation: String {
            switch self {
            case .tooShort: "Use 12 characters or more."
            case .tooLong: "Use 256 bytes at most."
            case .common: "This password is among the first that are tried; choose another."
            case .personal: "Leave your own address and the name Perennial out of it."
            }
        }
    }

    package static let charactersMin = 12
    package static let bytesMax = 256

    /// - Parameter email: The account's address.
    /// - Throws: The first rule that the password breaks.
    package static func check(_ password: String, email: String) throws(Refusal) {
        guard password.count >= charactersMin else { throw .tooShort }
        guard password.utf8.count <= bytesMax else { throw .tooLong }
        let lower = password.lowercased()
        let core = lower.filter { $0.isLetter || $0.isNumber }
        guard !isCommon(core.isEmpty ? lower : core), !isRun(lower) else { throw .common }
        let address = email.lowercased()
        let local = address.prefix { $0 != "@" }
        for word in [address[...], local, "perennial"] where word.count >= 4 {
            if remainder(of: lower, without: word) < charactersMin / 2 { throw .personal }
        }
    }

    /// Whether it is a common word, repeated or with digits behind it: `password1234`.
    private static func isCommon(_ text: String) -> Bool {
        if common.contains(text) { return true }
        return stems.contains { remainder(of: text, without: $0[...], countingDigits: false) == 0 }
    }

    /// How many characters remain when every occurrence of the word is taken out.
    private static func remainder(
        of text: String, without word: Substring, countingDigits: Bool = true
    ) -> Int {
        var rest = text[...]
        var count = 0
        var found = false
        while let first = rest.first {
            if rest.hasPrefix(word) {
                rest = rest.dropFirst(word.count)
                found = true
            } else {
                if countingDigits || !first.isNumber { count += 1 }
                rest = rest.dropFirst()
            }
        }
        return found ? count : Int.max
    }

    /// Whether each character is the same step from the one before: `aaaaaaaaaaaa`, `123456789012`.
    private static func isRun(_ text: String) -> Bool {
        let values = text.unicodeScalars.map { Int($0.value) }
        guard values.count > 1 else { return true }
        let steps = zip(values.dropFirst(), values).map { $0 - $1 }
        // Digits go on from 9 with 0.
        return Set(steps.map { $0 == -9 ? 1 : $0 == 9 ? -1 : $0 }).count == 1
    }

    /// Words that passwords are made of most often; digits around them and repetition add nothing.
    private static let stems = [
        "password", "passwort", "passw0rd", "p@ssw0rd", "qwerty", "qwertyuiop", "azerty", "letmein",
        "welcome", "administrator", "admin", "iloveyou", "monkey", "dragon", "football", "baseball",
        "sunshine", "princess", "superman", "trustno", "abc", "asdfghjkl", "changeme", "changeit",
        "secret", "test", "default", "master", "login", "hello", "whatever",
    ]

    private static let common: Set<String> = [
        "1q2w3e4r5t6y", "1qaz2wsx3edc", "qazwsxedcrfv", "zaq12wsxcde3", "qwertyuiopasdf",
        "qwertyuiop123", "asdfghjkl123", "zxcvbnm12345", "1234qwerasdf", "qwer1234asdf",
        "123456123456", "123123123123", "111222333444", "121212121212", "112233445566",
        "correcthorsebatterystaple", "thisisapassword", "mypassword123", "passwordqwerty",
        "iloveyouforever", "qweasdzxc123", "123qweasdzxc", "q1w2e3r4t5y6", "a1b2c3d4e5f6",
        "abcd1234abcd", "abcdefghijkl", "1a2b3c4d5e6f",
    ]
}
