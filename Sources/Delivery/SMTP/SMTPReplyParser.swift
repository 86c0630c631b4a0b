import NIOCore

/// Reads replies out of bytes that come in any pieces.
///
/// Nothing that a server sends makes it keep more than its limits: a line of `lineBytesMax`, a reply of `linesMax` lines
/// and `textBytesMax` bytes of text.
struct SMTPReplyParser {
    /// Four times what RFC 5321 §4.5.3.1.5 allows.
    static let lineBytesMax = 2048
    static let linesMax = 100
    /// What is kept of a reply's text; what comes after it is passed over.
    static let textBytesMax = 8192

    /// What no client can make sense of.
    enum Garbage: Error, CustomStringConvertible {
        case notAReply(String)
        case lineTooLong
        case tooManyLines
        case mixedCodes(Int, Int)

        var description: String {
            switch self {
            case .notAReply(let line): "the server answered what is no reply: \(line)"
            case .lineTooLong: "the server's reply has a line of over \(lineBytesMax) bytes"
            case .tooManyLines: "the server's reply has over \(linesMax) lines"
            case .mixedCodes(let first, let second):
                "the server's reply begins as \(first) and goes on as \(second)"
            }
        }
    }

    private var line: [UInt8] = []
    private var code: Int?
    private var status: SMTPStatus?
    private var text: [UInt8] = []
    private var lineCount = 0

    init() { line.reserveCapacity(256) }

    /// Whether part of a reply is there already.
    var isInside: Bool { code != nil || !line.isEmpty }

    /// The next whole reply; nil where its end isn't there yet, with the bytes so far kept.
    mutating func next(_ buffer: inout ByteBuffer) throws(Garbage) -> SMTPReply? {
        while let byte: UInt8 = buffer.readInteger() {
            if byte != 0x0A {
                guard line.count < Self.lineBytesMax else { throw .lineTooLong }
                line.append(byte)
                continue
            }
            if line.last == 0x0D { line.removeLast() }
            let isLast = try take()
            line.removeAll(keepingCapacity: true)
            guard isLast, let code else { continue }
            let reply = SMTPReply(code: code, status: status, text: Self.readable(text))
            self.code = nil
            status = nil
            text.removeAll(keepingCapacity: true)
            lineCount = 0
            return reply
        }
        return nil
    }

    /// Takes in a line without its end.
    ///
    /// - Returns: Whether it is the reply's last.
    private mutating func take() throws(Garbage) -> Bool {
        guard line.count >= 3, (0x32...0x35).contains(line[0]), Self.isDigit(line[1]),
            Self.isDigit(line[2]), line.count == 3 || line[3] == 0x20 || line[3] == 0x2D
        else { throw .notAReply(String(Self.readable(line).prefix(80))) }
        let number = Int(line[0] - 0x30) * 100 + Int(line[1] - 0x30) * 10 + Int(line[2] - 0x30)
        if let code, code != number { throw .mixedCodes(code, number) }
        lineCount += 1
        guard lineCount <= Self.linesMax else { throw .tooManyLines }
        code = number
        var start = min(4, line.count)
        if let (found, end) = Self.status(in: line, from: start), found.kind == number / 100 {
            if lineCount == 1 { status = found }
            if found == status { start = end }
        }
        if lineCount > 1 { append(0x0A) }
        for byte in line[start...] { append(byte) }
        return line.count == 3 || line[3] == 0x20
    }

    private mutating func append(_ byte: UInt8) {
        if text.count < Self.textBytesMax { text.append(byte) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// The status that a text begins with, and where the text after it does.
    private static func status(in line: [UInt8], from start: Int) -> (SMTPStatus, end: Int)? {
        var numbers = (0, 0, 0)
        var index = start
        for part in 0..<3 {
            var number = 0
            var digits = 0
            while index < line.count, isDigit(line[index]), digits < 3 {
                number = number * 10 + Int(line[index] - 0x30)
                digits += 1
                index += 1
            }
            guard digits > 0 else { return nil }
            switch part {
            case 0: numbers.0 = number
            case 1: numbers.1 = number
            default: numbers.2 = number
            }
            guard part < 2 else { break }
            guard index < line.count, line[index] == 0x2E else { return nil }
            index += 1
        }
        guard index == line.count || line[index] == 0x20 else { return nil }
        return (SMTPStatus(numbers.0, numbers.1, numbers.2), min(index + 1, line.count))
    }

    private static func readable(_ bytes: [UInt8]) -> String {
        let isReadable = bytes.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A }
        if isReadable { return String(decoding: bytes, as: UTF8.self) }
        return String(
            decoding: bytes.map { (0x20..<0x7F).contains($0) || $0 == 0x0A ? $0 : 0x3F },
            as: UTF8.self)
    }
}
