/// What a refusal means for the next message to the same address.
package enum BounceKind: String, Sendable, Equatable, CaseIterable {
    /// There is no such mailbox, or it takes nothing: suppress the address at once.
    case hard
    /// It may work another time: count it, and suppress after several in a row.
    case soft
    /// The sender, its server or the message was refused, not the address: nothing is held against the address, and
    /// somebody has to look into it.
    case block
    /// It arrived, and a program answered.
    case autoReply = "auto-reply"
}

/// Why a message came back, as far as can be told.
package enum BounceReason: String, Sendable, Equatable, CaseIterable {
    case unknownUser = "unknown-user"
    case unknownDomain = "unknown-domain"
    case noMail = "no-mail"
    case disabled
    case full
    case tooLarge = "too-large"
    case spam
    case blockList = "block-list"
    case unauthenticated
    case policy
    case rateLimit = "rate-limit"
    case greylisted
    case relay
    case expired
    case busy
    case content
    case absence
    case unclear

    /// In words for who reads the address's history.
    package var text: String {
        switch self {
        case .unknownUser: "there is no such mailbox"
        case .unknownDomain: "there is no such domain, or it has no mail server"
        case .noMail: "the domain takes no mail"
        case .disabled: "the mailbox is closed or disabled"
        case .full: "the mailbox is full"
        case .tooLarge: "the message is too large for the mailbox"
        case .spam: "the receiver took the message for spam"
        case .blockList: "the sending server or domain is on a block list"
        case .unauthenticated: "SPF, DKIM or DMARC didn't pass, or the server has no reverse DNS"
        case .policy: "the receiver's rules refuse the sender or the message"
        case .rateLimit: "the receiver takes no more from this sender for now"
        case .greylisted: "the receiver asks to try again later, as with each new sender"
        case .relay: "the server that was asked isn't for this address"
        case .expired: "the mail servers gave up after trying for days"
        case .busy: "the receiver's server was away or busy"
        case .content: "the receiver couldn't take the message in this form"
        case .absence: "an automatic answer"
        case .unclear: "the receiver didn't say why"
        }
    }
}

/// A bounce judged: what to do about it, and why.
package struct BounceClass: Sendable, Equatable {
    package let kind: BounceKind
    package let reason: BounceReason

    package init(_ kind: BounceKind, _ reason: BounceReason) {
        self.kind = kind
        self.reason = reason
    }

    /// Judges an answer of a mail server, straight from SMTP or out of a report.
    ///
    /// Well-known sentences of the large providers come first, as many send them with a status that says nothing or
    /// the wrong thing; then the enhanced status (RFC 3463); then the reply's code. What isn't final is never hard.
    ///
    /// - Parameters:
    ///   - code: The reply's code, 400 to 599; nil where there is none.
    ///   - status: From its own field; nil where it is only in the text, or nowhere.
    ///   - text: What the server said.
    package init(code: Int? = nil, status: EnhancedStatus? = nil, text: String) {
        let found = status ?? EnhancedStatus.first(in: text)
        let code = code ?? EnhancedStatus.replyCode(in: text)
        let isTemporary = found.map { $0.level == 4 } ?? code.map { $0 < 500 } ?? false
        let judged =
            BounceSentences.judge(text) ?? found.flatMap(Self.judge)
            ?? Self.judge(code: code) ?? BounceClass(.soft, .unclear)
        self = judged.kind == .hard && isTemporary ? BounceClass(.soft, judged.reason) : judged
    }

    /// RFC 3463 with the registrations of IANA since.
    private static func judge(_ status: EnhancedStatus) -> BounceClass? {
        switch (status.subject, status.detail) {
        case (1, 1), (1, 3), (1, 6), (1, 0): BounceClass(.hard, .unknownUser)
        case (1, 2): BounceClass(.hard, .unknownDomain)
        case (1, 10): BounceClass(.hard, .noMail)
        case (1, 7), (1, 8), (1, 9): BounceClass(.block, .policy)
        case (2, 1): BounceClass(.hard, .disabled)
        case (2, 2): BounceClass(.soft, .full)
        case (2, 3), (3, 4): BounceClass(.soft, .tooLarge)
        case (2, _), (3, _): BounceClass(.soft, .busy)
        case (4, 4): BounceClass(.soft, .unknownDomain)
        case (4, 7): BounceClass(.soft, .expired)
        case (4, _): BounceClass(.soft, .busy)
        case (6, _): BounceClass(.block, .content)
        case (7, 1): BounceClass(.block, .policy)
        case (7, 7), (7, 8), (7, 20...27), (7, 30), (7, 515): BounceClass(.block, .unauthenticated)
        case (7, 28): BounceClass(.block, .rateLimit)
        case (7, 606...649): BounceClass(.block, .blockList)
        case (7, _): BounceClass(.block, .policy)
        default: nil
        }
    }

    private static func judge(code: Int?) -> BounceClass? {
        switch code {
        case 421, 450, 451: BounceClass(.soft, .busy)
        case 452: BounceClass(.soft, .full)
        case 550, 551, 553: BounceClass(.hard, .unknownUser)
        case 521, 556: BounceClass(.hard, .noMail)
        case 552: BounceClass(.soft, .full)
        case 554: BounceClass(.block, .policy)
        default: nil
        }
    }
}

