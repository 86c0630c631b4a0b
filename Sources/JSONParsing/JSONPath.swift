/// Names places in a JSON document: `$`, `$.batch[3].properties.total`, `$["a b"]`.
package enum JSONPath {
    /// Keys longer than this are cut in a path.
    package static let keyBytesMax = 64

    /// The path of the innermost value that is known at a byte offset.
    ///
    /// - Parameter bytes: Correct JSON up to `offset`; what follows isn't looked at.
    package static func text(ofOffset offset: Int, in bytes: Span<UInt8>) -> String {
        var steps: [Step] = []
        var expectsKey = false
        var index = 0
        let end = min(offset, bytes.count)
        while index < end {
            switch bytes[index] {
            case UInt8(ascii: "{"):
                steps.append(.key(0..<0))
                expectsKey = true
            case UInt8(ascii: "["):
                steps.append(.element(0))
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = steps.popLast()
                expectsKey = false
            case UInt8(ascii: ","):
                switch steps.last {
                case .element(let place): steps[steps.count - 1] = .element(place + 1)
                case .key:
                    steps[steps.count - 1] = .key(0..<0)
                    expectsKey = true
                case nil: break
                }
            case UInt8(ascii: "\""):
                let close = closingQuote(after: index, before: end, in: bytes)
                if expectsKey, close < end, case .key = steps.last {
                    steps[steps.count - 1] = .key(index + 1..<close)
                    expectsKey = false
                }
                index = close
            default: break
            }
            index += 1
        }
        return text(of: steps, in: bytes)
    }

    /// `.name`, or `["na me"]` where the name isn't a plain word.
    package static func step(_ name: String) -> String {
        let isPlain =
            !name.isEmpty
            && name.utf8.allSatisfy {
                ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x5F || $0 == 0x24
            }
        if isPlain { return "." + name }
        var writer = JSONWriter()
        writer.string(name)
        return "[" + String(decoding: writer.bytes, as: UTF8.self) + "]"
    }

    private enum Step {
        /// The key's bytes between its quotes; empty before the key is known.
        case key(Range<Int>)
        case element(Int)
    }

    private static func closingQuote(
        after start: Int, before end: Int, in bytes: Span<UInt8>
    ) -> Int {
        var index = start + 1
        while index < end, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(index, end)
    }

    private static func text(of steps: [Step], in bytes: Span<UInt8>) -> String {
        var path = "$"
        for one in steps {
            switch one {
            case .element(let place): path += "[\(place)]"
            case .key(let range):
                guard !range.isEmpty else { continue }
                var name: [UInt8] = []
                JSONText.decode(bytes.extracting(range), into: &name)
                path += step(String(decoding: name.prefix(keyBytesMax), as: UTF8.self))
            }
        }
        return path
    }
}
