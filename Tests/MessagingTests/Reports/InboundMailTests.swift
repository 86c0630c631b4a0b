import Testing

@testable import Messaging

/// Reports that Python composed, as servers send them.
@Suite(.enabled(if: MailPeer.isInstalled, "no dkimpy; run script/setup --test"))
struct InboundMailTests {
    private static let folder = Result {
        let folder = try MailFolder()
        try MailPeer.run("reports", in: folder)
        return folder
    }

    private func inbound(_ name: String, isUnsubscribeAddress: Bool = false) throws -> InboundMail {
        let bytes = try Self.folder.get().read(name + ".eml")
        return InboundMail(Samples.read(bytes), isUnsubscribeAddress: isUnsubscribeAddress)
    }

    private func report(_ name: String) throws -> DeliveryReport? {
        guard case .report(let report) = try inbound(name) else { return nil }
        return report
    }

    @Test(arguments: ["hard", "hard-lf"]) func `a report of a mailbox that isn't there is read`(
        name: String
    )
        throws
    {
        let report = try #require(try report(name))
        #expect(report.isStandard)
        #expect(report.originalMessageID?.text == "out_0000000000001@example.com")
        let recipient = try #require(report.recipients.first)
        #expect(report.recipients.count == 1)
        #expect(recipient.address == "zoe.b@example.test")
        #expect(recipient.originalAddress == "zoe@example.test")
        #expect(recipient.action == .failed)
        #expect(recipient.status?.description == "5.1.1")
        #expect(
            recipient.diagnostic
                == "550 5.1.1 <zoe.b@example.test>: Recipient address rejected: User unknown")
        #expect(recipient.remoteServer == "mail.example.test")
        #expect(recipient.judged == BounceClass(.hard, .unknownUser))
    }

    @Test(
        arguments: [
            ("full", .failed, BounceClass(.soft, .full)),
            ("delayed", .delayed, BounceClass(.soft, .busy)),
            ("vague", .failed, BounceClass(.block, .unauthenticated)),
        ] as [(String, DeliveryReport.Action, BounceClass)])
    func `other failures are told apart`(
        name: String, action: DeliveryReport.Action, judged: BounceClass
    ) throws {
        let report = try #require(try report(name))
        #expect(report.recipients.map(\.action) == [action])
        #expect(report.recipients.map(\.judged) == [judged])
        #expect(report.originalMessageID?.text == "out_0000000000001@example.com")
    }

    @Test func `a report of several recipients is read for each`() throws {
        let report = try #require(try report("several"))
        #expect(report.recipients.map(\.action) == [.delivered, .failed])
        #expect(report.recipients.map(\.judged) == [nil, BounceClass(.hard, .unknownUser)])
    }

    @Test(arguments: ["exim", "qmail"]) func `bounces in words are read`(name: String) throws {
        let report = try #require(try report(name))
        #expect(!report.isStandard)
        #expect(report.recipients.map(\.address) == ["zoe@example.test"])
        #expect(report.recipients.map(\.judged) == [BounceClass(.hard, .unknownUser)])
        #expect(report.recipients.map(\.status?.description) == ["5.1.1"])
        #expect(report.originalMessageID?.text == "out_0000000000001@example.com")
    }

    @Test func `a complaint is read`() throws {
        guard case .complaint(let complaint) = try inbound("complaint") else {
            Issue.record("no complaint")
            return
        }
        #expect(complaint.type == "abuse")
        #expect(!complaint.isNotSpam)
        #expect(complaint.userAgent == "SomeProvider-FBL/1.0")
        #expect(complaint.recipient == "zoe@example.test")
        #expect(complaint.returnPath == "bounce+x.y@bounces.example.com")
        #expect(complaint.sourceIP == "192.0.2.1")
        #expect(complaint.originalMessageID?.text == "out_0000000000001@example.com")
        #expect(complaint.original?.field("subject") == "Wir vermissen dich")
    }

    @Test func `automatic answers are no bounces`() throws {
        #expect(try inbound("away") == .autoReply(evidence: "Subject: abwesenheit"))
        #expect(try inbound("vacation") == .autoReply(evidence: "Auto-Submitted: auto-replied"))
        // An automatic answer to the unsubscribe address is no wish.
        #expect(
            try inbound("vacation", isUnsubscribeAddress: true)
                == .autoReply(evidence: "Auto-Submitted: auto-replied"))
    }

    @Test func `a mail says what is to be done about the address`() throws {
        #expect(try inbound("hard").judged == BounceClass(.hard, .unknownUser))
        #expect(try inbound("several").judged == BounceClass(.hard, .unknownUser))
        #expect(try inbound("away").judged == BounceClass(.autoReply, .absence))
        #expect(try inbound("complaint").judged == nil)
        #expect(try inbound("question").judged == nil)
    }

    @Test func `who wants no more is heard`() throws {
        let sender = try EmailAddress("zoe@example.test")
        #expect(
            try inbound("unsubscribe", isUnsubscribeAddress: true)
                == .unsubscribe(token: "AbCdEfGhIjKlMnOpQrSt-_09", from: sender))
        #expect(try inbound("unsubscribe") == .other)
        #expect(try inbound("stop") == .unsubscribe(token: nil, from: sender))
        #expect(try inbound("question") == .other)
        #expect(
            try inbound("question", isUnsubscribeAddress: true)
                == .unsubscribe(token: nil, from: sender))
    }
}
