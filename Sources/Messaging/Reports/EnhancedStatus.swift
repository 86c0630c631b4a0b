/// What a mail server says of a message in three numbers, such as 5.1.1 (RFC 3463).
package struct EnhancedStatus: Sendable, Equatable, CustomStringConvertible {
    /// 2: done; 4: may be done later; 5: won't be done.
    package let level: Int
    package let subject: Int
    package let detail: Int

    package var description: String { "\(level).\(subject).\(detail)" }

    /// Nil where a number is out of bounds.
    package init?(_ level: Int, _ subject: Int, _ detail: Int) {
        guard [2, 4, 5].contains(level), (0...999).contains(subject), (0...999).contains(detail)
        else { return nil }
        self.level = level
        self.subject = subject
        self.detail = detail
    }

    /// Reads `5.1.1`, also with words behind it. Nil for anything else.
    package init?(_ text: some StringProtocol) {
        self.init(text.utf8.drop { $0 <= 0x20 })
    }

    /// The first one in a text of a server: `550-5.1.1 …`, `smtp; 550 5.1.1 …`, `(#5.1.1)`.
    package static func first(in text: String) -> EnhancedStatus? {
        var wasDigit = false
        let utf8 = text.utf8
        var index = utf8.startIndex
        while index < utf8.endIndex {
            let byte = utf8[index]
            let isStart = !wasDigit && (byte == 0x32 || byte == 0x34 || byte == 0x35)
            if isStart, let status = EnhancedStatus(utf8[index...]) { return status }
            wasDigit = byte &- 0x30 < 10 || byte == UInt8(ascii: ".")
            index = utf8.index(after: index)
        }
        return nil
    }

    private init?(_ utf8: some Sequence<UInt8>) {
        var numbers: [Int] = []
        var digits = 0
        var value = 0
        for byte in utf8 {
            if byte &- 0x30 < 10, digits < 3 {
                value = value * 10 + Int(byte - 0x30)
                digits += 1
            } else if byte == UInt8(ascii: "."), digits > 0, numbers.count < 2 {
                numbers.append(value)
                value = 0
                digits = 0
            } else {
                // A fourth number makes it a host's.
                guard byte &- 0x30 >= 10, byte != UInt8(ascii: ".") || numbers.count < 2 else {
                    return nil
                }
                break
            }
        }
        guard numbers.count == 2, digits > 0 else { return nil }
        self.init(numbers[0], numbers[1], value)
    }
}

extension EnhancedStatus {
    /// The code of a reply at its start: `550 …`. Nil where there is none of 200 to 599.
    static func replyCode(in text: String) -> Int? {
        var value = 0
        var digits = 0
        for byte in text.utf8.drop(while: { $0 <= 0x20 }) {
            guard byte &- 0x30 < 10 else { break }
            value = value * 10 + Int(byte - 0x30)
            digits += 1
            if digits > 3 { return nil }
        }
        return digits == 3 && (200...599).contains(value) ? value : nil
    }
}
