/// Judges by the DNS whether mail from a domain will be taken, and says what to publish where it won't.
///
/// It asks nothing itself: `next(knowing:)` says what it needs to know, and once it knows all, what it found. It is
/// the same for the same answers.
///
///     var known: [DNSQuestion: DNSAnswer] = [:]
///     while true {
///         switch check.next(knowing: known) {
///         case .ask(let questions): // look them up, and put the answers into known
///         case .report(let report): return report
///         }
///     }
package struct DomainCheck: Sendable {
    /// A key that signs mail from the domain.
    package struct Key: Sendable {
        /// `d=`.
        package let domain: String
        package let selector: String
        /// What should stand in the DNS; nil where only what stands there can be judged.
        package let record: String?

        package init(domain: String, selector: String, record: String? = nil) {
            self.domain = domain.lowercased()
            self.selector = selector.lowercased()
            self.record = record
        }

        package init(_ signer: DKIMSigner) {
            self.init(
                domain: signer.domain, selector: signer.selector, record: signer.key.record)
        }
    }

    package enum Step: Equatable, Sendable {
        /// What is to be looked up next; sorted, at least one.
        case ask([DNSQuestion])
        case report(DomainReport)
    }

    /// Questions of one check; what isn't known then counts as not answered.
    package static let questionsMax = 250
    static let addressesMax = 8
    static let keysMax = 8

    /// The domain of the From address.
    package let domain: String
    /// The domain of the envelope's sender, to which bounces go; the domain itself where there is no other.
    package let bounceDomain: String
    package let keys: [Key]
    /// What SPF should include, as the provider says (`MailProvider.spfInclude(host:)`).
    package let spfInclude: String?
    /// IP addresses that mail leaves from, where they are one's own.
    package let sendingAddresses: [String]

    /// - Throws: Where one of the domains isn't one.
    package init(
        domain: String, bounceDomain: String? = nil, keys: [Key] = [], spfInclude: String? = nil,
        sendingAddresses: [String] = []
    ) throws(AddressRefusal) {
        self.domain = try Self.name(domain)
        self.bounceDomain = if let bounceDomain { try Self.name(bounceDomain) } else { self.domain }
        self.keys = Array(keys.prefix(Self.keysMax))
        self.spfInclude = spfInclude?.lowercased()
        self.sendingAddresses = Array(sendingAddresses.prefix(Self.addressesMax))
    }

    private static func name(_ text: String) throws(AddressRefusal) -> String {
        let bytes = Array((text.hasSuffix(".") ? String(text.dropLast()) : text).utf8)
        return try EmailAddress.domain(bytes.span)
    }

    /// What to look up, or what was found.
    ///
    /// - Parameter known: All answers so far.
    package func next(knowing known: [DNSQuestion: DNSAnswer]) -> Step {
        var answers = DNSAnswers(known)
        var findings = spf(&answers)
        findings += dkim(&answers)
        findings += dmarc(&answers)
        findings += mailHosts(&answers)
        findings += pointers(&answers)
        findings += transport(&answers)
        if !answers.missing.isEmpty, known.count < Self.questionsMax {
            let asked = answers.missing.sorted {
                ($0.name, $0.kind.rawValue) < ($1.name, $1.kind.rawValue)
            }
            return .ask(Array(asked.prefix(Self.questionsMax - known.count)))
        }
        return .report(DomainReport(domain: domain, findings: findings))
    }

    /// That something couldn't be looked up.
    func unknown(_ subject: DomainFinding.Subject, _ name: String, _ answers: DNSAnswers)
        -> DomainFinding
    {
        let reason = answers.failure(name, .txt, .mx, .a, .aaaa, .ptr)
        return DomainFinding(
            subject, .unknown,
            "\(name) couldn't be looked up" + (reason.map { ": " + $0 } ?? ""),
            advice: "Ask again; if it stays so, look at the name servers of the domain.")
    }

    /// Whether two domains are of one organisation, as far as can be told without a list of public suffixes: one is
    /// the other, or stands under it, or both stand under the name whose DMARC record counts.
    static func isRelated(_ one: String, _ other: String, under parent: String?) -> Bool {
        if one == other || one.hasSuffix("." + other) || other.hasSuffix("." + one) { return true }
        guard let parent else { return false }
        return one.hasSuffix("." + parent) && other.hasSuffix("." + parent)
    }
}
