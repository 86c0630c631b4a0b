extension DomainCheck {
    /// How far up a domain's policy is looked for.
    static let parentsMax = 6

    /// What receivers should do with mail that isn't proven (RFC 7489).
    func dmarc(_ answers: inout DNSAnswers) -> [DomainFinding] {
        guard let found = policy(&answers) else {
            return [unknown(.dmarc, "_dmarc." + domain, answers)]
        }
        let (place, texts) = (found.place, found.texts)
        let name = "_dmarc." + place
        let line = zoneLine(
            "_dmarc.\(domain)", text: "v=DMARC1; p=none; rua=mailto:dmarc@\(domain)")
        guard let text = texts.first else {
            return [
                DomainFinding(
                    .dmarc, .error, "\(domain) has no DMARC record",
                    advice:
                        "The large receivers want one of who sends much. Begin with one that "
                        + "only brings reports; publish:",
                    publish: [line])
            ]
        }
        guard texts.count == 1 else {
            return [
                DomainFinding(
                    .dmarc, .error, "\(name) has \(texts.count) records",
                    advice: "Receivers then heed none of them. Leave one.")
            ]
        }
        guard let tags = TagList(text), tags.firstName == "v", tags["v"] == "DMARC1",
            let policy = tags["p"]?.lowercased(), Self.policies.contains(policy)
        else {
            return [
                DomainFinding(
                    .dmarc, .error, "the record at \(name) can't be read: \(text.prefix(120))",
                    advice: "It begins with v=DMARC1 and names a policy (p=). Publish instead:",
                    publish: [line])
            ]
        }
        return dmarc(tags, policy, found, &answers)
    }

    private static let policies = ["none", "quarantine", "reject"]

    /// Where the records are that count for the domain.
    private struct Policy {
        /// The domain, or the nearest above it that has any.
        var place: String
        var texts: [String]
        /// The highest domain that has any: the organisation's.
        var organisation: String
    }

    /// Nil where it can't be told yet.
    private func policy(_ answers: inout DNSAnswers) -> Policy? {
        var policy: Policy?
        var name = domain
        for _ in 0..<Self.parentsMax {
            guard let texts = answers.texts("_dmarc." + name) else { return nil }
            let found = texts.filter { $0.lowercased().hasPrefix("v=dmarc1") }
            if !found.isEmpty {
                policy = policy ?? Policy(place: name, texts: found, organisation: name)
                policy?.organisation = name
            }
            guard let dot = name.firstIndex(of: ".") else { break }
            let parent = name[name.index(after: dot)...]
            guard parent.contains(".") else { break }
            name = String(parent)
        }
        return policy ?? Policy(place: domain, texts: [], organisation: domain)
    }

    private func dmarc(
        _ tags: TagList, _ policy: String, _ found: Policy, _ answers: inout DNSAnswers
    ) -> [DomainFinding] {
        let place = found.place
        let heeded = place == domain ? policy : tags["sp"]?.lowercased() ?? policy
        var findings = alignment(tags, under: found.organisation)
        if heeded == "none" {
            findings.append(
                DomainFinding(
                    .dmarc, .advice, "the policy of \(domain) is none: forged mail is delivered",
                    advice:
                        "Read the reports for some weeks. Once all that is yours passes, say "
                        + "p=quarantine, then p=reject."
                ))
        }
        if let share = tags["pct"], share != "100" {
            findings.append(
                DomainFinding(
                    .dmarc, .advice, "the policy of \(place) counts for \(share)% of mail (pct)",
                    advice: "Many receivers heed it wholly or not at all. Take pct out."))
        }
        findings += reports(tags, place, &answers)
        if findings.allSatisfy({ $0.severity <= .advice }) {
            findings.insert(
                DomainFinding(
                    .dmarc, .ok,
                    "\(domain) has a policy (\(heeded))"
                        + (place == domain ? "" : ", that of \(place)")), at: 0)
        }
        return findings
    }

    /// Mail passes if its signature's domain or its bounce domain goes with the From domain (RFC 7489 §3.1).
    private func alignment(_ tags: TagList, under organisation: String) -> [DomainFinding] {
        func goes(_ other: String, _ mode: String?) -> Bool {
            mode?.lowercased() == "s"
                ? other == domain : Self.isRelated(other, domain, under: organisation)
        }
        let isSigned = keys.contains { goes($0.domain, tags["adkim"]) }
        let isBounced = goes(bounceDomain, tags["aspf"])
        if isSigned, isBounced { return [] }
        if isSigned {
            return [
                DomainFinding(
                    .dmarc, .advice,
                    "\(bounceDomain), where bounces go, doesn't go with \(domain): DMARC "
                        + "passes by signatures alone",
                    advice: "Take a bounce domain below \(domain), such as bounces.\(domain).")
            ]
        }
        if isBounced {
            return [
                DomainFinding(
                    .dmarc, .warning,
                    "no signature goes with \(domain): DMARC passes by SPF alone, and fails "
                        + "for what is forwarded",
                    advice: "Sign by a key of \(domain): perennial mail key")
            ]
        }
        return [
            DomainFinding(
                .dmarc, .error,
                "neither a signature nor the bounce domain goes with \(domain): DMARC fails "
                    + "for all mail",
                advice: "Sign by a key of \(domain), and take a bounce domain below it.")
        ]
    }

    private func reports(
        _ tags: TagList, _ place: String, _ answers: inout DNSAnswers
    ) -> [DomainFinding] {
        guard let list = tags["rua"], !list.isEmpty else {
            return [
                DomainFinding(
                    .dmarc, .advice, "nobody gets the reports of \(place) (rua)",
                    advice:
                        "Without them you don't see who sends in your name. Add: "
                        + "rua=mailto:dmarc@\(place)"
                )
            ]
        }
        var findings: [DomainFinding] = []
        for target in list.split(separator: ",").prefix(5) {
            let target = trimmed(target)
            guard target.lowercased().hasPrefix("mailto:"), let at = target.lastIndex(of: "@")
            else {
                findings.append(
                    DomainFinding(
                        .dmarc, .warning, "reports can't go to “\(target)”",
                        advice: "Write rua=mailto:dmarc@\(place)."))
                continue
            }
            let other = target[target.index(after: at)...].prefix { $0 != "!" }.lowercased()
            guard !Self.isRelated(other, place, under: nil) else { continue }
            // RFC 7489 §7.1: who gets the reports of others must say so.
            let name = "\(place)._report._dmarc.\(other)"
            guard let texts = answers.texts(name) else {
                findings.append(unknown(.dmarc, name, answers))
                continue
            }
            if !texts.contains(where: { $0.lowercased().hasPrefix("v=dmarc1") }) {
                findings.append(
                    DomainFinding(
                        .dmarc, .warning, "\(other) doesn't say that it takes reports of \(place)",
                        advice: "Receivers won't send them. Whoever runs \(other) publishes:",
                        publish: [zoneLine(name, text: "v=DMARC1")]))
            }
        }
        return findings
    }
}
