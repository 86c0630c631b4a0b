/// What journeys, segments and other definitions are called by in files, addresses and the log: 1 to 64 of
/// `a`–`z`, `0`–`9` and `-`, beginning with a letter.
package enum DefinitionName {
    package static let bytesMax = 64

    package static func isValid(_ name: String) -> Bool {
        let bytes = name.utf8
        guard let first = bytes.first, bytes.count <= bytesMax, first &- 0x61 < 26 else {
            return false
        }
        return bytes.allSatisfy { $0 &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x2D }
    }
}
