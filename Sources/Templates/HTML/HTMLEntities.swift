/// Character references: numbers, and the names that e-mails use.
enum HTMLEntities {
    /// Names with their characters' code points (HTML Living Standard §13.5, the Latin-1 ones and common signs).
    private static let named: [String: UInt32] = {
        var table: [String: UInt32] = [
            "amp": 38, "lt": 60, "gt": 62, "quot": 34, "apos": 39, "hellip": 0x2026,
            "ndash": 0x2013, "mdash": 0x2014, "lsquo": 0x2018, "rsquo": 0x2019, "sbquo": 0x201A,
            "ldquo": 0x201C, "rdquo": 0x201D, "bdquo": 0x201E, "lsaquo": 0x2039, "rsaquo": 0x203A,
            "bull": 0x2022, "euro": 0x20AC, "trade": 0x2122, "larr": 0x2190, "uarr": 0x2191,
            "rarr": 0x2192, "darr": 0x2193, "minus": 0x2212, "ensp": 0x2002, "emsp": 0x2003,
            "thinsp": 0x2009, "zwnj": 0x200C, "zwj": 0x200D, "check": 0x2713, "hearts": 0x2665,
            "star": 0x2606, "starf": 0x2605, "infin": 0x221E, "ne": 0x2260, "le": 0x2264,
            "ge": 0x2265, "OElig": 0x152, "oelig": 0x153, "Scaron": 0x160, "scaron": 0x161,
        ]
        // U+00A0 to U+00FF, in order.
        let latin = """
            nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 \
            sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc \
            Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve \
            Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc \
            atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve \
            oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml
            """
        for (index, name) in latin.split(separator: " ").enumerated() {
            table[String(name)] = 0xA0 + UInt32(index)
        }
        return table
    }()

    /// Reads the reference at an `&`: its character, and how many bytes it takes; nil where it is none.
    static func read(_ bytes: Span<UInt8>, at start: Int) -> (scalar: Unicode.Scalar, count: Int)? {
        var at = start + 1
        guard at < bytes.count else { return nil }
        if bytes[at] == UInt8(ascii: "#") {
            at += 1
            let isHex = at < bytes.count && bytes[at] | 0x20 == UInt8(ascii: "x")
            if isHex { at += 1 }
            var value: UInt32 = 0
            let digits = at
            while at < bytes.count, at - digits < 8, let digit = digit(bytes[at], isHex: isHex) {
                value = value &* (isHex ? 16 : 10) &+ digit
                at += 1
            }
            guard at > digits, let scalar = Unicode.Scalar(value) else { return nil }
            if at < bytes.count, bytes[at] == UInt8(ascii: ";") { at += 1 }
            return (scalar, at - start)
        }
        var name = ""
        while at < bytes.count, name.utf8.count < 10,
            (bytes[at] | 0x20) &- 0x61 < 26 || bytes[at] &- 0x30 < 10
        {
            name.unicodeScalars.append(Unicode.Scalar(bytes[at]))
            at += 1
        }
        guard at < bytes.count, bytes[at] == UInt8(ascii: ";"), let value = named[name],
            let scalar = Unicode.Scalar(value)
        else { return nil }
        return (scalar, at + 1 - start)
    }

    private static func digit(_ byte: UInt8, isHex: Bool) -> UInt32? {
        if byte &- 0x30 < 10 { return UInt32(byte - 0x30) }
        guard isHex, (byte | 0x20) &- 0x61 < 6 else { return nil }
        return UInt32((byte | 0x20) - 0x61) + 10
    }

    /// An attribute's value with its references resolved.
    static func decode(_ bytes: Span<UInt8>) -> String {
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "&"), let (scalar, count) = read(bytes, at: index) {
                output.append(contentsOf: String(scalar).utf8)
                index += count
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }
}
