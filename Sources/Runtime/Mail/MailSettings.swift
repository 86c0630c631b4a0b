package import Messaging
package import Templates

/// By whom and how e-mails are sent.
package struct MailSettings: Sendable {
    /// What templates may say of the company.
    package struct Company: Sendable, Equatable {
        package var name = ""
        /// Its postal address, which marketing mail must have in many countries.
        package var address = ""
        /// Its shop or home page.
        package var url = ""
        package var logo = ""
        /// Of buttons, such as `#1a6f4b`.
        package var colour = ""

        package init() {}

        var value: TemplateValue {
            .mapping(
                [
                    ("name", name), ("address", address), ("url", url), ("logo", logo),
                    ("colour", colour),
                ].filter { !$0.1.isEmpty }.map { ($0.0, .text($0.1)) })
        }
    }

    package var from: Mailbox
    package var replyTo: Mailbox?
    /// Each puts its signature; empty sends unsigned.
    package var signers: [DKIMSigner]
    /// Where bounces go; nil for the sender's own address.
    package var returnPath: ReturnPath?
    /// Where a mail unsubscribes who sends it: beside the return path; nil where there is none.
    package let unsubscribePath: ReturnPath?
    package var keys: SigningKeys
    /// The address that people reach the server by, without a slash at its end: `https://news.shop.example.com`.
    package var publicURL: String
    package var company = Company()
    /// A product's page, with `{id}` for its id; empty for none.
    package var productURL = ""
    /// Whether opens and clicks of marketing mail are counted.
    package var tracks = true
    /// Put at the end of marketing SMS that tell no way out themselves; empty for none.
    package var smsOptOut = ""
    /// So many segments an SMS may take.
    package var smsSegmentsMax = 6
    /// How many messages go to each domain.
    package var limits = DomainLimits()
    /// After so long messages lose what they said; 0 keeps it.
    package var keepMonths = 24

    package init(
        from: Mailbox, replyTo: Mailbox? = nil, signers: [DKIMSigner], returnPath: ReturnPath?,
        keys: SigningKeys, publicURL: String
    ) {
        self.from = from
        self.replyTo = replyTo
        self.signers = signers
        self.returnPath = returnPath
        // Its domain was good for the other.
        unsubscribePath = returnPath.flatMap {
            try? ReturnPath(prefix: Self.unsubscribeMailbox, domain: $0.domain, keys: keys)
        }
        self.keys = keys
        self.publicURL = publicURL
    }

    /// The mailbox beside the one for bounces; the same word as the subject.
    static let unsubscribeMailbox = "unsubscribe"

    /// The address of a link of ours.
    package func url(_ link: SignedLink) -> String {
        let token = link.token(keys)
        return switch link.purpose {
        case .unsubscribe: "\(publicURL)/m/u/\(token)"
        case .preferences: "\(publicURL)/m/p/\(token)"
        case .open: "\(publicURL)/m/o/\(token).gif"
        case .click: "\(publicURL)/m/c/\(token)"
        case .trap, .view, .confirm: "\(publicURL)/m/\(link.purpose.rawValue)/\(token)"
        }
    }
}

extension TemplateSet {
    private static let kept = Result { () throws(TemplateProblem) in try TemplateSet.withBuiltIn() }

    /// The layouts and partials that all templates may use.
    package static func ofWorkspace() throws(TemplateProblem) -> TemplateSet { try kept.get() }
}
