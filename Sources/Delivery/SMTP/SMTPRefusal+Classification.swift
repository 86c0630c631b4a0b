extension SMTPOutcome {
    /// What a server's refusal means: by the code for how long it lasts, by phase and enhanced status for its cause.
    ///
    /// A reply that isn't a refusal, or none that belongs here, is no outcome: nil.
    static func refusal(_ reply: SMTPReply, at phase: SMTPPhase) -> SMTPOutcome? {
        guard reply.isTemporary || reply.isPermanent else { return nil }
        let cause = SMTPRefusalCause(reply, at: phase)
        let refusal = SMTPRefusal(
            phase: phase, cause: cause, reply: reply,
            reason: "\(cause.words), at the \(phase.words): \(reply)")
        // A mailbox that is full, or a sender that is too fast, may be told so by a permanent code; the code decides.
        if reply.isPermanent { return .refused(refusal) }
        return .deferred(refusal, retryAfterSeconds: SMTPRetryHint.seconds(in: reply.text))
    }

    /// What the client refuses without asking.
    static func refusedHere(_ cause: SMTPRefusalCause, _ reason: String) -> SMTPOutcome {
        .refused(SMTPRefusal(phase: .preparing, cause: cause, reply: nil, reason: reason))
    }
}

extension SMTPPhase {
    var words: String {
        switch self {
        case .preparing: "start"
        case .sender: "sender (MAIL)"
        case .recipient: "recipient (RCPT)"
        case .data: "start of the content (DATA)"
        case .content: "end of the content"
        }
    }
}

extension SMTPRefusalCause {
    var words: String {
        switch self {
        case .unknownAddress: "there is no such address"
        case .closedMailbox: "the mailbox is closed"
        case .fullMailbox: "the mailbox is full"
        case .tooLarge: "the message is too large"
        case .policy: "the server's policy is against it"
        case .tooFast: "the server wants it later or slower"
        case .serverTrouble: "the server is in trouble"
        case .senderAddress: "the sender's address is not accepted"
        case .relayDenied: "the server does not relay there"
        case .authentication: "the server wants a log-in"
        case .unsupported: "the server lacks what the message needs"
        case .syntax: "the server did not understand"
        case .other: "not accepted"
        }
    }

    init(_ reply: SMTPReply, at phase: SMTPPhase) {
        // Numbers say more than codes; where they say "other" the code decides.
        if let status = reply.status, let cause = Self(status, at: phase) {
            self = cause
            return
        }
        switch reply.code {
        case 421: self = .serverTrouble
        case 450: self = phase == .recipient ? .tooFast : .serverTrouble
        case 451, 454: self = .serverTrouble
        case 452: self = phase == .recipient ? .tooFast : .serverTrouble
        case 455, 500...504, 555: self = .syntax
        case 530, 534, 535, 538: self = .authentication
        case 550:
            switch phase {
            case .recipient: self = .unknownAddress
            case .sender: self = .senderAddress
            case .preparing, .data, .content: self = .policy
            }
        case 551: self = .unknownAddress
        case 552: self = phase == .recipient ? .fullMailbox : .tooLarge
        case 553: self = phase == .sender ? .senderAddress : .unknownAddress
        case 554: self = .policy
        case 556: self = .unknownAddress
        default: self = .other
        }
    }

    /// RFC 3463 §3, RFC 5248 and the registry that it began; nil where the status alone decides nothing.
    private init?(_ status: SMTPStatus, at phase: SMTPPhase) {
        let isSender = phase == .sender
        switch (status.subject, status.detail) {
        case (1, 1), (1, 2), (1, 3), (1, 6), (1, 10):
            self = isSender ? .senderAddress : .unknownAddress
        case (1, 7), (1, 8), (1, 9): self = .senderAddress
        case (2, 1): self = .closedMailbox
        case (2, 2): self = .fullMailbox
        case (2, 3), (3, 4): self = .tooLarge
        case (3, 1), (3, 2), (3, 5), (2, 4): self = .serverTrouble
        case (3, 3), (6, 1), (6, 3), (6, 5), (6, 7), (6, 9): self = .unsupported
        case (3, 0), (4, 0), (4, 1), (4, 2), (4, 3), (4, 4), (4, 6), (4, 7): self = .serverTrouble
        case (4, 5): self = .tooFast
        case (5, 1), (5, 2), (5, 4), (5, 5): self = .syntax
        case (5, 3): self = .tooFast
        case (7, 1) where phase == .recipient && status.kind == 4: self = .tooFast
        case (7, 8), (7, 9), (7, 11), (7, 12), (7, 13), (7, 14), (5, 6): self = .authentication
        case (7, 28): self = .tooFast
        case (7, _): self = .policy
        default: return nil
        }
    }
}

/// The time that a server's words ask for, as greylisting does: "try again in 300 seconds", "in 5 minutes".
enum SMTPRetryHint {
    static let secondsMax: Int64 = 86_400

    /// Nil where the text names no time.
    static func seconds(in text: String) -> Int64? {
        let words = text.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        for index in words.indices.dropFirst() {
            guard let number = Int64(words[index]), number > 0, number <= secondsMax,
                words[index - 1] == "in" || words[index - 1] == "after"
                    || words[index - 1] == "for",
                index + 1 < words.count
            else { continue }
            switch words[index + 1] {
            case "s", "sec", "secs", "second", "seconds": return number
            case "m", "min", "mins", "minute", "minutes": return min(number * 60, secondsMax)
            case "h", "hour", "hours": return min(number * 3600, secondsMax)
            default: continue
            }
        }
        return nil
    }
}
