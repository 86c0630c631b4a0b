import API
import Delivery
import FoundationEssentials
import Kernel
import Messaging
import Predictions
import Runtime
import Settings

/// Everything that mail needs, as the settings and the workspace's keys say it.
struct MailSetup {
    let settings: MailSettings
    let endpoint: SMTPEndpoint

    struct Problem: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    /// - Throws: `Problem` with the setting that is wrong.
    init(
        _ values: WorkspaceSettings, folder: String, secrets: WorkspaceSecrets
    ) throws {
        let mail = values.mail
        guard let host = mail.host, !mail.from.isEmpty else {
            throw Problem(
                "no mail is sent: set mail.from and mail.smtp.host (docs/deliverability.md)")
        }
        let from = try Self.mailbox(mail.from, "mail.from")
        let replyTo = try mail.replyTo.map { try Self.mailbox($0, "mail.replyTo") }
        guard let keys = SigningKeys([(number: 0, bytes: secrets.links)]) else {
            throw Problem("keys/links.key is too short; restore it from a backup")
        }
        let returnPath = try mail.bounceDomain.map { domain in
            do throws(AddressRefusal) {
                return try ReturnPath(domain: domain, keys: keys)
            } catch {
                throw Problem("mail.bounceDomain \(domain): \(error.reason)")
            }
        }
        let signers = try mail.dkimSelectors.map { selector in
            try Self.signer(
                selector, domain: mail.dkimDomain ?? from.address.domain, folder: folder)
        }
        var settings = MailSettings(
            from: from, replyTo: replyTo, signers: signers, returnPath: returnPath, keys: keys,
            publicURL: Self.publicURL(values))
        Self.describe(&settings, values)
        guard let limits = DomainLimits(mail.perDomain) else {
            throw Problem(
                "mail.perDomain takes warmup, domains such as gmail.com=500, and *=2000 for the others; "
                    + "not \(mail.perDomain.joined(separator: ", "))")
        }
        settings.limits = limits
        settings.keepMonths = mail.keepMonths
        self.settings = settings
        endpoint = try Self.endpoint(mail, host: host, clientDomain: from.address.domain)
    }

    /// What messages say of the company, and how they are counted.
    static func describe(_ settings: inout MailSettings, _ values: WorkspaceSettings) {
        settings.company.name = values.company.name
        settings.company.address = values.company.address
        settings.company.url = values.company.url
        settings.company.logo = values.company.logo
        settings.company.colour = values.company.colour
        settings.productURL = values.mail.productURL
        settings.tracks = values.mail.isTracking
        settings.smsOptOut = values.sms.optOut
        settings.smsSegmentsMax = values.sms.segmentsMax
    }

    /// The file that a selector's key is in.
    static func keyPath(_ selector: String, folder: String) -> String {
        folder + "/keys/dkim-" + selector + ".pem"
    }

    static func publicURL(_ values: WorkspaceSettings) -> String {
        let url = values.server.publicURL ?? ""
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    private static func mailbox(_ text: String, _ setting: String) throws -> Mailbox {
        do throws(AddressRefusal) {
            return try Mailbox(text)
        } catch {
            throw Problem("\(setting) \(text): \(error.reason)")
        }
    }

    static func signer(
        _ selector: String, domain: String, folder: String
    ) throws -> DKIMSigner {
        let path = keyPath(selector, folder: folder)
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Problem(
                "mail.dkim.selectors names \(selector), and there is no \(path); make it with: "
                    + "perennial mail key \(selector)")
        }
        do throws(DKIMRefusal) {
            return try DKIMSigner(
                domain: domain, selector: selector,
                key: try DKIMKey(
                    pem: String(decoding: data, as: UTF8.self),
                    faster: { SystemRSA.system?.signing(der: $0) }))
        } catch {
            throw Problem("\(path): \(error.reason)")
        }
    }

    private static func endpoint(
        _ mail: WorkspaceSettings.Mail, host: String, clientDomain: String
    ) throws -> SMTPEndpoint {
        let security: SMTPEndpoint.Security =
            switch mail.security {
            case .starttls: .startTLS
            case .tls: .implicitTLS
            case .opportunistic: .startTLSIfOffered
            case .none: .none
            }
        var endpoint = SMTPEndpoint(
            host: host, port: mail.port, security: security, clientName: clientDomain,
            credentials: mail.user.map { .password(user: $0, password: mail.password) })
        endpoint.connectionsMax = mail.connections
        // What is ahead of being sent is in doubt after a crash.
        endpoint.aheadMax = max(32, mail.connections * 16)
        do throws(SMTPEndpoint.Problem) {
            try endpoint.check()
        } catch {
            throw Problem("mail.smtp: \(error)")
        }
        return endpoint
    }
}

/// Sends what is due in one process, and takes what comes back.
struct MailRoom {
    let setup: MailSetup
    let client: SMTPClient
    let desk: MailDesk
    let maker: MailMaker
    let templates: MailTemplates
    let send: MailWorker.Send

    init(_ setup: MailSetup, workspace: Workspace) throws {
        self.setup = setup
        let client = try SMTPClient(setup.endpoint)
        self.client = client
        desk = MailDesk(workspace: workspace, settings: setup.settings)
        maker = MailMaker(
            settings: setup.settings, zone: workspace.zone, currency: workspace.currency,
            hash: workspace.hash)
        templates = MailTemplates(records: workspace.records)
        send = { messages, approve, settled in
            await client.send(messages, approve: approve, settled: settled)
        }
    }

    /// Whether messages' links lead here, without which marketing mail isn't made.
    var hasPublicURL: Bool { !setup.settings.publicURL.isEmpty }

    /// What the API's routes about mail answer with.
    var answers: MailRoutes.Answers {
        let desk = desk
        return MailRoutes.Answers(
            hit: { hit in
                try await Blocking.run {
                    try desk.take(
                        hit.token, isClick: hit.isClick, method: hit.method,
                        userAgent: hit.userAgent, isPrefetch: hit.isPrefetch)
                }
            },
            inbound: { try await desk.take(mail: $0, recipient: $1).word })
    }

    private static let offersShown = 6

    /// What to offer in a message; nothing where nothing can be learnt from.
    static func offers(to customer: ID<Customer>, in workspace: Workspace) async
        -> [MailOffer]
    {
        do {
            let (model, day) = try await OfferDesk.model(of: workspace)
            var rules = OfferRules()
            rules.count = offersShown
            let chosen = rules
            return try await Blocking.run {
                try workspace.offers(to: customer, by: model, asOf: day, rules: chosen)
                    .offers.map { MailOffer(id: $0.product.id, name: $0.product.name) }
            }
        } catch {
            return []
        }
    }
}
