import Kernel

/// The parts of an amount's text: a sign, what stands around the number, and the number's own digits and
/// marks. Nothing is allocated.
///
/// Bounds count in the text that `init` was given.
struct AmountText {
    /// The first digit, or the mark before it, to behind the last one.
    private(set) var body: Range<Int>
    /// A currency's sign or code, before or behind the number; empty without one.
    private(set) var affix = 0..<0
    private(set) var isNegative = false

    private static let plus = 16
    /// Longer numbers than this can't be amounts.
    static let bodyBytesMax = 40

    /// Nil where the text isn't a number with at most a sign and one thing more around it.
    init?(_ text: Span<UInt8>) {
        var range = trimmedRange(text, text.indices)
        var signs = 0
        if range.count > 2, text[range.lowerBound] == UInt8(ascii: "("),
            text[range.upperBound - 1] == UInt8(ascii: ")")
        {
            signs = 1
            range = range.lowerBound + 1..<range.upperBound - 1
        }
        guard let first = range.first(where: { text[$0] &- 0x30 < 10 }),
            let last = range.last(where: { text[$0] &- 0x30 < 10 })
        else { return nil }
        var lower = first
        var upper = last + 1
        if lower > range.lowerBound, Self.isMark(text[lower - 1]) { lower -= 1 }
        var tail = upper
        if upper < range.upperBound, Self.isMark(text[upper]) {
            tail = upper + 1
            // `5,-` has no cents and isn't negative.
            if tail < range.upperBound, text[tail] == UInt8(ascii: "-") {
                tail += 1
            } else if tail == range.upperBound || text[tail] != UInt8(ascii: "-") {
                upper = tail
            }
        }
        guard upper - lower <= Self.bodyBytesMax else { return nil }
        body = lower..<upper
        let before = Self.stripped(text, range.lowerBound..<lower, &signs)
        let behind = Self.stripped(text, tail..<range.upperBound, &signs)
        guard signs == 0 || signs == 1 || signs == Self.plus, before.isEmpty || behind.isEmpty
        else { return nil }
        isNegative = signs == 1
        affix = before.isEmpty ? behind : before
    }

