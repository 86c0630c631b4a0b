/// A server that takes mail, and how it is talked to.
package struct SMTPEndpoint: Sendable, Equatable {
    package enum Security: String, Sendable, Equatable {
        /// Plain text.
        case none
        /// TLS by STARTTLS where the server offers it, its certificate not checked (RFC 7435); without it where not.
        case startTLSIfOffered
        /// TLS by STARTTLS or nothing (RFC 3207).
        case startTLS
        /// TLS from the first byte (RFC 8314).
        case implicitTLS
    }

    package enum Credentials: Sendable, Equatable {
        /// By PLAIN (RFC 4616), or LOGIN where the server has only that.
        case password(user: String, password: String)
        /// By XOAUTH2.
        case token(user: String, token: String)
    }

    /// How long to wait in each phase (RFC 5321 §4.5.3.2). Those before a message's content are shorter than there, as
    /// giving up is safe then; the one after it isn't.
    package struct Timeouts: Sendable, Equatable {
        /// For the connection, and the TLS handshake.
        package var connect: Duration = .seconds(30)
        package var banner: Duration = .seconds(60)
        /// For EHLO, STARTTLS, AUTH and RSET, each.
        package var command: Duration = .seconds(60)
        /// For MAIL, RCPT and DATA, each.
        package var envelope: Duration = .seconds(120)
        /// Without any of a content's bytes being taken.
        package var block: Duration = .seconds(180)
        /// For the answer to the end of a content: giving up makes a doubt.
        package var contentEnd: Duration = .seconds(600)
        /// How long a connection is kept that nothing is sent over.
        package var idle: Duration = .seconds(15)

        package init() {}
    }

    package var host: String
    package var port: Int
    package var security: Security
    package var credentials: Credentials?
    /// What the client says its own name is: a domain, or an address in brackets.
    package var clientName: String
    package var timeouts = Timeouts()
    package var connectionsMax = 4
    package var messagesPerConnectionMax = 500
    /// So many messages are asked for ahead of being sent, at most, over all connections.
    package var aheadMax = 64
    /// Lets a password go in plain text to this machine itself.
    package var allowsPlainCredentialsOnLoopback = false
    /// A PEM file of the authorities that are trusted; nil for the system's.
    package var authoritiesPath: String?
    /// The name that the certificate must have; nil for the host's.
    package var certificateName: String?

    package init(
        host: String, port: Int, security: Security, clientName: String,
        credentials: Credentials? = nil
    ) {
        self.host = host
        self.port = port
        self.security = security
        self.clientName = clientName
        self.credentials = credentials
    }
}
