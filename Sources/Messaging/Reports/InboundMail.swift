/// What a mail to our return path, feedback or unsubscribe address says.
package enum InboundMail: Sendable, Equatable {
    /// A server reports on a message.
    case report(DeliveryReport)
    /// Somebody called a message spam.
    case complaint(ComplaintReport)
    /// A program answered; the evidence.
    case autoReply(evidence: String)
    /// Somebody wants no more. The token is the subject's, as `ListUnsubscribe.mailtoSubject` set it; nil where
    /// somebody wrote so in words, which then holds for who wrote.
    case unsubscribe(token: String?, from: EmailAddress?)
    /// A person's mail, or something else.
    case other

    /// Reads a mail. Reports and complaints come before automatic answers, as they are marked as such too.
    ///
    /// - Parameter isUnsubscribeAddress: Whether the mail was sent to the address of `ListUnsubscribe.mailto`.
    package init(_ mail: MIMEPart, isUnsubscribeAddress: Bool) {
        if let complaint = ComplaintReport(mail) {
            self = .complaint(complaint)
            return
        }
        if let report = DeliveryReport(mail) {
            self = .report(report)
            return
        }
        let subject = trimmed(mail.field("subject") ?? "")
        // One-click programs mark their mail as written by a program.
        if isUnsubscribeAddress, Self.isToken(subject) {
            self = .unsubscribe(token: subject, from: Self.sender(mail))
            return
        }
        if let evidence = AutoReply.evidence(in: mail) {
            // So may those that send the mail that `List-Unsubscribe` asks for; an answer to ours never is one.
            let isAsked = isUnsubscribeAddress && subject.lowercased() == "unsubscribe"
            guard isAsked, evidence == "Auto-Submitted: auto-generated" else {
                self = .autoReply(evidence: evidence)
                return
            }
        }
        if isUnsubscribeAddress
            || StopWish.isTold(subject: subject, text: mail.first("text/plain")?.text)
        {
            self = .unsubscribe(token: nil, from: Self.sender(mail))
            return
        }
        self = .other
    }

    /// What it says of the address that the message was for; nil where that isn't in question.
    package var judged: BounceClass? {
        switch self {
        case .report(let report): report.recipients.lazy.compactMap(\.judged).first
        case .autoReply: BounceClass(.autoReply, .absence)
        case .complaint, .unsubscribe, .other: nil
        }
    }

    /// 16 characters or more of a signed text; words are shorter, or have spaces.
    private static func isToken(_ subject: String) -> Bool {
        subject.utf8.count >= 16 && subject.utf8.allSatisfy(isIdentifierByte)
    }

    private static func sender(_ mail: MIMEPart) -> EmailAddress? {
        // What doesn't parse can't be suppressed.
        mail.field("from").flatMap { try? Mailbox($0) }?.address
    }
}
