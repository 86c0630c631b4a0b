import JSONParsing
import Kernel

/// Writing JSON, for the few shapes that an import makes.
extension ByteWriter {
    /// A JSON string of text that is UTF-8.
    mutating func writeJSONString(_ text: Span<UInt8>) {
        writeByte(UInt8(ascii: "\""))
        writeJSONEscaped(text)
        writeByte(UInt8(ascii: "\""))
    }

    mutating func writeJSONEscaped(_ text: Span<UInt8>) {
        var plain = 0
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                writeRaw(text.extracting(plain..<index))
                writeEscape(byte)
                plain = index &+ 1
            }
            index &+= 1
        }
        writeRaw(text.extracting(plain..<text.count))
    }

    private mutating func writeEscape(_ byte: UInt8) {
        writeByte(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): writeByte(byte)
        case 0x0A: writeByte(UInt8(ascii: "n"))
        case 0x0D: writeByte(UInt8(ascii: "r"))
        case 0x09: writeByte(UInt8(ascii: "t"))
        default:
            writeRaw("u00" as StaticString)
            writeByte(hexDigit(byte >> 4))
            writeByte(hexDigit(byte & 15))
        }
    }

    /// `,"name":` or, as the object's first member, `"name":`.
    mutating func writeJSONName(_ name: StaticString) {
        if last != UInt8(ascii: "{") { writeByte(UInt8(ascii: ",")) }
        writeByte(UInt8(ascii: "\""))
        writeRaw(name)
        writeRaw("\":" as StaticString)
    }

    /// `name` is already escaped.
    mutating func writeJSONName(escaped name: [UInt8]) {
        if last != UInt8(ascii: "{") { writeByte(UInt8(ascii: ",")) }
        writeByte(UInt8(ascii: "\""))
        writeRaw(name.span)
        writeRaw("\":" as StaticString)
    }

    /// A member with a text, if there is text.
    mutating func writeJSONMember(_ name: StaticString, _ text: Span<UInt8>) {
        guard !text.isEmpty else { return }
        writeJSONName(name)
        writeJSONString(text)
    }

    /// The members of an object, as they stand there, and notes their names.
    ///
    /// - Parameters:
    ///   - object: An object's bytes that were checked; what can't be read is passed over.
    ///   - except: Names of members that are left out.
    mutating func writeJSONMembers(
        of object: Span<UInt8>, except: Set<[UInt8]>, names: inout Set<[UInt8]>
    ) {
        do throws(JSONError) {
            var reader = JSONReader(object)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                let name = object.extracting(key.content).withUnsafeBufferPointer(Array.init)
                if except.contains(name) { continue }
                names.insert(name)
                writeJSONName(escaped: name)
                writeRaw(object.extracting(value.range))
            }
        } catch {
            assertionFailure("checked JSON can't be read: \(error)")
        }
    }

    /// The same of an object that is a member; nothing where it isn't one. Names that are there are left out.
    mutating func writeJSONMembers(
        ofMember member: String, of object: Span<UInt8>, names: inout Set<[UInt8]>
    ) {
        // The object was checked before, and without the member there is nothing to write.
        guard let found = try? JSONLookup.member(named: member, in: object), found.kind.isObject
        else { return }
        writeJSONMembers(of: object.extracting(found.range), except: names, names: &names)
    }

    mutating func writeDecimal(_ number: Decimal) {
        writeDecimal(number.mantissa, scale: number.scale)
    }

    /// `1234` with scale 2 as `12.34`.
    mutating func writeDecimal(_ mantissa: Int64, scale: Int) {
        if mantissa < 0 { writeByte(UInt8(ascii: "-")) }
        // From the last digit forward; 20 digits and a point are the most.
        var text = InlineArray<24, UInt8>(repeating: 0)
        var place = 24
        var rest = mantissa.magnitude
        var digits = 0
        repeat {
            if digits == scale, scale > 0 {
                place &-= 1
                text[place] = UInt8(ascii: ".")
            }
            place &-= 1
            text[place] = UInt8(0x30) + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            digits &+= 1
        } while rest > 0 || digits <= scale
        writeRaw(text.span.extracting(place..<24))
    }

    /// The value as a JSON number, `true` or `false` where it is one (and not one that names something,
    /// as `007` does), else as a JSON string.
    mutating func writeJSONValue(_ text: Span<UInt8>) {
        if isPlainNumber(text) || equals(text, "true") || equals(text, "false") {
            writeRaw(text)
        } else {
            writeJSONString(text)
        }
    }
}

func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
}

func equals(_ text: Span<UInt8>, _ word: StaticString) -> Bool {
    guard text.count == word.utf8CodeUnitCount else { return false }
    let word = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    return text.indices.allSatisfy { text[$0] == word[$0] }
}

/// Whether the text is a JSON number of at most 15 digits, without an exponent.
private func isPlainNumber(_ text: Span<UInt8>) -> Bool {
    var index = 0
    if index < text.count, text[index] == UInt8(ascii: "-") { index += 1 }
    let first = index
    var digits = 0
    var points = 0
    while index < text.count {
        if text[index] &- 0x30 < 10 {
            digits += 1
        } else if text[index] == UInt8(ascii: "."), points == 0, index > first {
            points = 1
        } else {
            return false
        }
        index += 1
    }
    guard digits > 0, digits <= 15, text[text.count - 1] != UInt8(ascii: ".") else { return false }
    return text[first] != UInt8(ascii: "0") || index - first == 1
        || text[first + 1] == UInt8(ascii: ".")
}
