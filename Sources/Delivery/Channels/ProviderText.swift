import JSONParsing

/// What providers write and read: forms and JSON.
enum ProviderText {
    /// A form (`application/x-www-form-urlencoded`, URL Standard §5.2): every byte but the unreserved ones as `%XX`.
    static func form(_ fields: [(String, String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in fields {
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
            append(name, to: &bytes)
            bytes.append(UInt8(ascii: "="))
            append(value, to: &bytes)
        }
        return bytes
    }

    /// One part of a path or a form.
    static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        append(text, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                bytes.append(byte)
            default:
                bytes.append(UInt8(ascii: "%"))
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            }
        }
    }

    /// A text or number at the end of a path in an answer; empty where there is none, or the answer isn't JSON.
    static func text(at path: String..., in body: [UInt8]) -> String {
        guard let slice = try? JSONLookup.value(at: path, in: body.span) else { return "" }
        switch slice.kind {
        case .string, .number: return slice.text(in: body.span)
        default: return ""
        }
    }

    /// What is repeated of an answer, for people: one line.
    static func words(_ answer: ProviderAnswer, _ message: String) -> String {
        let clean = message.unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
                || (0x2028...0x2029).contains(scalar.value) ? " " : String(scalar)
        }.joined().prefix(300)
        return clean.isEmpty ? "answered \(answer.status)" : "answered \(answer.status): \(clean)"
    }

    /// By the status alone, where the body says no more.
    static func outcome(_ answer: ProviderAnswer, _ words: String) -> ProviderOutcome {
        switch answer.status {
        case 429, 503:
            .deferred(reason: words, retryAfterSeconds: answer.retryAfterSeconds)
        case 401, 403, 407: .misconfigured(reason: words)
        case 300...399: .misconfigured(reason: words + "; redirects are not followed")
        // It may have been taken before something broke.
        case 408, 500...599: .inDoubt(reason: words)
        case 400...499: .refused(reason: words)
        default: .inDoubt(reason: words)
        }
    }
}

/// Whether a text can stand in a header: no line ends, no control characters.
func isHeaderText(_ text: String) -> Bool {
    text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
}
