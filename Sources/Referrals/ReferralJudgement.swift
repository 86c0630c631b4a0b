package import Kernel

/// What a person said of a referral, having looked at it.
package struct ReferralJudgement: Hashable, Sendable {
    package enum Word: UInt8, CaseIterable, Hashable, Sendable {
        /// It is one, whatever checks suspect.
        case counts = 1
        /// It is none, whatever checks say.
        case refused
        /// What was said before doesn't hold any more: the checks decide again.
        case withdrawn
    }

    package static let reasonBytesMax = 200

    package let word: Word
    /// In the person's own words.
    package let reason: String
    /// Who said it: a member's id, or `key`.
    package let by: String
    /// Counts up with each word on the same referral; a lower one, or the same again, is ignored.
    package let version: Int64

    /// - Parameter reason: Is cut to `reasonBytesMax`, whole characters only.
    package init(_ word: Word, reason: String, by: String, version: Int64) {
        self.word = word
        self.reason = Self.cut(reason)
        self.by = Self.cut(by)
        self.version = version
    }

    private static func cut(_ text: String) -> String {
        var text = Substring(text)
        while text.utf8.count > reasonBytesMax { text.removeLast() }
        return String(text)
    }

    /// All but the word.
    func encode(to writer: inout ByteWriter) {
        writer.writeSigned(version)
        writer.writeCounted(reason)
        writer.writeCounted(by)
    }

    /// Reads a word and what belongs to it.
    ///
    /// - Returns: Nil where there is none.
    init?(reading reader: inout ByteReader) throws(ByteReader.Damaged) {
        let code = try reader.readByte()
        if code == 0 { return nil }
        guard let word = Word(rawValue: code) else {
            throw ByteReader.Damaged(offset: reader.offset - 1)
        }
        let version = try reader.readSigned()
        let reason = try reader.readCountedString()
        let by = try reader.readCountedString()
        guard reason.utf8.count <= Self.reasonBytesMax, by.utf8.count <= Self.reasonBytesMax
        else { throw ByteReader.Damaged(offset: reader.offset) }
        self.init(word, reason: reason, by: by, version: version)
    }
}
