import Analytics
import Customers
import Delivery
import Foundation
import Kernel
import Messaging
import Records
import TestSupport
import Testing

@testable import Runtime

/// Unsubscribing by mail.
@Suite(.enabled(if: TestPaths.expectsDuckDB)) struct MailReplyTests {
    private func sent() async throws -> (MailStage, MailDesk, PlayedServer.Got) {
        let stage = try await MailStage()
        let customers = try await stage.addCustomers(1)
        try stage.add([stage.order("m", to: customers[0])])
        let server = PlayedServer()
        await try stage.worker(server).drain()
        let desk = MailDesk(workspace: stage.workspace, settings: try MailStage.settings())
        return (stage, desk, try #require(server.got.first))
    }

    /// The address of a message's `mailto:`.
    private func mailto(_ got: PlayedServer.Got) throws -> String {
        let field = got.header("List-Unsubscribe")
        let start = try #require(field.range(of: "<mailto:")).upperBound
        return String(field[start...].prefix { $0 != "?" && $0 != ">" })
    }

    private func mail(to address: String, _ text: String, _ more: String = "") -> [UInt8] {
        Array(
            "From: u0@mail.example\r\nTo: \(address)\r\nSubject: Re: News\r\n\(more)\r\n\(text)\r\n"
                .utf8)
    }

    /// Whether the customer gets what is sent next, and a receipt.
    private func isStillSent(_ stage: MailStage) async throws -> Bool {
        let customer = try #require(try stage.workspace.customerID(named: "user-0"))
        try stage.add([
            stage.order("next", to: customer),
            stage.order("receipt", to: customer, template: "receipt"),
        ])
        let server = PlayedServer()
        await try stage.worker(server).drain()
        let subjects = server.got.map { $0.header("Subject") }
        #expect(subjects.contains("Your order"))
        return subjects.count == 2
    }

    @Test
    func `the web address is first, one click is offered as before, and then comes a mailbox`()
        async throws
    {
        let (_, _, got) = try await sent()
        let field = got.header("List-Unsubscribe")
        #expect(field.hasPrefix("<https://shop.example/m/u/"))
        #expect(field.hasSuffix("@bounces.shop.example?subject=unsubscribe>"))
        #expect(got.header("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click")
        #expect(try mailto(got).hasPrefix("unsubscribe+"))
    }

    @Test func `a mail to the mailbox unsubscribes from the topic, by the address it came to`()
        async throws
    {
        let (stage, desk, got) = try await sent()
        let address = try mailto(got)

        let taken = try await desk.take(mail: mail(to: address, ""), recipient: address)

        guard case .unsubscribed = taken else {
            Issue.record("\(taken)")
            return
        }
        #expect(try await stage.told().filter { $0 == "Unsubscribed" }.count == 1)
        #expect(try await !isStillSent(stage))
        let customer = try #require(try stage.workspace.customerID(named: "user-0"))
        let told = try stage.workspace.archive.timeline(customers: [customer.rawValue], limit: 100)
            .first { $0.event.name == "Unsubscribed" }
        let properties = try #require(told).event.properties
        #expect(properties.contains(#""source":"reply""#))
        #expect(properties.contains(#""topic":"offers""#))
    }

    @Test(arguments: [
        "Unsubscribe", "stop\r\n\r\nOn Monday the shop wrote:\r\n> Hello", "Abmelden!",
    ])
    func `an answer that says nothing else unsubscribes where its address is signed`(
        text: String
    ) async throws {
        let (stage, desk, got) = try await sent()
        let unsigned = try await desk.take(
            mail: mail(to: "news@shop.example", text), recipient: "news@shop.example")
        #expect(unsigned == .unknown)
        #expect(try await stage.told().contains("Unsubscribed") == false)

        let taken = try await desk.take(mail: mail(to: got.sender, text), recipient: got.sender)
        guard case .unsubscribed = taken else {
            Issue.record("\(taken)")
            return
        }
        #expect(try await !isStillSent(stage))
    }

    @Test func `a program's answer, a sentence and a made-up address change nothing`() async throws
    {
        let (stage, desk, got) = try await sent()
        let address = try mailto(got)
        let forged = got.sender.replacing("bounce+", with: "unsubscribe+")
        for (to, text, more) in [
            (got.sender, "stop", "Auto-Submitted: auto-replied\r\n"),
            (address, "I am away", "Auto-Submitted: auto-replied\r\n"),
            (address, "I am away", "X-Autoreply: yes\r\n"),
            (got.sender, "When does the sale stop?", ""), (forged, "", ""),
            (
                address.replacing("@bounces.shop.example", with: "@bounces.other.example"), "stop",
                ""
            ),
        ] {
            let taken = try await desk.take(mail: mail(to: to, text, more), recipient: to)
            #expect(taken == .answer || taken == .unknown)
        }
        #expect(try await stage.told().contains("Unsubscribed") == false)
        #expect(try await isStillSent(stage))
    }
}
