import NIOCore

/// One conversation with a server, as a state machine without a network: replies and events go in, bytes and actions
/// come out.
///
/// A message's `isEnded` is set where the end of its content is put into `output`, so before any of it can be on the
/// wire. From there on only an answer makes its outcome anything but `inDoubt`.
struct SMTPSession {
    enum Action {
        /// The handshake begins with the next byte; the server was told.
        case startTLS
        /// Messages can be submitted.
        case ready
        /// The connection never gets as far as that.
        case failed(SMTPConnectionFailure)
        case settle(SMTPJob, SMTPOutcome)
        /// Nothing of its end was sent; another connection may take it.
        case giveBack(SMTPJob, reason: String)
        /// No more messages are taken.
        case leaving
        case close
    }

    enum Stage: Equatable {
        case handshake(isFirst: Bool)
        case banner
        case hello(isOld: Bool)
        case startTLS
        case authentication(SMTPAuthentication)
        case ready
        case quitting
        case closed
    }

    enum Expected {
        case sender, recipient, data, content
        case reset
        /// The answer to an empty content without recipients.
        case emptyContent
    }

    struct Transaction {
        let job: SMTPJob
        var failure: SMTPOutcome?
        /// How much of the content was put into `output`.
        var offset = 0
        var nextDot = 0
        var isEnded = false
    }

    /// A content is put out in parts of so many bytes, one at a time.
    static let partBytesMax = 128 << 10

    let endpoint: SMTPEndpoint
    /// Whether the server is this machine.
    var isLoopback: Bool
    /// Goes without TLS where it isn't required, as it failed before.
    let avoidsTLS: Bool

    var stage: Stage
    var capabilities = SMTPCapabilities()
    var isEncrypted = false
    /// What to send; whoever sends it empties it.
    var output = ByteBuffer()
    var actions: [Action] = []
    /// Whether `written` is to be called once `output` has been taken by the network.
    var wantsWritten = false
    /// In the order of their commands; the second's envelope may be sent while the first's end is not answered.
    var open: [Transaction] = []
    var expected: [Expected] = []
    var needsReset = false
    /// Messages that were begun.
    var begunCount = 0
    /// Messages that were settled by an answer.
    var settledCount = 0
    /// Rises when another wait begins, of `patience`.
    var waitCount = 0

    init(_ endpoint: SMTPEndpoint, isLoopback: Bool = false, avoidsTLS: Bool = false) {
        self.endpoint = endpoint
        self.isLoopback = isLoopback
        self.avoidsTLS = avoidsTLS
        stage = endpoint.security == .implicitTLS ? .handshake(isFirst: true) : .banner
    }

    /// How long the wait may take that has begun.
    var patience: Duration {
        let timeouts = endpoint.timeouts
        switch stage {
        case .handshake: return timeouts.connect
        case .banner: return timeouts.banner
        case .hello, .startTLS, .authentication, .quitting: return timeouts.command
        case .closed: return timeouts.idle
        case .ready: break
        }
        switch expected.first {
        case .sender, .recipient, .data: return timeouts.envelope
        case .content:
            return open.first?.isEnded == true ? timeouts.contentEnd : timeouts.block
        case .reset, .emptyContent: return timeouts.command
        case nil: return timeouts.idle
        }
    }

    /// - Parameter isAlone: Whether no more bytes came with it.
    mutating func receive(_ reply: SMTPReply, isAlone: Bool) {
        waitCount += 1
        switch stage {
        case .banner, .hello, .startTLS, .authentication:
            greeted(reply, isAlone: isAlone)
        case .ready: answered(reply)
        case .quitting: close("left")
        case .handshake: fail(isLasting: true, "the server spoke before the handshake: \(reply)")
        case .closed: break
        }
    }

    /// The TLS handshake is done, and the certificate is right.
    mutating func encrypted() {
        guard case .handshake(let isFirst) = stage else { return }
        waitCount += 1
        isEncrypted = true
        if isFirst {
            stage = .banner
        } else {
            // What was said before may not have been said by the server (RFC 3207 §4.2).
            capabilities = SMTPCapabilities()
            hello()
        }
    }

    mutating func failedTLS(_ reason: String) {
        fail(isLasting: true, "TLS failed: \(reason)")
    }

    mutating func garbage(_ garbage: SMTPReplyParser.Garbage) { fail(String(describing: garbage)) }

    mutating func closed() {
        if case .handshake = stage {
            failedTLS("the server closed the connection during the handshake")
        } else {
            fail("the server closed the connection")
        }
    }

    mutating func broke(_ reason: String) { fail("the connection broke: \(reason)") }

    mutating func timedOut() {
        switch stage {
        case .ready where expected.isEmpty: quit()
        case .quitting: close("left")
        default: fail("no answer within \(patience)\(waitedFor)")
        }
    }

    private var waitedFor: String {
        switch stage {
        case .handshake: return " in the TLS handshake"
        case .banner: return " to the connection"
        case .hello: return " to EHLO"
        case .startTLS: return " to STARTTLS"
        case .authentication: return " to the log-in"
        case .quitting, .closed: return ""
        case .ready: break
        }
        switch expected.first {
        case .sender: return " to the sender (MAIL)"
        case .recipient: return " to the recipient (RCPT)"
        case .data: return " to the start of the content (DATA)"
        case .content: return open.first?.isEnded == true ? " to the end of the content" : ""
        case .reset, .emptyContent, nil: return ""
        }
    }

    /// Leaves when what was begun is settled.
    mutating func quit() {
        guard stage == .ready else {
            if stage != .quitting { fail("the client is stopping") }
            return
        }
        leave()
        if open.isEmpty, expected.isEmpty {
            stage = .quitting
            waitCount += 1
            output.writeString("QUIT\r\n")
        }
    }

    var isLeaving = false

    mutating func leave() {
        guard !isLeaving else { return }
        isLeaving = true
        actions.append(.leaving)
    }

    mutating func fail(_ reason: String) { fail(isLasting: false, reason) }

    /// Nothing more is said: what ended is in doubt, what didn't is given back.
    mutating func fail(isLasting: Bool, _ reason: String) {
        switch stage {
        case .closed: return
        case .ready, .quitting: break
        case .handshake, .banner, .hello, .startTLS, .authentication:
            let isTLS =
                if case .handshake = stage { true } else { stage == .startTLS }
            actions.append(
                .failed(
                    SMTPConnectionFailure(reason: reason, isLasting: isLasting, isTLS: isTLS)))
        }
        close(reason)
    }

    private mutating func close(_ reason: String) {
        stage = .closed
        for transaction in open {
            if transaction.isEnded {
                actions.append(.settle(transaction.job, .inDoubt(reason: reason)))
            } else if let failure = transaction.failure {
                actions.append(.settle(transaction.job, failure))
            } else {
                actions.append(.giveBack(transaction.job, reason: reason))
            }
        }
        open = []
        expected = []
        output.clear()
        // After what was given back, so that where this connection was the last straw that is stopped too.
        leave()
        actions.append(.close)
    }
}

/// Why a connection was of no use.
struct SMTPConnectionFailure: Error {
    let reason: String
    /// Whether somebody has to look at the settings, here or there.
    let isLasting: Bool
    /// Whether it was TLS that failed.
    let isTLS: Bool
}