/// What well-known servers say, in small letters.
enum BounceSentences {
    /// Nil where no sentence is known.
    static func judge(_ text: String) -> BounceClass? {
        let said = KnownWords(withSingleSpacesIn: text)
        for (sentences, judged) in known where said.hasAny(of: sentences) { return judged }
        return nil
    }

    /// The narrow before the wide.
    private static let known: [([StaticString], BounceClass)] = [
        (
            [
                "mailbox full", "mailbox is full", "over quota", "overquota", "quota exceeded",
                "exceeded storage", "out of storage", "exceeds quota", "mailbox quota",
                "insufficient storage", "exceeded their mailbox", "inbox is full",
            ], BounceClass(.soft, .full)
        ),
        (
            ["greylist", "graylist", "greylisted", "try again in a few minutes"],
            BounceClass(.soft, .greylisted)
        ),
        (
            [
                "unusual rate", "too many messages", "too many connections", "rate limit",
                "rate-limit", "ratelimit", "throttl", "sending limit", "[ts0", "[tss0",
                "temporarily deferred due to", "receiving mail too quickly",
                "receiving mail at a rate",
            ], BounceClass(.block, .rateLimit)
        ),
        (
            [
                "5.7.26", "5.7.515", "dmarc", "spf check", "spf fail", "dkim fail", "dkim check",
                "not authenticated", "unauthenticated email", "sender authentication",
                "reverse dns", "ptr record", "does not meet the authentication",
            ], BounceClass(.block, .unauthenticated)
        ),
        (
            [
                "spamhaus", "spamcop", "barracudacentral", "sorbs", "dnsbl", "blocklist",
                "block list", "blacklist", "blocklisted", "on our block list", "s3140", "s3150",
                "listed at", "listed by", "banned sending ip", "poor reputation",
                "bad reputation", "low reputation", "ip reputation",
            ], BounceClass(.block, .blockList)
        ),
        (
            [
                "likely unsolicited", "considered spam", "detected as spam", "looks like spam",
                "identified as spam", "message rejected as spam", "classified as spam",
                "spam message", "spam content", "spam detected", "high probability of spam",
                "suspected spam", "unsolicited mail", "message contains spam",
            ], BounceClass(.block, .spam)
        ),
        (
            [
                "account has been disabled", "account is disabled", "mailbox disabled",
                "mailbox is disabled", "account disabled", "account inactive",
                "account that you tried to reach is disabled", "account is inactive",
                "mailbox is inactive", "inactive mailbox", "no longer available",
                "account has been suspended", "account suspended", "no longer active",
                "account is not active", "mailbox unavailable or access denied",
            ], BounceClass(.hard, .disabled)
        ),
        (
            [
                "user unknown", "unknown user", "no such user", "user not found",
                "does not exist", "doesn't exist", "no such recipient", "unknown recipient",
                "recipient unknown", "recipient not found", "no mailbox here", "no such mailbox",
                "mailbox not found", "invalid recipient", "invalid mailbox", "unknown address",
                "address unknown", "unrouteable address", "unroutable address",
                "recipient address rejected: access denied", "user doesn't have a",
                "account not found", "no such address", "address not found", "no such account",
                "not a valid mailbox", "recipientnotfound", "nosuchuser", "unknown local",
                "address rejected: undeliverable", "requested mailbox unavailable",
                "user does not have",
            ], BounceClass(.hard, .unknownUser)
        ),
        (
            [
                "host not found", "domain not found", "name or service not known",
                "nxdomain", "no such domain", "unknown domain", "host or domain name not found",
                "domain does not exist", "no mx or a records", "bad destination host",
            ], BounceClass(.hard, .unknownDomain)
        ),
        (["null mx", "does not accept mail", "nullmx"], BounceClass(.hard, .noMail)),
        (
            ["relay access denied", "relaying denied", "unable to relay", "relay not permitted"],
            BounceClass(.block, .relay)
        ),
        (
            [
                "message too large", "exceeds size", "size limit", "message size exceeds",
                "maximum message size", "too big",
            ], BounceClass(.soft, .tooLarge)
        ),
        (
            [
                "retry timeout exceeded", "delivery time expired", "message expired",
                "has been in the queue too long", "in queue too long", "queue time",
            ], BounceClass(.soft, .expired)
        ),
        (
            [
                "connection timed out", "connection refused", "no route to host",
                "network is unreachable", "lost connection", "temporarily unavailable",
                "try again later", "service unavailable", "system resources",
            ], BounceClass(.soft, .busy)
        ),
        (
            ["blocked", "policy", "administrative prohibition", "not allowed to send"],
            BounceClass(.block, .policy)
        ),
    ]
}
