extension SMTPEndpoint {
    /// What makes settings that can't work, or that would give away a password.
    package enum Problem: Error, Equatable, CustomStringConvertible {
        case host
        case port
        case clientName
        case credentials
        /// Credentials need TLS with a checked certificate.
        case credentialsInPlainText
        case limits
        case authorities(reason: String)

        package var description: String {
            switch self {
            case .host: "the mail server's host is empty or has characters that no host has"
            case .port: "the mail server's port must be 1 to 65535"
            case .clientName:
                "the name for EHLO must be a domain such as mail.example.com, or an address in brackets"
            case .credentials: "user and password must not be empty, nor have control characters"
            case .credentialsInPlainText:
                "a password goes only over TLS with a checked certificate: "
                    + "choose STARTTLS or implicit TLS"
            case .limits: "the mail server's limits must be at least 1"
            case .authorities(let reason):
                "the file of trusted authorities is not usable: \(reason)"
            }
        }
    }

    /// - Throws: The first problem.
    package func check() throws(Problem) {
        guard Self.isName(host) else { throw .host }
        guard (1...65_535).contains(port) else { throw .port }
        guard Self.isName(clientName) else { throw .clientName }
        guard connectionsMax > 0, messagesPerConnectionMax > 0, aheadMax > 0 else { throw .limits }
        guard let credentials else { return }
        let (user, secret) =
            switch credentials {
            case .password(let user, let password): (user, password)
            case .token(let user, let token): (user, token)
            }
        guard !user.isEmpty, !secret.isEmpty,
            (user + secret).utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw .credentials }
        switch security {
        case .startTLS, .implicitTLS: break
        case .none, .startTLSIfOffered:
            guard allowsPlainCredentialsOnLoopback else { throw .credentialsInPlainText }
        }
    }

    /// Whether a text can be an argument of EHLO, or a host: letters, digits, and what addresses have.
    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255
            && text.utf8.allSatisfy {
                switch $0 {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                case 0x2D, 0x2E, 0x3A, 0x5B, 0x5D, 0x5F, 0x25: true
                default: false
                }
            }
    }
}
