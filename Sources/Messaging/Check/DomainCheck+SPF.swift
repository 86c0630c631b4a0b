extension DomainCheck {
    /// A record beyond this may not fit into an answer by UDP with the names around it (RFC 7208 §3.4).
    static let spfBytesAdvised = 450

    /// Receivers ask the domain of the envelope's sender who may send for it.
    func spf(_ answers: inout DNSAnswers) -> [DomainFinding] {
        guard let texts = answers.texts(bounceDomain) else {
            return [unknown(.spf, bounceDomain, answers)]
        }
        let found = texts.filter(SPFRecord.isSPF)
        guard let text = found.first else {
            return [
                DomainFinding(
                    .spf, .error, "\(bounceDomain) has no SPF record",
                    advice: "Receivers can't tell that your mail may come from there. Publish:",
                    publish: [zoneLine(bounceDomain, text: suggestedSPF)])
            ]
        }
        guard found.count == 1 else {
            return [
                DomainFinding(
                    .spf, .error, "\(bounceDomain) has \(found.count) SPF records",
                    advice: "Receivers then heed none of them. Put them together into one.")
            ]
        }
        do {
            return spf(text, try SPFRecord(text), &answers)
        } catch {
            return [
                DomainFinding(
                    .spf, .error,
                    "the SPF record of \(bounceDomain) can't be read: \(error.reason)",
                    advice: "Receivers then heed none of it. It says: \(text)")
            ]
        }
    }

    private func spf(
        _ text: String, _ record: SPFRecord, _ answers: inout DNSAnswers
    ) -> [DomainFinding] {
        var walk = SPFWalk()
        var findings: [DomainFinding] = []
        var isUnknown = walk.result(of: bounceDomain, for: nil, &answers) == nil
        if let spfInclude, !walk.included.contains(spfInclude), record.redirect != spfInclude {
            findings.append(
                missing(
                    "the SPF record of \(bounceDomain) doesn't include \(spfInclude), by "
                        + "which you send",
                    "include:" + spfInclude, text))
        }
        for own in sendingAddresses {
            guard let address = AddressBits(own) else {
                findings.append(DomainFinding(.spf, .error, "“\(own)” isn't an IP address"))
                continue
            }
            var walk = SPFWalk()
            guard let result = walk.result(of: bounceDomain, for: address, &answers) else {
                isUnknown = true
                continue
            }
            if result != .pass {
                findings.append(
                    missing(
                        "the SPF record of \(bounceDomain) doesn't let \(own) send",
                        (address.isVersion6 ? "ip6:" : "ip4:") + own, text))
            }
        }
        findings += limits(walk)
        findings += manner(text, record, walk)
        if isUnknown {
            let names = [bounceDomain] + walk.included.sorted()
            let failed = names.first { answers.failure($0, .txt, .mx, .a, .aaaa) != nil }
            findings.append(unknown(.spf, failed ?? bounceDomain, answers))
        }
        if findings.allSatisfy({ $0.severity <= .advice }) {
            findings.insert(
                DomainFinding(
                    .spf, .ok,
                    "\(bounceDomain) says who may send for it, with \(walk.lookups) of "
                        + "\(SPFWalk.lookupsMax) lookups"
                ), at: 0)
        }
        return findings
    }

    private func missing(_ message: String, _ term: String, _ text: String) -> DomainFinding {
        DomainFinding(
            .spf, .error, message, advice: "Publish instead of what is there:",
            publish: [zoneLine(bounceDomain, text: Self.adding(term, to: text))])
    }

    private func limits(_ walk: SPFWalk) -> [DomainFinding] {
        var findings = walk.problems.prefix(5).map {
            DomainFinding(
                .spf, .error, $0, advice: "Receivers then heed no part of \(bounceDomain)'s record."
            )
        }
        if walk.lookups > SPFWalk.lookupsMax {
            let count =
                walk.lookups > SPFWalk.walkedMax
                ? "more than \(SPFWalk.walkedMax)" : "\(walk.lookups)"
            findings.append(
                DomainFinding(
                    .spf, .error,
                    "the SPF record of \(bounceDomain) takes "
                        + "\(count) lookups; receivers give up after \(SPFWalk.lookupsMax)",
                    advice:
                        "Take out what you don't send by any more, or give your mail a "
                        + "bounce domain of its own."
                ))
        } else if walk.lookups >= SPFWalk.lookupsMax - 1 {
            findings.append(
                DomainFinding(
                    .spf, .advice,
                    "the SPF record of \(bounceDomain) takes \(walk.lookups) of "
                        + "\(SPFWalk.lookupsMax) lookups",
                    advice:
                        "One more include may break it. Take out what you don't send by any more."))
        }
        if walk.voidLookups > SPFWalk.voidLookupsMax {
            findings.append(
                DomainFinding(
                    .spf, .warning,
                    "\(walk.voidLookups) names in the SPF record of \(bounceDomain) don't "
                        + "exist; receivers may give up after \(SPFWalk.voidLookupsMax)",
                    advice: "Take them out."))
        }
        return findings
    }

    private func manner(_ text: String, _ record: SPFRecord, _ walk: SPFWalk) -> [DomainFinding] {
        var findings: [DomainFinding] = []
        switch record.all {
        case .pass:
            findings.append(
                DomainFinding(
                    .spf, .error, "the SPF record of \(bounceDomain) lets everybody send (+all)",
                    advice: "Publish instead of what is there:",
                    publish: [zoneLine(bounceDomain, text: Self.closing(text))]))
        case .neutral, nil:
            if record.redirect == nil {
                findings.append(
                    DomainFinding(
                        .spf, .advice,
                        "the SPF record of \(bounceDomain) says nothing of who isn't named in it",
                        advice: "Publish instead of what is there:",
                        publish: [zoneLine(bounceDomain, text: Self.closing(text))]))
            }
        case .fail, .softFail: break
        }
        if walk.hasPTR {
            findings.append(
                DomainFinding(
                    .spf, .advice,
                    "the SPF record of \(bounceDomain) asks for ptr, which is slow and unreliable",
                    advice: "Name addresses or hosts instead (RFC 7208, 5.5)."))
        }
        if text.utf8.count > Self.spfBytesAdvised {
            findings.append(
                DomainFinding(
                    .spf, .advice,
                    "the SPF record of \(bounceDomain) has \(text.utf8.count) bytes; some "
                        + "servers pass on no more than \(Self.spfBytesAdvised)",
                    advice: "Move a part of it into a record of its own, and include that."))
        }
        return findings
    }

    private var suggestedSPF: String {
        var terms = ["v=spf1"]
        if let spfInclude { terms.append("include:" + spfInclude) }
        for own in sendingAddresses {
            guard let address = AddressBits(own) else { continue }
            terms.append((address.isVersion6 ? "ip6:" : "ip4:") + own)
        }
        if terms.count == 1 { terms.append("mx") }
        return (terms + ["~all"]).joined(separator: " ")
    }

    /// The record with one term more, before the last word.
    static func adding(_ term: String, to text: String) -> String {
        var terms = text.split(separator: " ").map(String.init)
        let end = terms.firstIndex { isAll($0) || $0.lowercased().hasPrefix("redirect=") }
        terms.insert(term, at: end ?? terms.count)
        return terms.joined(separator: " ")
    }

    /// The record with `~all` as its last word.
    static func closing(_ text: String) -> String {
        (text.split(separator: " ").map(String.init).filter { !isAll($0) } + ["~all"])
            .joined(separator: " ")
    }

    private static func isAll(_ term: String) -> Bool {
        ["all", "+all", "-all", "~all", "?all"].contains(term.lowercased())
    }
}
