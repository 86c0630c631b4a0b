/// What a server says that it can do, in answer to EHLO (RFC 5321 §4.1.1.1).
struct SMTPCapabilities: Equatable {
    var hasPipelining = false
    var hasStartTLS = false
    var has8BitMIME = false
    var hasSMTPUTF8 = false
    var hasSize = false
    /// Bytes; nil where there is no limit that is known.
    var sizeMax: Int?
    /// In upper case.
    var mechanisms: Set<String> = []

    /// None, as of a server that knows only HELO.
    init() {}

    init(_ reply: SMTPReply) {
        for line in reply.text.split(separator: "\n").dropFirst() {
            // Servers of old wrote "AUTH=LOGIN" too.
            let words = line.uppercased().split { $0 == " " || $0 == "=" }
            switch words.first {
            case "PIPELINING": hasPipelining = true
            case "STARTTLS": hasStartTLS = true
            case "8BITMIME": has8BitMIME = true
            case "SMTPUTF8": hasSMTPUTF8 = true
            case "SIZE":
                hasSize = true
                if words.count > 1, let size = Int(words[1]), size > 0 { sizeMax = size }
            case "AUTH": mechanisms.formUnion(words.dropFirst().map(String.init))
            default: break
            }
        }
    }
}
