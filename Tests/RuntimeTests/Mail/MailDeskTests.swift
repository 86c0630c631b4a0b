import Customers
import Delivery
import Foundation
import Kernel
import Messaging
import Records
import TestSupport
import Testing

@testable import Runtime

/// What comes back about messages.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct MailDeskTests {
    private static let browser =
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

    /// A stage with one message that was sent.
    private func sent() async throws -> (MailStage, MailDesk, PlayedServer.Got, ID<OutboxItem>) {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(1)
        try stage.add([stage.order("m", to: customers[0])])
        let server = PlayedServer()
        await try stage.worker(server).drain()
        let desk = MailDesk(workspace: stage.workspace, settings: try MailStage.settings())
        let item = try #require(try stage.workspace.records.outboxItem(key: "m"))
        return (stage, desk, try #require(server.got.first), item.id)
    }

    private func token(_ purpose: SignedLink.Purpose, _ id: ID<OutboxItem>) throws -> String {
        let link = try #require(
            SignedLink(
                purpose, message: id.rawValue,
                target: purpose == .click ? "https://shop.example/a" : "",
                place: 0))
        return link.token(try MailStage.settings().keys)
    }

    @Test func `a person's click is told, and a scanner's isn't`() async throws {
        let (stage, desk, _, id) = try await sent()
        stage.clock.advance(milliseconds: 60_000)
        let click = try token(.click, id)

        let scanned = try desk.take(
            click, isClick: true, method: "HEAD", userAgent: "BarracudaCentral", isPrefetch: false)
        stage.clock.advance(milliseconds: 3_600_000)
        let clicked = try desk.take(
            click, isClick: true, method: "GET", userAgent: Self.browser, isPrefetch: false)
        #expect(scanned == "https://shop.example/a")
        #expect(clicked == "https://shop.example/a")
        stage.clock.advance(milliseconds: MailDesk.hitRestMs)
        await try stage.worker(PlayedServer()).drain()

        #expect(try await stage.told().filter { $0 == "Email Link Clicked" }.count == 1)
        let message = try #require(try stage.workspace.records.message(id))
        #expect(message.clickedAt != nil)
        #expect(message.machineHits == 1)
    }

    @Test func `a forged link leads nowhere and counts nothing`() async throws {
        let (stage, desk, _, id) = try await sent()
        let click = try token(.click, id)
        let forged = String(click.dropLast()) + (click.hasSuffix("A") ? "B" : "A")

        #expect(
            try desk.take(
                forged, isClick: true, method: "GET", userAgent: Self.browser, isPrefetch: false)
                == nil)
        #expect(
            try desk.take(
                try token(.unsubscribe, id), isClick: true, method: "GET",
                userAgent: Self.browser, isPrefetch: false) == nil)
        #expect(try stage.workspace.records.message(id)?.machineHits == 0)
    }

    @Test func `a bounce that comes back by the return path suppresses the address at once`()
        async throws
    {
        let (stage, desk, got, id) = try await sent()

        let taken = try await desk.take(mail: Self.bounce(to: got.sender), recipient: got.sender)

        #expect(taken == .bounce(id, .hard))
        #expect(try stage.workspace.records.message(id)?.state == .bounced)
        #expect(try stage.workspace.records.suppression(of: "u0@mail.example")?.reason == .bounced)
        let customer = try #require(try stage.workspace.customerID(named: "user-0"))
        try stage.add([stage.order("next", to: customer)])
        let server = PlayedServer()
        await try stage.worker(server).drain()
        #expect(server.got.isEmpty)
        #expect(try stage.message("next")?.state == .suppressed)
    }

    @Test func `a bounce that somebody made up suppresses nobody`() async throws {
        let (stage, desk, got, _) = try await sent()
        let forged = "bounce+00000000000000g.aaaaaaaaaaaaaaaa@bounces.shop.example"

        #expect(try await desk.take(mail: Self.bounce(to: forged), recipient: forged) == .unknown)
        // Nor one that names the message by what anybody may read in it.
        #expect(
            try await desk.take(
                mail: Self.bounce(to: "news@shop.example", original: got.messageID),
                recipient: "news@shop.example") == .unknown)
        #expect(try stage.workspace.records.suppressionCount() == 0)
    }

    @Test func `five soft bounces in a row suppress, and one that is taken forgives them`()
        async throws
    {
        let stage = try await MailStage()
        let customer = try await stage.addCustomers(1)[0]
        let desk = MailDesk(workspace: stage.workspace, settings: try MailStage.settings())
        func round(_ number: Int, bounces: Bool) async throws {
            try stage.add([stage.order("m\(number)", to: customer)])
            let server = PlayedServer()
            await try stage.worker(server).drain()
            guard bounces, let sender = server.got.first?.sender else { return }
            _ = try await desk.take(
                mail: Self.bounce(to: sender, status: "4.2.2", words: "mailbox full"),
                recipient: sender)
        }
        for number in 0..<4 { try await round(number, bounces: true) }
        #expect(try stage.workspace.records.suppressionCount() == 0)
        try await round(4, bounces: true)

        #expect(
            try stage.workspace.records.suppression(of: "u0@mail.example")?.reason == .softBounces)
    }

    @Test func `one click unsubscribes from the topic, at once and for good`() async throws {
        let (stage, _, got, _) = try await sent()
        let url = try #require(
            got.header("List-Unsubscribe").split(separator: ",").first
        ).dropFirst().dropLast()
        let token = String(try #require(url.split(separator: "/").last))
        let settings = try MailStage.settings()
        let recipient = try #require(
            try stage.workspace.mailRecipient(token, .unsubscribe, settings.keys))
        #expect(recipient.topic == "offers")

        try await stage.workspace.setConsent(
            false, topic: recipient.topic, of: recipient, source: "one-click")
        try stage.add([
            stage.order("next", to: recipient.customer),
            stage.order("receipt", to: recipient.customer, template: "receipt"),
        ])
        let server = PlayedServer()
        await try stage.worker(server).drain()

        #expect(server.got.map { $0.header("Subject") } == ["Your order"])
        #expect(try stage.message("next")?.state == .suppressed)
    }

    private static func bounce(
        to address: String, original: String = "<x@y.example>", status: String = "5.1.1",
        words: String = "550 5.1.1 no such user"
    ) -> [UInt8] {
        let text = """
            From: MAILER-DAEMON@mx.mail.example
            To: \(address)
            Subject: Undelivered Mail Returned to Sender
            MIME-Version: 1.0
            Content-Type: multipart/report; report-type=delivery-status; boundary="b"

            --b
            Content-Type: text/plain

            It could not be delivered.
            --b
            Content-Type: message/delivery-status

            Reporting-MTA: dns; mx.mail.example

            Final-Recipient: rfc822; u0@mail.example
            Action: failed
            Status: \(status)
            Diagnostic-Code: smtp; \(words)

            --b
            Content-Type: message/rfc822-headers

            Message-ID: \(original)

            --b--

            """
        return Array(text.replacing("\n", with: "\r\n").utf8)
    }
}
