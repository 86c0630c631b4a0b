import Crypto
import CryptoExtras

extension DomainCheck {
    /// Whether receivers find the keys that mail is signed by (RFC 6376 §3.6.1, RFC 8301, RFC 8463).
    func dkim(_ answers: inout DNSAnswers) -> [DomainFinding] {
        guard !keys.isEmpty else {
            return [
                DomainFinding(
                    .dkim, .error, "no key is set up, so that mail isn't signed",
                    advice: "Make one, and publish what it says: perennial mail key")
            ]
        }
        return keys.flatMap { dkim($0, &answers) }
    }

    private func dkim(_ key: Key, _ answers: inout DNSAnswers) -> [DomainFinding] {
        let name = "\(key.selector)._domainkey.\(key.domain)"
        let line = key.record.map { [zoneLine(name, text: $0)] } ?? []
        guard let texts = answers.texts(name) else { return [unknown(.dkim, name, answers)] }
        guard let text = texts.first else {
            return [
                DomainFinding(
                    .dkim, .error,
                    "\(name) doesn't exist, so that no receiver can check signatures",
                    advice: line.isEmpty ? "Publish what perennial mail key says." : "Publish:",
                    publish: line)
            ]
        }
        guard texts.count == 1 else {
            return [
                DomainFinding(
                    .dkim, .error, "\(name) has \(texts.count) TXT records",
                    advice: "Receivers may take either. Leave one:", publish: line)
            ]
        }
        guard let tags = TagList(text), let data = tags["p"],
            tags["v"].map({ $0 == "DKIM1" && tags.firstName == "v" }) ?? true
        else {
            return [
                DomainFinding(
                    .dkim, .error, "\(name) isn't a key of DKIM: \(text.prefix(80))",
                    advice: "Publish instead:", publish: line)
            ]
        }
        return dkim(key, name, tags, data, line)
    }

    private func dkim(
        _ key: Key, _ name: String, _ tags: TagList, _ data: String, _ line: [String]
    ) -> [DomainFinding] {
        let written = data.filter { $0 != " " && $0 != "\t" }
        guard !written.isEmpty else {
            return [
                DomainFinding(
                    .dkim, .error, "the key at \(name) is revoked (p= is empty)",
                    advice: "Publish instead:", publish: line)
            ]
        }
        let kind = (tags["k"] ?? "rsa").lowercased()
        if let record = key.record, let own = TagList(record) {
            guard (own["k"] ?? "rsa") == kind, own["p"] == written else {
                return [
                    DomainFinding(
                        .dkim, .error, "the key at \(name) isn't the one that signs here",
                        advice:
                            "Signatures fail until it is. A line that lost its end is often "
                            + "why. Publish instead:",
                        publish: line)
                ]
            }
        }
        var findings = size(kind, written, name)
        if let hashes = tags["h"], !list(hashes, has: "sha256") {
            findings.append(
                DomainFinding(
                    .dkim, .error, "the key at \(name) isn't for sha256 (h=\(hashes))",
                    advice: "Publish instead:", publish: line))
        }
        if let services = tags["s"], !list(services, has: "email"), !list(services, has: "*") {
            findings.append(
                DomainFinding(
                    .dkim, .error, "the key at \(name) isn't for mail (s=\(services))",
                    advice: "Publish instead:", publish: line))
        }
        if let flags = tags["t"], list(flags, has: "y") {
            findings.append(
                DomainFinding(
                    .dkim, .warning,
                    "the key at \(name) says that it is a test (t=y), so that receivers may "
                        + "not heed it",
                    advice: "Publish instead:", publish: line))
        }
        if findings.allSatisfy({ $0.severity <= .advice }) {
            findings.insert(
                DomainFinding(
                    .dkim, .ok,
                    key.record == nil
                        ? "\(name) is there" : "\(name) has the key that signs here"), at: 0)
        }
        return findings
    }

    private func size(_ kind: String, _ written: String, _ name: String) -> [DomainFinding] {
        let text = Array(written.utf8)
        let bytes = decodedBase64(text.span)
        switch kind {
        case "rsa":
            // A key that can't be read as one is no key, whatever the reason.
            guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: bytes) else {
                return [DomainFinding(.dkim, .error, "the key at \(name) can't be read")]
            }
            if key.keySizeInBits < DKIMKey.rsaBits.lowerBound {
                return [
                    DomainFinding(
                        .dkim, .error,
                        "the key at \(name) has \(key.keySizeInBits) bits, which receivers "
                            + "don't take",
                        advice: "Make one of \(DKIMKey.rsaBitsAdvised): perennial mail key")
                ]
            }
            if key.keySizeInBits < DKIMKey.rsaBitsAdvised {
                return [
                    DomainFinding(
                        .dkim, .warning,
                        "the key at \(name) has \(key.keySizeInBits) bits; it can be broken "
                            + "by who pays for it",
                        advice: "Make one of \(DKIMKey.rsaBitsAdvised): perennial mail key")
                ]
            }
            return []
        case "ed25519":
            return bytes.count == 32
                ? [] : [DomainFinding(.dkim, .error, "the key at \(name) can't be read")]
        default:
            return [
                DomainFinding(.dkim, .error, "the key at \(name) is of an unknown kind (k=\(kind))")
            ]
        }
    }

    /// Whether a list with colons has a word.
    private func list(_ text: String, has word: String) -> Bool {
        text.split(separator: ":").contains { trimmed($0).lowercased() == word }
    }
}
