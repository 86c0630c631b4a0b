import Crypto
package import Kernel

/// Signs messages for a domain, so that receivers know who answers for them (RFC 6376).
///
/// - rsa-sha256 or ed25519-sha256, relaxed/relaxed, the whole body (no `l=`).
/// - All fields that people or receivers' programs act on are signed where they are there, with `List-Unsubscribe` and
///   `List-Unsubscribe-Post` as RFC 8058 §4 demands. Those that mustn't come twice are signed once more than they
///   are there: who adds another breaks the signature (RFC 6376 §8.15).
package struct DKIMSigner: Sendable {
    /// Signed once more than they are there, also where they aren't.
    static let sealed = ["from", "to", "cc", "subject", "reply-to"]
    /// Signed once more than they are there, where they are; servers on the way may add those that are missing.
    static let sealedWherePresent = [
        "date", "message-id", "mime-version", "content-type", "content-transfer-encoding",
        "list-unsubscribe", "list-unsubscribe-post",
    ]
    /// Signed where they are there.
    static let covered = [
        "list-id", "feedback-id", "auto-submitted", "precedence", "x-auto-response-suppress",
    ]

    package let domain: String
    package let selector: String
    package let key: DKIMKey
    /// How long after its time a signature holds (`x=`); nil for ever.
    package let lifetimeSeconds: Int64?

    /// - Throws: `.domain`, `.selector`.
    package init(
        domain: String, selector: String, key: DKIMKey, lifetimeSeconds: Int64? = nil
    ) throws(DKIMRefusal) {
        do {
            let bytes = Array(domain.utf8)
            self.domain = try EmailAddress.domain(bytes.span)
        } catch {
            throw .domain(error)
        }
        let labels = selector.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(labels.count),
            labels.allSatisfy({ label in
                (1...EmailAddress.labelBytesMax).contains(label.utf8.count)
                    && !label.hasPrefix("-") && !label.hasSuffix("-")
                    && label.utf8.allSatisfy {
                        isIdentifierByte($0) && $0 != UInt8(ascii: ".")
                    }
            })
        else { throw .selector }
        self.selector = selector
        self.key = key
        self.lifetimeSeconds = lifetimeSeconds
    }
}

extension ComposedMessage {
    /// Puts a signature of each signer in front. The body is brought into its form and hashed once for all.
    ///
    /// - Parameter time: When it is signed (`t=`).
    /// - Throws: `.notSigned`, which says by which key; the message is then as it was, so that none goes out with
    ///   fewer signatures than it should have.
    package mutating func sign(
        with signers: [DKIMSigner], at time: Timestamp
    ) throws(DKIMRefusal) {
        try sign(with: signers, at: time) { signer, hash in try signer.key.signature(of: hash) }
    }

    /// - Parameter signature: A signer's signature of a hash.
    mutating func sign(
        with signers: [DKIMSigner], at time: Timestamp,
        signature: (DKIMSigner, SHA256.Digest) throws -> [UInt8]
    ) throws(DKIMRefusal) {
        guard !signers.isEmpty else { return }
        let bodyHash = DKIMSigner.bodyHash(body)
        let fields = HeaderIndex(header)
        var written = ByteWriter(reserving: bytes.count + signers.count * 1024)
        for signer in signers {
            try signer.write(
                bodyHash: bodyHash, fields: fields, of: header, at: time, to: &written,
                signature: signature)
        }
        let added = written.count
        written.writeRaw(bytes.span)
        bytes = written.take()
        bodyStart += added
    }
}

extension DKIMSigner {
    /// The base64 of the SHA-256 of a body in its form (`bh=`).
    static func bodyHash(_ body: Span<UInt8>) -> String {
        base64(Array(SHA256.hash(data: RelaxedForm.body(body))).span)
    }

    /// Writes the field with its signature.
    fileprivate func write(
        bodyHash: String, fields: HeaderIndex, of header: Span<UInt8>, at time: Timestamp,
        to output: inout ByteWriter, signature: (DKIMSigner, SHA256.Digest) throws -> [UInt8]
    ) throws(DKIMRefusal) {
        let chosen = fields.chosen()
        var writer = HeaderWriter(reserving: 1024)
        writer.begin("DKIM-Signature")
        let seconds = max(0, time.milliseconds / 1000)
        for tag in [
            "v=1;", "a=\(key.algorithm.rawValue);", "c=relaxed/relaxed;", "d=\(domain);",
            "s=\(selector);", "t=\(seconds);",
        ] {
            writer.piece(tag)
        }
        if let lifetimeSeconds { writer.piece("x=\(seconds + lifetimeSeconds);") }
        for (place, name) in chosen.names.enumerated() {
            let end = place == chosen.names.count - 1 ? ";" : ":"
            if place == 0 { writer.piece("h=" + name + end) } else { writer.joined(name + end) }
        }
        writer.piece("bh=" + bodyHash + ";")
        writer.piece("b=")
        var form = ByteWriter(reserving: header.count + 1024)
        for field in chosen.fields {
            RelaxedForm.append(
                field: header.extracting(field.range), colon: field.colon, to: &form)
        }
        RelaxedForm.append(
            field: writer.bytes.span, colon: "DKIM-Signature".utf8.count, isLast: true, to: &form)
        do {
            let signed = try signature(self, SHA256.hash(data: form.take()))
            writer.signature(base64(signed.span))
        } catch {
            throw .notSigned(
                selector: selector, domain: domain, algorithm: key.algorithm.rawValue)
        }
        writer.end()
        output.writeRaw(writer.bytes.span)
    }
}

/// Where the fields of a header are.
private struct HeaderIndex {
    struct Field {
        /// With the CRLF at its end.
        let range: Range<Int>
        /// From the field's start.
        let colon: Int
        /// In lower case.
        let name: String
    }

    private var fields: [Field] = []

    init(_ header: Span<UInt8>) {
        var start = 0
        while start < header.count {
            var end = start
            var colon: Int?
            while end < header.count {
                if header[end] == UInt8(ascii: ":"), colon == nil { colon = end - start }
                end += 1
                if header[end - 1] == 0x0A,
                    end == header.count || (header[end] != 0x20 && header[end] != 0x09)
                {
                    break
                }
            }
            if let colon {
                let name = decoded(header.extracting(start..<(start + colon))).lowercased()
                fields.append(Field(range: start..<end, colon: colon, name: name))
            }
            start = end
        }
    }

    /// The names to sign, and the fields that they stand for: of a name that comes more than once from the last up,
    /// and for a name too many, nothing (RFC 6376 §5.4.2).
    func chosen() -> (names: [String], fields: [Field]) {
        var names: [String] = []
        var chosen: [Field] = []
        let all = DKIMSigner.sealed + DKIMSigner.sealedWherePresent + DKIMSigner.covered
        for name in all {
            for field in fields.reversed() where field.name == name {
                names.append(name)
                chosen.append(field)
            }
        }
        let extra = DKIMSigner.sealedWherePresent.filter(names.contains)
        return (names + DKIMSigner.sealed + extra, chosen)
    }
}

extension HeaderWriter {
    /// The rest of a tag's value in lines; spaces inside it don't count.
    fileprivate mutating func signature(_ text: String) {
        var rest = Substring(text)
        while !rest.isEmpty {
            let line = rest.prefix(Self.lineBytesMax - 4)
            joined(String(line))
            rest = rest.dropFirst(line.count)
        }
    }
}
