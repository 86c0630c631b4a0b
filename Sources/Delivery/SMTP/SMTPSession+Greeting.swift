import FoundationEssentials
import NIOCore

/// How a session logs in.
enum SMTPAuthentication: Equatable {
    /// The credentials went with the command, or go now.
    case plain(isSent: Bool)
    case loginUser, loginPassword
    /// The token went with the command.
    case token
    /// Nothing more to send.
    case last
}

/// From the banner to the log-in.
extension SMTPSession {
    mutating func greeted(_ reply: SMTPReply, isAlone: Bool) {
        switch stage {
        case .banner:
            guard reply.code == 220 else { return refuse("does not take the connection", reply) }
            hello()
        case .hello(let isOld): helloAnswered(reply, isOld: isOld)
        case .startTLS: startTLSAnswered(reply, isAlone: isAlone)
        case .authentication(let step): authenticationAnswered(reply, step)
        case .handshake, .ready, .quitting, .closed: break
        }
    }

    mutating func hello() {
        stage = .hello(isOld: false)
        output.writeString("EHLO \(endpoint.clientName)\r\n")
    }

    private mutating func helloAnswered(_ reply: SMTPReply, isOld: Bool) {
        if reply.isPermanent, !isOld {
            stage = .hello(isOld: true)
            output.writeString("HELO \(endpoint.clientName)\r\n")
            return
        }
        guard reply.code == 250 else { return refuse("does not take EHLO", reply) }
        capabilities = isOld ? SMTPCapabilities() : SMTPCapabilities(reply)
        switch endpoint.security {
        case .startTLS where !isEncrypted && !capabilities.hasStartTLS:
            fail(isLasting: true, "the server does not offer STARTTLS, which is required of it")
        case .startTLS where !isEncrypted: startTLS()
        case .startTLSIfOffered where !isEncrypted && capabilities.hasStartTLS && !avoidsTLS:
            startTLS()
        case .none, .startTLS, .startTLSIfOffered, .implicitTLS: authenticate()
        }
    }

    private mutating func startTLS() {
        stage = .startTLS
        output.writeString("STARTTLS\r\n")
    }

    private mutating func startTLSAnswered(_ reply: SMTPReply, isAlone: Bool) {
        guard reply.code == 220 else {
            if endpoint.security == .startTLSIfOffered, reply.code != 421 {
                return authenticate()
            }
            return refuse("does not start TLS", reply)
        }
        // What comes in plain text behind it could be taken for the server's, said under TLS.
        guard isAlone else {
            return fail(
                isLasting: true,
                "more than an answer came in plain text before TLS: somebody may be in between")
        }
        stage = .handshake(isFirst: false)
        actions.append(.startTLS)
    }

    private mutating func authenticate() {
        guard let credentials = endpoint.credentials else { return becomeReady() }
        let isChecked = isEncrypted && endpoint.security != .startTLSIfOffered
        guard isChecked || (endpoint.allowsPlainCredentialsOnLoopback && isLoopback) else {
            return fail(
                isLasting: true, "the log-in is not sent in plain text: the server needs TLS")
        }
        let offered = capabilities.mechanisms
        switch credentials {
        case .password where offered.contains("PLAIN"):
            stage = .authentication(.plain(isSent: true))
            output.writeString("AUTH PLAIN \(plainText)\r\n")
        case .password where offered.contains("LOGIN"):
            stage = .authentication(.loginUser)
            output.writeString("AUTH LOGIN\r\n")
        case .token(let user, let token) where offered.contains("XOAUTH2"):
            stage = .authentication(.token)
            let text = Self.base64("user=\(user)\u{1}auth=Bearer \(token)\u{1}\u{1}")
            output.writeString("AUTH XOAUTH2 \(text)\r\n")
        case .password, .token:
            let names = offered.sorted().joined(separator: ", ")
            fail(
                isLasting: true,
                "the server offers no log-in that fits the credentials"
                    + (names.isEmpty ? "" : ", only \(names)"))
        }
    }

    private mutating func authenticationAnswered(_ reply: SMTPReply, _ step: SMTPAuthentication) {
        switch (reply.code, step, endpoint.credentials) {
        case (235, _, _): becomeReady()
        case (334, .plain(isSent: true), .password):
            // A server that passes over what came with the command.
            stage = .authentication(.plain(isSent: false))
            output.writeString("\(plainText)\r\n")
        case (334, .loginUser, .password(let user, _)):
            stage = .authentication(.loginPassword)
            output.writeString("\(Self.base64(user))\r\n")
        case (334, .loginPassword, .password(_, let password)):
            stage = .authentication(.last)
            output.writeString("\(Self.base64(password))\r\n")
        case (334, .token, _):
            // Its reason, in base64; the code comes after an empty line.
            stage = .authentication(.last)
            output.writeString("\r\n")
        default: refuse("does not take the log-in", reply)
        }
    }

    private mutating func becomeReady() {
        stage = .ready
        actions.append(.ready)
    }

    /// A refusal that is for now where the server says so; any other is somebody's to look at.
    private mutating func refuse(_ words: String, _ reply: SMTPReply) {
        fail(isLasting: !reply.isTemporary, "the server \(words): \(reply)")
    }

    private var plainText: String {
        guard case .password(let user, let password) = endpoint.credentials else { return "" }
        return Self.base64("\0\(user)\0\(password)")
    }

    private static func base64(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
    }
}
