import Testing

@testable import Messaging

@Suite struct BounceClassTests {
    @Test(arguments: [
        ("5.1.1", 5, 1, 1), (" 4.2.2 (mailbox full)", 4, 2, 2), ("5.7.515", 5, 7, 515),
        ("2.0.0", 2, 0, 0),
    ]) func `a status is read`(text: String, level: Int, subject: Int, detail: Int) {
        #expect(EnhancedStatus(text) == EnhancedStatus(level, subject, detail))
        #expect(EnhancedStatus(text) != nil)
    }

    @Test(arguments: [
        "", "5", "5.1", "5.1.", "6.1.1", "3.1.1", "5.1.1000", "5.1.1.1", "a", "5..1", "5,1,1",
        ".5.1.1",
    ])
    func `what isn't a status is none`(text: String) {
        #expect(EnhancedStatus(text) == nil)
    }

    @Test(
        arguments: [
            ("550 5.1.1 no", "5.1.1"), ("550-5.7.26 no", "5.7.26"),
            ("host 192.0.2.1 said: 452-4.2.2 full", "4.2.2"),
            ("no mailbox (#5.1.1)", "5.1.1"), ("smtp;550 5.4.1", "5.4.1"),
            ("at 5.1.1.7 and 4.4.1", "4.4.1"),
            ("version 15.1.1", nil), ("nothing", nil),
        ] as [(String, String?)]) func `the first status in a server's words is found`(
            text: String, expected: String?
        )
    {
        #expect(EnhancedStatus.first(in: text)?.description == expected)
    }

    /// What large providers and common servers answer, as their documentation has it.
    @Test(
        arguments: [
            (
                "550 5.1.1 <zoe@example.test>: Recipient address rejected: User unknown in virtual mailbox table",
                .hard, .unknownUser
            ),
            (
                "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking",
                .hard, .unknownUser
            ),
            (
                "550 5.4.1 Recipient address rejected: Access denied. [AM0EUR02FT003.eop-EUR02.prod.protection.outlook.com]",
                .hard, .unknownUser
            ),
            (
                "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
                .hard, .unknownUser
            ),
            (
                "554 delivery error: dd This user doesn't have a yahoo.com account (zoe@yahoo.com) [-9]",
                .hard, .unknownUser
            ),
            (
                "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", .hard,
                .unknownUser
            ),
            ("550 5.2.1 The email account that you tried to reach is disabled.", .hard, .disabled),
            ("556 5.1.10 Recipient address has null MX", .hard, .noMail),
            (
                "550 5.1.2 Host or domain name not found. Name service error for name=exmaple.test type=MX",
                .hard, .unknownDomain
            ),
            ("552-5.2.2 The email account that you tried to reach is over quota.", .soft, .full),
            (
                "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", .soft,
                .full
            ),
            ("452 4.2.2 The email account that you tried to reach is over quota", .soft, .full),
            (
                "450 4.2.0 <zoe@example.test>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/",
                .soft, .greylisted
            ),
            ("450 4.1.1 <zoe@example.test>: User unknown", .soft, .unknownUser),
            (
                "421 4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address",
                .block, .rateLimit
            ),
            (
                "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints",
                .block, .rateLimit
            ),
            (
                "550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM.",
                .block, .unauthenticated
            ),
            (
                "550 5.7.515 Access denied, sending domain EXAMPLE.COM does not meet the required authentication level.",
                .block, .unauthenticated
            ),
            (
                "550-5.7.25 The IP address sending this message does not have a PTR record setup",
                .block, .unauthenticated
            ),
            (
                "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
                .block, .blockList
            ),
            (
                "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
                .block, .blockList
            ),
            ("550 5.7.606 Access denied, banned sending IP [192.0.2.1].", .block, .blockList),
            (
                "550-5.7.1 [192.0.2.1 12] Our system has detected that this message is likely unsolicited mail.",
                .block, .spam
            ),
            ("554 5.7.1 <zoe@example.test>: Relay access denied", .block, .relay),
            ("550 5.7.1 Message rejected due to local policy", .block, .policy),
            ("552 5.3.4 Message size exceeds fixed limit", .soft, .tooLarge),
            ("451 4.3.0 Temporary lookup failure", .soft, .busy),
            ("421 Service not available", .soft, .busy),
            ("connect to mail.example.test[192.0.2.1]:25: Connection refused", .soft, .busy),
            ("retry timeout exceeded", .soft, .expired), ("550 No", .hard, .unknownUser),
            ("554 Transaction failed", .block, .policy), ("", .soft, .unclear),
            ("Something went wrong", .soft, .unclear),
        ] as [(String, BounceKind, BounceReason)])
    func `what servers answer is judged by what is to be done`(
        text: String, kind: BounceKind, reason: BounceReason
    ) {
        #expect(BounceClass(text: text) == BounceClass(kind, reason))
    }

    @Test func `what isn't final is never hard`() {
        for sentence in ["user unknown", "mailbox is disabled", "host not found", "null mx"] {
            #expect(BounceClass(code: 450, text: sentence).kind == .soft)
            #expect(BounceClass(status: EnhancedStatus(4, 0, 0), text: sentence).kind == .soft)
            #expect(BounceClass(code: 550, text: sentence).kind == .hard)
        }
        for subject in 0...7 {
            for detail in 0...30 {
                #expect(
                    BounceClass(status: EnhancedStatus(4, subject, detail), text: "").kind != .hard)
            }
        }
    }

    @Test func `each reason says itself in words`() {
        let texts = BounceReason.allCases.map(\.text)
        #expect(Set(texts).count == texts.count && !texts.contains(""))
    }
}
