/// Finds known words in a text of strangers, byte by byte: every open and every refusal is looked at so.
struct KnownWords {
    /// In small letters, of ASCII as far as letters have case.
    private let text: [UInt8]

    /// - Parameter bytesMax: How much of the text is looked at.
    init(in text: String, bytesMax: Int = 2_000) {
        self.text = text.utf8.prefix(bytesMax).map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
    }

    /// The same with every run of spaces and line ends as one space.
    init(withSingleSpacesIn text: String, bytesMax: Int = 2_000) {
        var bytes: [UInt8] = []
        for byte in text.utf8.prefix(bytesMax) {
            let isSpace = byte <= 0x20
            if isSpace, bytes.last == 0x20 { continue }
            bytes.append(isSpace ? 0x20 : byte &- 0x41 < 26 ? byte | 0x20 : byte)
        }
        self.text = bytes
    }

    /// Whether a word, in small letters, is somewhere in the text.
    func has(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard count > 0, text.count >= count else { return false }
        return word.withUTF8Buffer { word in
            let first = word[0]
            for start in 0...(text.count - count) where text[start] == first {
                var index = 1
                while index < count, text[start + index] == word[index] { index += 1 }
                if index == count { return true }
            }
            return false
        }
    }

    func hasAny(of words: [StaticString]) -> Bool {
        for word in words where has(word) { return true }
        return false
    }
}
