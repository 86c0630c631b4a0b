import ArgumentParser
import Delivery
import FoundationEssentials
import Glibc
import Kernel
import Messaging
import Settings

/// `perennial mail check DOMAIN`
struct MailCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Asks the DNS what is missing for mail of a domain to arrive, in plain words.",
        discussion: """
            It looks at SPF, DKIM, DMARC, the bounce domain, mail servers and reverse names, and says which \
            lines to publish. It changes nothing. The exit code is 1 where mail would be refused.
            """)

    @Argument(help: "The domain that mail is from; that of mail.from otherwise.")
    var domain: String?

    @Option(help: "An address that the sending server has; may be repeated.")
    var sendingAddress: [String] = []

    @Option(help: "A name server to ask, in place of those of this machine.")
    var server: String?

    @OptionGroup var workspace: WorkspaceOptions

    func run() async throws {
        do {
            let values = try workspace.load().values
            let mail = values.mail
            let sender = mail.from.split(separator: "@").last.map {
                String($0.prefix { $0 != ">" })
            }
            guard let domain = domain ?? sender, !domain.isEmpty else {
                throw ValidationFailure("name the domain, or set mail.from")
            }
            let signers = try mail.dkimSelectors.map {
                try MailSetup.signer(
                    $0, domain: mail.dkimDomain ?? domain, folder: workspace.folder)
            }
            let check = try DomainCheck(
                domain: domain, bounceDomain: mail.bounceDomain,
                keys: signers.map(DomainCheck.Key.init),
                spfInclude: mail.host.flatMap { MailProvider.spfInclude(host: $0) },
                sendingAddresses: sendingAddress)
            let file =
                server.map { "nameserver \($0)\n" }
                ?? (FileManager.default.contents(atPath: "/etc/resolv.conf")).map {
                    String(decoding: $0, as: UTF8.self)
                } ?? ""
            let resolver = DNSResolver(servers: NameServer.read(resolverFile: file)) {
                UInt16.random(in: 0 ... .max)
            }
            let report = await check.report(asking: resolver)
            try await CommandOutput.standard.line(report.text)
            if report.verdict == .notReady { throw ExitCode.failure }
        } catch {
            throw Shell.exit(for: error)
        }
    }
}
