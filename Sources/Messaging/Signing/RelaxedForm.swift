import Kernel

/// The forms in which DKIM hashes a message, so that what servers on the way do to spaces doesn't break a signature
/// (RFC 6376 §3.4.2, §3.4.4).
enum RelaxedForm {
    /// A body: runs of spaces and tabs as one space, none at a line's end, no empty lines at the end.
    ///
    /// - Parameter body: Lines that end in CRLF.
    static func body(_ body: Span<UInt8>) -> [UInt8] {
        var form = ByteWriter(reserving: body.count + 2)
        var index = 0
        // What is held back until something follows that isn't it.
        var heldLines = 0
        var holdsSpace = false
        while index < body.count {
            let end = plainEnd(body, from: index)
            if end > index {
                while heldLines > 0 {
                    form.writeRaw("\r\n" as StaticString)
                    heldLines -= 1
                }
                if holdsSpace { form.writeByte(0x20) }
                holdsSpace = false
                form.writeRaw(body.extracting(index..<end))
                index = end
                continue
            }
            if body[index] == 0x0D {
                guard index + 1 < body.count, body[index + 1] == 0x0A else {
                    // A CR alone is a byte like others.
                    while heldLines > 0 {
                        form.writeRaw("\r\n" as StaticString)
                        heldLines -= 1
                    }
                    if holdsSpace { form.writeByte(0x20) }
                    holdsSpace = false
                    form.writeByte(0x0D)
                    index += 1
                    continue
                }
                heldLines += 1
                holdsSpace = false
                index += 2
            } else {
                holdsSpace = true
                index += 1
            }
        }
        if !form.isEmpty { form.writeRaw("\r\n" as StaticString) }
        return form.take()
    }

    /// Where the first space, tab or CR is from here on.
    @inline(__always)
    private static func plainEnd(_ text: Span<UInt8>, from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var index = start
        while index &+ 8 <= text.count {
            let word = text.littleEndianWord(at: index)
            let spaces = word ^ (ones &* 0x20)
            let returns = word ^ (ones &* 0x0D)
            let tabs = word ^ (ones &* 0x09)
            let found =
                (((spaces &- ones) & ~spaces) | ((returns &- ones) & ~returns)
                    | ((tabs &- ones) & ~tabs)) & highs
            // The lowest byte found is exact; a carry can only mark bytes above it.
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < text.count {
            let byte = text[index]
            if byte == 0x20 || byte == 0x0D || byte == 0x09 { break }
            index &+= 1
        }
        return index
    }

    /// Appends a field: its name in lower case, its value on one line with single spaces, CRLF unless it is the last.
    ///
    /// - Parameter field: With or without the CRLF at its end.
    static func append(
        field: Span<UInt8>, colon: Int, isLast: Bool = false, to form: inout ByteWriter
    ) {
        var nameEnd = colon
        while nameEnd > 0, field[nameEnd - 1] == 0x20 || field[nameEnd - 1] == 0x09 { nameEnd -= 1 }
        form.writeLowercased(field.extracting(first: nameEnd))
        form.writeByte(UInt8(ascii: ":"))
        var isEmpty = true
        var holdsSpace = false
        for index in (colon + 1)..<max(field.count, colon + 1) {
            let byte = field[index]
            switch byte {
            case 0x0D, 0x0A: continue
            case 0x20, 0x09: holdsSpace = true
            default:
                if holdsSpace, !isEmpty { form.writeByte(0x20) }
                holdsSpace = false
                isEmpty = false
                form.writeByte(byte)
            }
        }
        if !isLast { form.writeRaw("\r\n" as StaticString) }
    }
}
