/// The pairs of an `application/x-www-form-urlencoded` text: a query string or a form's body.
struct FormFields: Sendable, Equatable {
    private(set) var pairs: [(name: String, value: String)] = []

    /// More pairs than this are left out.
    static let pairsMax = 100

    init(_ encoded: some StringProtocol) {
        for pair in encoded.split(separator: "&").prefix(Self.pairsMax) {
            let cut = pair.firstIndex(of: "=") ?? pair.endIndex
            let value = cut < pair.endIndex ? pair[pair.index(after: cut)...] : pair[cut...]
            pairs.append((Self.decode(pair[..<cut]), Self.decode(value)))
        }
    }

    init(_ pairs: [(name: String, value: String)] = []) {
        self.pairs = pairs
    }

    static func == (left: Self, right: Self) -> Bool { left.encoded == right.encoded }

    /// The first value of that name; nil where there is none.
    subscript(name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    func all(_ name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    mutating func append(_ name: String, _ value: String) {
        pairs.append((name, value))
    }

    var encoded: String {
        pairs.map { "\(Self.encode($0.name))=\(Self.encode($0.value))" }.joined(separator: "&")
    }

    /// Percent-encodes all but unreserved characters (RFC 3986 §2.3).
    static func encode(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    private static func decode(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