    private static func isMark(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",")
    }

    /// What is left without blanks and a sign at either end; minuses are counted, a plus as `plus`.
    private static func stripped(
        _ text: Span<UInt8>, _ range: Range<Int>, _ signs: inout Int
    ) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper {
            let blank = blankBytes(text, lower, upper)
            if blank > 0 {
                lower += blank
            } else if text[lower] == UInt8(ascii: "-") {
                signs += 1
                lower += 1
            } else if text[lower] == UInt8(ascii: "+") {
                signs += plus
                lower += 1
            } else if upper - lower >= 3, text[lower] == 0xE2, text[lower + 1] == 0x88,
                text[lower + 2] == 0x92
            {
                // U+2212, the minus of typesetters.
                signs += 1
                lower += 3
            } else {
                break
            }
        }
        while upper > lower {
            if text[upper - 1] == 0x20 {
                upper -= 1
            } else if upper - lower >= 2, blankBytes(text, upper - 2, upper) == 2 {
                upper -= 2
            } else if upper - lower >= 3, blankBytes(text, upper - 3, upper) == 3 {
                upper -= 3
            } else if text[upper - 1] == UInt8(ascii: "-") {
                signs += 1
                upper -= 1
            } else {
                break
            }
        }
        return lower..<upper
    }

    /// How long the blank at a place is: a space, U+00A0 or U+202F; 0 without one.
    static func blankBytes(_ text: Span<UInt8>, _ index: Int, _ end: Int) -> Int {
        if text[index] == 0x20 { return 1 }
        if end - index >= 2, text[index] == 0xC2, text[index + 1] == 0xA0 { return 2 }
        if end - index >= 3, text[index] == 0xE2, text[index + 1] == 0x80,
            text[index + 2] == 0xAF
        {
            return 3
        }
        return 0
    }

    /// How long the thousands mark at a place is that is neither point nor comma: a blank or an apostrophe.
    private static func spacerBytes(_ text: Span<UInt8>, _ index: Int, _ end: Int) -> Int {
        if text[index] == UInt8(ascii: "'") { return 1 }
        // U+2019, the apostrophe of typesetters.
        if end - index >= 3, text[index] == 0xE2, text[index + 1] == 0x80,
            text[index + 2] == 0x99
        {
            return 3
        }
        return blankBytes(text, index, end)
    }

    // MARK: The mark

    static func evidence(_ text: Span<UInt8>) -> DecimalMark.Evidence {
        AmountText(text)?.evidence(text) ?? .none
    }

    /// What the number shows about the file's mark; nothing if it can't be read with the mark shown.
    func evidence(_ text: Span<UInt8>) -> DecimalMark.Evidence {
        let seen = marksSeen(text)
        guard case .mark(let mark) = seen, plain(text, mark: mark) == nil else { return seen }
        // With an exponent, it is a program's number.
        let isProgram = mark == .point && (try? DecimalText.scaled(text.extracting(body))) != nil
        return isProgram ? seen : .none
    }

    private func marksSeen(_ text: Span<UInt8>) -> DecimalMark.Evidence {
        var points = 0
        var commas = 0
        var last = body.lowerBound
        for index in body where Self.isMark(text[index]) {
            if text[index] == UInt8(ascii: ".") { points += 1 } else { commas += 1 }
            last = index
        }
        let own: DecimalMark = text[last] == UInt8(ascii: ".") ? .point : .comma
        let other: DecimalMark = own == .point ? .comma : .point
        if points == 0 && commas == 0 { return .none }
        // Of two kinds, the last one is the decimal mark, and stands only once.
        if points > 0 && commas > 0 {
            return (own == .point ? points : commas) == 1 ? .mark(own) : .none
        }
        // Of one kind several times, it parts thousands.
        if points + commas > 1 { return .mark(other) }
        let before = last - body.lowerBound
        var isGroup =
            body.upperBound - last - 1 == 3 && (1...3).contains(before)
            && text[body.lowerBound] != 0x30
        for index in last + 1..<body.upperBound where text[index] &- 0x30 > 9 { isGroup = false }
        return isGroup ? .ambiguous : .mark(own)
    }

    // MARK: The number

    /// The number as a program writes it: digits, and a point before the decimals.
    ///
    /// - Returns: nil where thousands marks aren't before groups of three digits (of two or three, before
    ///   a last one of three: 1,00,000), or the decimal mark stands twice.
    func plain(_ text: Span<UInt8>, mark: DecimalMark) -> (
        bytes: InlineArray<44, UInt8>, count: Int
    )? {
        let decimal = UInt8(ascii: mark == .comma ? "," : ".")
        let thousands = UInt8(ascii: mark == .comma ? "." : ",")
        var plain = InlineArray<44, UInt8>(repeating: 0)
        var count = 0
        if isNegative {
            plain[0] = UInt8(ascii: "-")
            count = 1
        }
        var groups = 0
        var digits = 0
        var isBehindMark = false
        var index = body.lowerBound
        while index < body.upperBound {
            let byte = text[index]
            if byte &- 0x30 < 10 {
                plain[count] = byte
                count += 1
                digits += 1
                index += 1
                continue
            }
            if byte == decimal {
                guard !isBehindMark, groups == 0 || digits == 3 else { return nil }
                isBehindMark = true
                plain[count] = UInt8(ascii: ".")
                count += 1
                index += 1
                continue
            }
            let length = byte == thousands ? 1 : Self.spacerBytes(text, index, body.upperBound)
            let fits = groups == 0 ? (1...3).contains(digits) : digits == 2 || digits == 3
            guard length > 0, !isBehindMark, fits else { return nil }
            groups += 1
            digits = 0
            index += length
        }
        if groups > 0, !isBehindMark, digits != 3 { return nil }
        return (plain, count)
    }
}
