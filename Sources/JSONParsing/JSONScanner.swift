/// The loops that check JSON. Each takes an index by value and returns where it ended, so that the
/// index stays in a register.
enum JSONScanner {
    /// Moves behind white space.
    @inline(__always)
    static func skipSpace(in bytes: Span<UInt8>, at index: inout Int) {
        while index < bytes.count, isSpace(bytes[index]) { index &+= 1 }
    }

    /// The first byte that isn't white space; the index stays at it.
    @inline(__always)
    static func next(in bytes: Span<UInt8>, at index: inout Int) throws(JSONError) -> UInt8 {
        while index < bytes.count {
            let byte = bytes[index]
            if byte > 0x20 || !isSpace(byte) { return byte }
            index &+= 1
        }
        throw JSONError(.unexpectedEnd, at: bytes.count)
    }

    /// Checks one value of any kind to its end, without recursion.
    ///
    /// - Parameter depth: How many containers are open around it.
    static func value(
        in bytes: Span<UInt8>, from position: Int, depth: Int
    ) throws(JSONError) -> JSONSlice {
        var index = position
        switch try next(in: bytes, at: &index) {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let start = index
            let kind: JSONKind = bytes[start] == UInt8(ascii: "{") ? .object : .array
            let end = try container(in: bytes, from: index, depth: depth)
            return JSONSlice(kind: kind, range: start..<end)
        case let byte:
            return try scalar(in: bytes, from: index, startingWith: byte)
        }
    }

    /// Checks a member's key and its colon.
    @inline(__always)
    static func key(in bytes: Span<UInt8>, at index: inout Int) throws(JSONError) -> JSONSlice {
        let start = index
        guard bytes[start] == UInt8(ascii: "\"") else {
            throw JSONError(.unexpectedByte, at: start)
        }
        let (end, hasEscapes) = try string(in: bytes, from: start)
        index = end
        guard try next(in: bytes, at: &index) == UInt8(ascii: ":") else {
            throw JSONError(.unexpectedByte, at: index)
        }
        index &+= 1
        return JSONSlice(kind: .string, range: start..<end, hasEscapes: hasEscapes)
    }

    /// Why no value can start with the byte at the index.
    static func unexpected(in bytes: Span<UInt8>, at index: Int) -> JSONError {
        let isMark =
            index == 0 && bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB
            && bytes[2] == 0xBF
        if isMark { return JSONError(.byteOrderMark, at: 0) }
        let byte = bytes[index]
        let isLetter = (byte | 0x20) &- 0x61 < 26
        let isNumberLike = byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
        return JSONError(
            isLetter ? .badLiteral : isNumberLike ? .badNumber : .unexpectedByte, at: index)
    }

    /// Checks an object or array; open containers are bits of one word (1: array), so nothing
    /// recurses.
    private static func container(
        in bytes: Span<UInt8>, from start: Int, depth: Int
    ) throws(JSONError) -> Int {
        var index = start
        var arrays: UInt64 = 0
        var open = 0
        let openMax = JSONReader.depthMax - depth
        while true {
            let byte = try next(in: bytes, at: &index)
            var isClosed = true
            if byte == UInt8(ascii: "\"") {
                index = try string(in: bytes, from: index).end
            } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
                guard open < openMax else { throw JSONError(.tooDeep, at: index) }
                let isArray = byte == UInt8(ascii: "[")
                open &+= 1
                arrays = arrays << 1 | (isArray ? 1 : 0)
                index &+= 1
                let first = try next(in: bytes, at: &index)
                if first == (isArray ? UInt8(ascii: "]") : UInt8(ascii: "}")) {
                    index &+= 1
                    open &-= 1
                    arrays >>= 1
                } else {
                    if !isArray { _ = try key(in: bytes, at: &index) }
                    isClosed = false
                }
            } else {
                index = try scalar(in: bytes, from: index, startingWith: byte).end
            }
            guard isClosed else { continue }
            // Behind a value: a comma goes on, brackets close.
            while true {
                if open == 0 { return index }
                let byte = try next(in: bytes, at: &index)
                let isArray = arrays & 1 == 1
                if byte == UInt8(ascii: ",") {
                    index &+= 1
                    if !isArray {
                        _ = try next(in: bytes, at: &index)
                        _ = try key(in: bytes, at: &index)
                    }
                    break
                }
                guard byte == (isArray ? UInt8(ascii: "]") : UInt8(ascii: "}")) else {
                    throw JSONError(.unexpectedByte, at: index)
                }
                index &+= 1
                open &-= 1
                arrays >>= 1
            }
        }
    }

    /// Checks a string, number or word.
    @inline(__always)
    private static func scalar(
        in bytes: Span<UInt8>, from start: Int, startingWith byte: UInt8
    ) throws(JSONError) -> JSONSlice {
        switch byte {
        case UInt8(ascii: "\""):
            let (end, hasEscapes) = try string(in: bytes, from: start)
            return JSONSlice(kind: .string, range: start..<end, hasEscapes: hasEscapes)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSONSlice(kind: .number, range: start..<(try number(in: bytes, from: start)))
        case UInt8(ascii: "t"):
            return JSONSlice(kind: .boolean, range: try word("true", in: bytes, from: start))
        case UInt8(ascii: "f"):
            return JSONSlice(kind: .boolean, range: try word("false", in: bytes, from: start))
        case UInt8(ascii: "n"):
            return JSONSlice(kind: .null, range: try word("null", in: bytes, from: start))
        default: throw unexpected(in: bytes, at: start)
        }
    }

    private static func word(
        _ word: StaticString, in bytes: Span<UInt8>, from start: Int
    ) throws(JSONError) -> Range<Int> {
        var index = start
        for place in 0..<word.utf8CodeUnitCount {
            guard index < bytes.count else { throw JSONError(.unexpectedEnd, at: index) }
            guard bytes[index] == word.utf8Start[place] else {
                throw JSONError(.badLiteral, at: start)
            }
            index &+= 1
        }
        return start..<index
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    private static func number(in bytes: Span<UInt8>, from start: Int) throws(JSONError) -> Int {
        var index = start
        if bytes[index] == UInt8(ascii: "-") { index &+= 1 }
        let hasLeadingZero = index < bytes.count && bytes[index] == UInt8(ascii: "0")
        let whole = try digits(in: bytes, at: &index, of: start)
        if hasLeadingZero, whole > 1 { throw JSONError(.badNumber, at: start) }
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index &+= 1
            _ = try digits(in: bytes, at: &index, of: start)
        }
        if index < bytes.count, bytes[index] | 0x20 == UInt8(ascii: "e") {
            index &+= 1
            if index < bytes.count,
                bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-")
            {
                index &+= 1
            }
            _ = try digits(in: bytes, at: &index, of: start)
        }
        return index
    }

    /// Moves behind one digit or more; how many.
    @inline(__always)
    private static func digits(
        in bytes: Span<UInt8>, at index: inout Int, of start: Int
    ) throws(JSONError) -> Int {
        let first = index
        while index < bytes.count, bytes[index] &- 0x30 < 10 { index &+= 1 }
        guard index > first else {
            throw index == bytes.count
                ? JSONError(.unexpectedEnd, at: index) : JSONError(.badNumber, at: start)
        }
        return index &- first
    }

    @inline(__always)
    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }
}
