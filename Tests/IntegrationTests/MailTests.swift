import Foundation
import Testing

extension IntegrationTests {
    /// Mail from an event to a mailbox of `aiosmtpd`, and back by its links; `dkimpy` verifies it. Both unmodified.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.hasMailPeers, "no aiosmtpd; run script/setup --test"))
    struct MailTests {
        private static let template = """
            kind: template
            name: cart-reminder
            subject: '{{ customer.firstName | default: "Hello" }}, your cart is still here'
            html: |
              <html><body><p>{{ cart.total }} pounds</p>
              <a href="https://shop.example.test/cart">Cart</a>
              <a href="{{ links.unsubscribe }}">Unsubscribe</a></body></html>
            """
        private static let journey = """
            kind: journey
            name: cart
            title: Carts
            status: live
            topic: offers
            entry:
              event: Cart Updated
              reentry: always
            steps:
              - id: mail
                send:
                  channel: email
                  template: cart-reminder
                  data: {cart: {total: "{{entry.total}}"}}
            """

        /// A shop with a mailbox beside it.
        private struct Place {
            let shop: Shop
            let mailbox: Program
            let journal: URL
            let server: RunningServer
            let key: String
            /// The key's record, as it is to be published.
            let record: String

            init() throws {
                shop = try Shop()
                journal = shop.folder.file("journal")
                try shop.folder.write("", to: "journal")
                let mailbox = try Program(
                    Installation.clientsPython,
                    [Installation.peer("mailbox.py"), "receive", journal.path], in: shop.folder)
                self.mailbox = mailbox
                let port: Int = try Deadline.wait(for: "the mailbox to listen") {
                    Int(mailbox.output.trimmingCharacters(in: .whitespacesAndNewlines))
                }
                key = try shop.writeKey()
                let line = try shop.say("mail", "key", "s1", "--domain", "shop.example.test")
                // The texts of a record are one after another (RFC 6376 §3.6.2.2).
                record = line.split(separator: "\"").enumerated()
                    .filter { $0.offset % 2 == 1 }.map { String($0.element) }.joined()
                let definitions = MailTests.template + "\n---\n" + MailTests.journey
                try shop.say("apply", try shop.folder.write(definitions, to: "definitions.yaml"))
                let settings = [
                    "MAIL_FROM": "Shop <news@shop.example.test>", "MAIL_SMTP_HOST": "127.0.0.1",
                    "MAIL_SMTP_PORT": String(port), "MAIL_SMTP_SECURITY": "none",
                    "MAIL_DKIM_SELECTORS": "s1", "SERVER_PUBLIC_URL": "https://m.example.test",
                ]
                server = try RunningServer(
                    program: shop.start(
                        ["serve", "--port", "0", "--log-format", "text"],
                        environment: Dictionary(
                            uniqueKeysWithValues: settings.map { ("PERENNIAL_" + $0, $1) })))
            }

            func update(_ total: Int, _ user: String) throws {
                let answer = try server.post(
                    "/v1/track",
                    #"{"userId":"\#(user)","event":"Cart Updated","properties":{"total":\#(total)}}"#,
                    key: key)
                try #require(answer.status == 200, "\(answer.text)")
            }

            func mails() throws -> [JSON] { try Journal(file: journal).messages() }

            /// Waits until somebody got so many.
            func wait(for count: Int, to address: String) throws -> [JSON] {
                try Deadline.wait(for: "mail \(count) to \(address)") {
                    let found = try mails().filter { $0.to.string == address }
                    return found.count >= count ? found : nil
                }
            }

            /// What became of a customer's mail, the newest first.
            func states(of user: String) throws -> [String] {
                let rows = try shop.say("mail", "list", "--customer", user, "--format", "csv")
                return rows.split(separator: "\n").dropFirst().map {
                    String($0.split(separator: ",", omittingEmptySubsequences: false)[4])
                }
            }
        }

        @Test
        func
            `An event becomes a signed mail, whose link unsubscribes when it is posted to and not before`()
            throws
        {
            let place = try Place()
            for user in ["ann", "bea"] {
                let answer = try place.server.post(
                    "/v1/identify",
                    #"{"userId":"\#(user)","traits":{"email":"\#(user)@example.test","firstName":"\#(user)"}}"#,
                    key: place.key)
                try #require(answer.status == 200, "\(answer.text)")
            }
            try place.update(42, "ann")

            let mail = try #require(try place.wait(for: 1, to: "ann@example.test").first)
            #expect(mail.subject.string == "ann, your cart is still here")
            #expect(mail.parts["text/html"].string?.contains("42 pounds") == true)
            #expect(mail.oneClick.string == "List-Unsubscribe=One-Click")
            let verified = try Program(
                Installation.clientsPython,
                [
                    Installation.peer("mailbox.py"), "verify", place.journal.path,
                    "s1._domainkey.shop.example.test", place.record,
                ], in: place.shop.folder
            ).wait()
            #expect(verified.output == "holds\n", "\(verified.errors)")

            // The web address is first; the mailbox comes after it.
            let url = try #require(mail.unsubscribe.string?.dropFirst().prefix { $0 != ">" })
            try #require(url.hasPrefix("https://m.example.test/m/u/"))
            let path = String(url.dropFirst("https://m.example.test".count))
            // Programs that look at links follow them.
            #expect(try place.server.request("GET", path).status == 200)
            try place.update(43, "ann")
            _ = try place.wait(for: 2, to: "ann@example.test")

            let forged = try place.server.request(
                "POST", path.dropLast(2) + "AA", body: Array("List-Unsubscribe=One-Click".utf8))
            #expect(forged.status == 404)
            let answer = try place.server.request(
                "POST", path, headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: Array("List-Unsubscribe=One-Click".utf8))
            #expect(answer.status == 200)
            try place.update(44, "ann")
            try place.update(45, "bea")
            // What was decided after it is sent, so that hers was looked at, too.
            _ = try place.wait(for: 1, to: "bea@example.test")
            try place.server.settle()
            #expect(try place.mails().filter { $0.to.string == "ann@example.test" }.count == 2)
            let page = try place.server.request("GET", path)
            #expect(page.text.contains("resubscribe"))
            #expect(try place.states(of: "ann").filter { $0 == "accepted" }.count == 2)
            #expect(try place.server.stop().code == 0)
        }
    }
}
