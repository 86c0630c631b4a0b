/// What providers of SMTP have their customers put into SPF, by the host that takes their mail; from their
/// documentation.
package enum MailProvider {
    private static let includes: [(suffix: String, include: String)] = [
        (".amazonaws.com", "amazonses.com"), ("smtp.sendgrid.net", "sendgrid.net"),
        (".mailgun.org", "mailgun.org"), ("smtp-relay.gmail.com", "_spf.google.com"),
        ("smtp.gmail.com", "_spf.google.com"),
        ("smtp.office365.com", "spf.protection.outlook.com"),
        (".mail.protection.outlook.com", "spf.protection.outlook.com"),
        ("smtp.postmarkapp.com", "spf.mtasv.net"), ("smtp-relay.brevo.com", "spf.brevo.com"),
        (".mailjet.com", "spf.mailjet.com"), ("smtp.mandrillapp.com", "spf.mandrillapp.com"),
    ]

    /// What the SPF record of the bounce domain should include; nil for a host that isn't known.
    package static func spfInclude(host: String) -> String? {
        let host = host.lowercased()
        return includes.first { host.hasSuffix($0.suffix) }?.include
    }
}
