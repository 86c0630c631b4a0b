/// What is found about a domain that mail is sent from.
package struct DomainReport: Equatable, Sendable {
    package let domain: String
    /// By subject, in the order of `DomainFinding.Subject`.
    package let findings: [DomainFinding]

    /// Worst first.
    package enum Verdict: String, Sendable {
        /// Something must be put right before mail goes out.
        case notReady
        /// A name server didn't answer, so that it can't be said.
        case unknown
        /// Mail can go out; something should be put right.
        case usable
        case ready
    }

    package var verdict: Verdict {
        if findings.contains(where: { $0.severity == .error }) { return .notReady }
        if findings.contains(where: { $0.severity == .unknown }) { return .unknown }
        if findings.contains(where: { $0.severity == .warning }) { return .usable }
        return .ready
    }

    /// The worst that is found about a subject; nil where nothing was looked at.
    package func severity(of subject: DomainFinding.Subject) -> DomainFinding.Severity? {
        findings.filter { $0.subject == subject }.map(\.severity).max()
    }
}

/// One thing that is found, in words for who runs the domain.
package struct DomainFinding: Equatable, Sendable {
    package enum Subject: String, CaseIterable, Sendable {
        case spf, dkim, dmarc, mx, bounces, pointer, transport

        /// As people in the field call it.
        package var title: String {
            switch self {
            case .spf: "SPF"
            case .dkim: "DKIM"
            case .dmarc: "DMARC"
            case .mx: "MX"
            case .bounces: "Bounces"
            case .pointer: "PTR"
            case .transport: "TLS"
            }
        }
    }

    package enum Severity: String, Comparable, CaseIterable, Sendable {
        case ok, advice, warning, unknown, error

        package static func < (left: Self, right: Self) -> Bool {
            (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
        }
    }

    package let subject: Subject
    package let severity: Severity
    /// What is so.
    package let message: String
    /// What to do about it; nil where there is nothing to do.
    package let advice: String?
    /// Lines for a zone file that would put it right.
    package let publish: [String]

    init(
        _ subject: Subject, _ severity: Severity, _ message: String, advice: String? = nil,
        publish: [String] = []
    ) {
        self.subject = subject
        self.severity = severity
        self.message = Self.shown(message)
        self.advice = advice.map(Self.shown)
        self.publish = publish.map(Self.shown)
    }

    /// Records are written by strangers: what would move a terminal's cursor, or turn its text around, doesn't.
    private static func shown(_ text: String) -> String {
        var output = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
                output.unicodeScalars.append("\u{FFFD}")
            default: output.unicodeScalars.append(scalar)
            }
        }
        return output
    }
}

extension DomainReport {
    /// The report for a terminal.
    package var text: String {
        var lines: [String] = []
        let width = DomainFinding.Subject.allCases.map(\.title.count).max() ?? 0
        for finding in findings {
            let mark = pad(finding.severity.rawValue, 7)
            let title = pad(finding.subject.title, width)
            lines.append("\(mark)  \(title)  \(finding.message)")
            let indent = String(repeating: " ", count: 7 + 2 + width + 2)
            if let advice = finding.advice { lines.append(indent + advice) }
            for line in finding.publish { lines.append(indent + "  " + line) }
        }
        return "\(domain): \(verdictText)\n\n" + lines.joined(separator: "\n")
    }

    /// The verdict in words.
    package var verdictText: String {
        func count(_ severity: DomainFinding.Severity) -> Int {
            findings.count { $0.severity == severity }
        }
        switch verdict {
        case .notReady:
            let errors = count(.error)
            return "not ready to send from; \(errors) thing\(errors == 1 ? "" : "s") to put right"
        case .unknown: return "not all could be looked up; ask again"
        case .usable:
            let warnings = count(.warning)
            return
                "mail can be sent; \(warnings) thing\(warnings == 1 ? "" : "s") should be put right"
        case .ready: return "ready to send from"
        }
    }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
