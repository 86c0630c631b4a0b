extension DomainCheck {
    static let mailHostsMax = 5

    /// Whether answers and bounces find their way back.
    func mailHosts(_ answers: inout DNSAnswers) -> [DomainFinding] {
        var findings = mailHosts(
            of: domain, .mx,
            without:
                "answers can't reach you, and receivers refuse mail from a domain that takes none",
            &answers)
        if bounceDomain != domain {
            findings += mailHosts(
                of: bounceDomain, .bounces, without: "bounces and complaints are lost", &answers)
        } else if findings.allSatisfy({ $0.severity == .ok }) {
            findings.append(
                DomainFinding(
                    .bounces, .advice, "bounces go to \(domain) itself, among all other mail",
                    advice:
                        "Take a domain of its own, such as bounces.\(domain) (mail.bounceDomain)."))
        }
        return findings
    }

    private func mailHosts(
        of name: String, _ subject: DomainFinding.Subject, without: String,
        _ answers: inout DNSAnswers
    ) -> [DomainFinding] {
        guard let records = answers.records(name, .mx) else {
            return [unknown(subject, name, answers)]
        }
        let line = "\(name). 3600 IN MX 10 mail.\(domain)."
        let hosts = records.compactMap { record -> (preference: Int, host: String)? in
            if case .mailHost(let preference, let host) = record { (preference, host) } else { nil }
        }.sorted { ($0.preference, $0.host) < ($1.preference, $1.host) }.map(\.host)
        if hosts.contains("") {
            return [
                DomainFinding(
                    subject, .error, "\(name) says that it takes no mail (null MX)",
                    advice: "So \(without). Publish, with the server that takes it:",
                    publish: [line])
            ]
        }
        guard !hosts.isEmpty else { return withoutHosts(name, subject, without, line, &answers) }
        var findings: [DomainFinding] = []
        for host in hosts.prefix(Self.mailHostsMax) {
            findings += mailHost(host, of: name, subject, &answers)
        }
        if findings.isEmpty {
            findings = [DomainFinding(subject, .ok, "mail to \(name) goes to \(hosts[0])")]
        } else if findings.count < hosts.count {
            // Others are there to take it.
            findings = findings.map {
                DomainFinding(
                    subject, min($0.severity, .warning), $0.message, advice: $0.advice,
                    publish: $0.publish)
            }
        }
        return findings
    }

    /// Without MX the host of that name takes the mail (RFC 5321 §5.1).
    private func withoutHosts(
        _ name: String, _ subject: DomainFinding.Subject, _ without: String, _ line: String,
        _ answers: inout DNSAnswers
    ) -> [DomainFinding] {
        guard let addresses = answers.addresses(name) else {
            return [unknown(subject, name, answers)]
        }
        guard addresses.isEmpty else {
            return [
                DomainFinding(
                    subject, .warning,
                    "\(name) has no MX; mail to it goes to the host of that name",
                    advice: "Say which server takes it. Publish:", publish: [line])
            ]
        }
        return [
            DomainFinding(
                subject, .error, "\(name) takes no mail: it has neither MX nor an address",
                advice: "So \(without). Publish, with the server that takes it:", publish: [line])
        ]
    }

    private func mailHost(
        _ host: String, of name: String, _ subject: DomainFinding.Subject,
        _ answers: inout DNSAnswers
    ) -> [DomainFinding] {
        guard AddressBits(host) == nil else {
            return [
                DomainFinding(
                    subject, .error, "the MX of \(name) is an address, \(host)",
                    advice: "It must be the name of a host.")
            ]
        }
        guard let aliases = answers.records(host, .cname), let found = answers.addresses(host)
        else { return [unknown(subject, host, answers)] }
        if found.isEmpty {
            return [
                DomainFinding(
                    subject, .error, "\(host), the MX of \(name), has no address",
                    advice: "Publish its address, or name another host.")
            ]
        }
        if !aliases.isEmpty {
            return [
                DomainFinding(
                    subject, .warning, "\(host), the MX of \(name), is an alias (CNAME)",
                    advice: "Some servers won't follow it (RFC 2181, 10.3). Name the host itself.")
            ]
        }
        return []
    }

    /// Whether the addresses that mail leaves from have a name that leads back to them: the large receivers refuse
    /// who has none.
    func pointers(_ answers: inout DNSAnswers) -> [DomainFinding] {
        sendingAddresses.compactMap { own in
            guard let address = AddressBits(own) else { return nil }
            return pointer(own, address, &answers)
        }
    }

    private func pointer(
        _ own: String, _ address: AddressBits, _ answers: inout DNSAnswers
    ) -> DomainFinding {
        guard let records = answers.records(address.reverseName, .ptr) else {
            return unknown(.pointer, address.reverseName, answers)
        }
        let names = records.compactMap { if case .name(let name) = $0 { name } else { nil } }
        guard !names.isEmpty else {
            return DomainFinding(
                .pointer, .error, "\(own) has no name (PTR)",
                advice:
                    "The large receivers refuse its mail. Whoever gave you the address sets "
                    + "its name; ask for:",
                publish: ["\(address.reverseName). 3600 IN PTR mail.\(domain)."])
        }
        for name in names.prefix(Self.mailHostsMax) {
            guard let found = answers.addresses(name) else {
                return unknown(.pointer, name, answers)
            }
            if found.contains(where: { AddressBits($0) == address }) {
                return DomainFinding(.pointer, .ok, "\(own) is \(name), and \(name) is \(own)")
            }
        }
        return DomainFinding(
            .pointer, .error, "\(own) is called \(names[0]), but \(names[0]) isn't \(own)",
            advice: "The large receivers refuse its mail. Publish:",
            publish: [
                "\(names[0]). 3600 IN \(address.isVersion6 ? "AAAA" : "A") \(own)"
            ])
    }

    /// How mail to the domain is kept from being read on the way; nothing that mail from it needs.
    func transport(_ answers: inout DNSAnswers) -> [DomainFinding] {
        let wanted = [
            ("_mta-sts." + domain, "v=stsv1", "MTA-STS", "RFC 8461"),
            ("_smtp._tls." + domain, "v=tlsrptv1", "TLS reports", "RFC 8460"),
        ]
        var isThere: [String] = []
        var isMissing: [(name: String, source: String)] = []
        for (name, start, title, source) in wanted {
            guard let texts = answers.texts(name) else { continue }
            if texts.contains(where: { $0.lowercased().hasPrefix(start) }) {
                isThere.append(title)
            } else {
                isMissing.append((title, source))
            }
        }
        var findings: [DomainFinding] = []
        if !isThere.isEmpty {
            findings.append(
                DomainFinding(
                    .transport, .ok, "\(domain) has \(isThere.joined(separator: " and "))"))
        }
        if !isMissing.isEmpty {
            let names = isMissing.map(\.name).joined(separator: " and ")
            let sources = isMissing.map(\.source).joined(separator: ", ")
            findings.append(
                DomainFinding(
                    .transport, .advice, "\(domain) has no \(names)",
                    advice:
                        "They protect mail to you, not mail from you (\(sources)); nothing "
                        + "depends on it here."
                ))
        }
        return findings
    }
}
