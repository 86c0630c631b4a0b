import Foundation
import Testing

extension IntegrationTests {
    /// Messages by SMS, push, chat and the inbox, from an event to a provider on this machine and back.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.hasMailPeers, "no Python peers; run script/setup --test"))
    struct ChannelTests {
        private static let definitions = """
            kind: template
            name: offer-sms
            channel: sms
            text: '{{ customer.firstName }}, save 10%'
            ---
            kind: template
            name: code-sms
            channel: sms
            purpose: transactional
            text: 'Your code is {{ code }}'
            ---
            kind: template
            name: offer-push
            channel: push
            title: 'Hello {{ customer.firstName }}'
            text: 'Your cart waits'
            url: https://shop.example.test/cart
            ---
            kind: template
            name: offer-inbox
            channel: inbox
            title: 'Hello {{ customer.firstName }}'
            text: 'Something for you'
            url: shop://offers
            expires: 30 days
            ---
            kind: template
            name: tell-sales
            channel: chat
            room: sales
            text: '<!channel> {{ customer.firstName }} left a cart'
            url: https://shop.example.test/admin
            ---
            kind: template
            name: tell-ops
            channel: chat
            room: ops
            text: '{{ customer.firstName }} left a cart'
            """

        private static func journey(
            _ name: String, _ channel: String, _ template: String, on event: String
        ) -> String {
            """

            ---
            kind: journey
            name: \(name)
            status: live
            topic: offers
            entry: {event: \(event), reentry: always}
            steps:
              - id: tell
                send: {channel: \(channel), template: \(template), data: {code: "{{entry.code}}"}}
            """
        }

        /// A shop with providers beside it.
        private final class Place {
            let shop: Shop
            let peer: Program
            let journal: URL
            let key: String
            let reader: String
            let port: Int
            var server: RunningServer?
            private let provider: String

            init(sms provider: String) throws {
                self.provider = provider
                shop = try Shop()
                journal = shop.folder.file("journal")
                try shop.folder.write("", to: "journal")
                key = try shop.writeKey()
                reader = try shop.writeKey(scope: "read,write")
                // A key of RSA, for the service account.
                try shop.say("mail", "key", "s1", "--domain", "shop.example.test")
                let pem = shop.data + "/keys/dkim-s1.pem"
                let peer = try Program(
                    Installation.clientsPython,
                    [Installation.peer("providers.py"), journal.path, pem], in: shop.folder)
                self.peer = peer
                port = try Deadline.wait(for: "the providers to listen") {
                    Int(peer.output.trimmingCharacters(in: .whitespacesAndNewlines))
                }
                let account = [
                    "type": "service_account", "project_id": "shop", "private_key_id": "k1",
                    "client_email": "push@shop.example.test",
                    "private_key": try String(contentsOfFile: pem, encoding: .utf8),
                    "token_uri": "http://127.0.0.1:\(port)/token",
                ]
                try JSONSerialization.data(withJSONObject: account).write(
                    to: URL(filePath: shop.data + "/keys/fcm.json"))
                for (name, kind) in [("sales", "slack"), ("ops", "teams")] {
                    try Data("\(kind) http://127.0.0.1:\(port)/hook/\(name)\n".utf8).write(
                        to: URL(filePath: shop.data + "/keys/chat-" + name))
                }
                let journeys = [
                    ("a", "sms", "offer-sms", "Offered"), ("b", "sms", "code-sms", "Coded"),
                    ("c", "push", "offer-push", "Pushed"), ("d", "inbox", "offer-inbox", "Posted"),
                    ("e", "chat", "tell-sales", "Told"), ("f", "chat", "tell-ops", "Told"),
                ].map { ChannelTests.journey($0, $1, $2, on: $3) }
                try shop.say(
                    "apply",
                    try shop.folder.write(
                        ChannelTests.definitions + journeys.joined(), to: "definitions.yaml"))
                try start()
            }

            func start() throws {
                let settings = [
                    "SMS_PROVIDER": provider, "SMS_FROM": "+15005550006",
                    "SMS_TWILIO_ACCOUNT": "AC0123", "SMS_TWILIO_TOKEN": "secret",
                    "SMS_TWILIO_URL": "http://127.0.0.1:\(port)",
                    "SMS_GATEWAY_URL": "http://127.0.0.1:\(port)/sms",
                    "SMS_GATEWAY_TOKEN": "opaque", "PUSH_FCM_ACCOUNT": "keys/fcm.json",
                    "PUSH_FCM_URL": "http://127.0.0.1:\(port)", "CHAT_ROOMS": "sales,ops",
                    "INBOX_ENABLED": "true", "CHANNELS_ALLOW_PRIVATE": "true",
                    "SERVER_PUBLIC_URL": "https://m.example.test",
                ]
                server = try RunningServer(
                    program: shop.start(
                        ["serve", "--port", "0", "--log-format", "text"],
                        environment: Dictionary(
                            uniqueKeysWithValues: settings.map { ("PERENNIAL_" + $0, $1) })))
            }

            func post(_ path: String, _ body: String) throws {
                let answer = try #require(server).post(path, body, key: key)
                try #require(answer.status == 200, "\(answer.text)")
            }

            func identify(_ user: String, _ traits: String) throws {
                try post(
                    "/v1/identify",
                    #"{"userId":"\#(user)","traits":{"firstName":"\#(user)",\#(traits)}}"#)
            }

            func track(_ user: String, _ event: String) throws {
                try post(
                    "/v1/track",
                    #"{"userId":"\#(user)","event":"\#(event)","properties":{"code":"77"}}"#)
            }

            func asked(_ provider: String) throws -> [JSON] {
                try Journal(file: journal).messages().filter { $0.provider.string == provider }
            }

            func wait(for count: Int, _ provider: String) throws -> [JSON] {
                try Deadline.wait(for: "\(count) at \(provider)") {
                    let found = try asked(provider)
                    return found.count >= count ? found : nil
                }
            }

            /// A column of a customer's messages, the newest first.
            func messages(of user: String, column: Int) throws -> [String] {
                let rows = try shop.say("mail", "list", "--customer", user, "--format", "csv")
                return rows.split(separator: "\n").dropFirst().map {
                    String($0.split(separator: ",", omittingEmptySubsequences: false)[column])
                }
            }

            func wait(of user: String, state: String) throws {
                let _: Bool = try Deadline.wait(for: "\(user) to be \(state)") {
                    try messages(of: user, column: 4).first == state ? true : nil
                }
            }

            /// Names of the customer's events, as the page of them lists them.
            func events(of user: String) throws -> String {
                try #require(server).settle()
                return try shop.say("customer", "show", user)
            }
        }

        @Test
        func `SMS go by Twilio with a way out, and what it says of numbers is heeded`() throws {
            let place = try Place(sms: "twilio")
            try place.identify("ann", #""phone":"+44 20 7946 0001""#)
            try place.track("ann", "Offered")
            let form = try #require(try place.wait(for: 1, "twilio").first).form
            #expect(form.To.string == "+442079460001")
            #expect(form.From.string == "+15005550006")
            #expect(form.Body.string == "ann, save 10%\nReply STOP to opt out")
            #expect(
                form.StatusCallback.string?.hasPrefix(
                    "https://m.example.test/v1/sms/twilio/status?message=") == true)
            #expect(
                try place.asked("twilio").first?.authorization.string
                    == "Basic " + Data("AC0123:secret".utf8).base64EncodedString())
            try place.wait(of: "ann", state: "accepted")

            // Too many at once: tried again. Unsubscribed there: no consent here.
            try place.identify("bea", #""phone":"+442079460429""#)
            try place.identify("cat", #""phone":"+442079460610""#)
            try place.track("cat", "Offered")
            try place.wait(of: "cat", state: "suppressed")
            #expect(try place.events(of: "cat").contains("Unsubscribed"))
            try place.track("cat", "Offered")
            try place.track("bea", "Offered")
            let toBea = try Deadline.wait(for: "a second attempt", seconds: 100) {
                let found = try place.asked("twilio").filter {
                    $0.form.To.string == "+442079460429"
                }
                return found.count == 2 ? found : nil
            }
            #expect(toBea.last?.form.Body.string == toBea.first?.form.Body.string)
            try place.wait(of: "bea", state: "accepted")
            #expect(
                try place.asked("twilio").filter { $0.form.To.string == "+442079460610" }.count == 1
            )
        }

        @Test func `what breaks off is in doubt, and nobody gets a second SMS by Twilio`() throws {
            let place = try Place(sms: "twilio")
            for user in ["ann", "bea"] {
                try place.identify(user, #""phone":"+4420794\#(user == "ann" ? 1 : 2)0099""#)
            }
            try place.track("ann", "Offered")
            try place.wait(of: "ann", state: "inDoubt")
            try place.track("bea", "Coded")
            let _: Bool = try Deadline.wait(for: "the second to be in doubt", seconds: 100) {
                try place.messages(of: "bea", column: 4).first == "inDoubt" ? true : nil
            }
            #expect(try place.asked("twilio").count == 2)
        }

        @Test
        func
            `a killed server leaves SMS in doubt, and a gateway that knows keys gets what was asked for again`()
            throws
        {
            let place = try Place(sms: "gateway")
            try place.identify("ann", #""phone":"+442079410666""#)
            try place.identify("bea", #""phone":"+442079420666""#)
            try place.track("ann", "Offered")
            try place.track("bea", "Coded")
            _ = try place.wait(for: 2, "gateway")
            place.server?.kill()
            try place.start()
            let again = try place.wait(for: 3, "gateway")
            try place.wait(of: "ann", state: "inDoubt")
            let ofBea = again.filter { $0.json.to.string == "+442079420666" }
            #expect(ofBea.count == 2)
            #expect(Set(ofBea.compactMap { $0.key.string }).count == 1)
            #expect(ofBea.first?.key.string?.isEmpty == false)
            #expect(ofBea.first?.json.text.string == "Your code is 77")
            #expect(ofBea.first?.authorization.string == "Bearer opaque")
            #expect(again.filter { $0.json.to.string == "+442079410666" }.count == 1)
        }

        @Test
        func
            `a push goes with a token of the service account, and a device that is gone gets no more`()
            throws
        {
            let place = try Place(sms: "none")
            try place.identify("ann", #""pushToken":"device-0001""#)
            try place.track("ann", "Pushed")
            let message = try #require(try place.wait(for: 1, "fcm").first)
            #expect(message.path.string == "/v1/projects/shop/messages:send")
            #expect(message.authorization.string == "Bearer ya29.sample")
            #expect(message.json.message.notification.title.string == "Hello ann")
            #expect(message.json.message.data.url.string == "https://shop.example.test/cart")
            let claims = try #require(try place.asked("token").first).claims
            #expect(claims.iss.string == "push@shop.example.test")
            #expect(
                claims.scope.string == "https://www.googleapis.com/auth/firebase.messaging")
            try place.wait(of: "ann", state: "accepted")

            try place.identify("bea", #""pushToken":"device-0404""#)
            try place.track("bea", "Pushed")
            try place.wait(of: "bea", state: "bounced")
            try place.track("bea", "Pushed")
            try place.wait(of: "bea", state: "suppressed")
            #expect(try place.asked("fcm").count == 2)
            // One token was enough for all.
            #expect(try place.asked("token").count == 1)
        }

        @Test func `colleagues are told in their rooms, and a customer's name pings nobody`() throws
        {
            let place = try Place(sms: "none")
            try place.identify("ann", #""email":"ann@example.test""#)
            try place.track("ann", "Told")
            let told = try place.wait(for: 2, "chat")
            let slack = try #require(told.first { $0.path.string == "/hook/sales" })
            #expect(
                slack.json.text.string
                    == "&lt;!channel&gt; ann left a cart\n<https://shop.example.test/admin>")
            let teams = try #require(told.first { $0.path.string == "/hook/ops" })
            let card = try #require(teams.json.attachments.array.first).content
            #expect(card.body.array.first?.inlines.array.first?.text.string == "ann left a cart")
        }

        @Test func `the inbox is read by a key, page by page, and reading is told on the log`()
            throws
        {
            let place = try Place(sms: "none")
            let server = try #require(place.server)
            try place.identify("ann", #""email":"ann@example.test""#)
            for _ in 0..<3 { try place.track("ann", "Posted") }
            func page(_ query: String = "") throws -> JSON {
                let answer = try server.request(
                    "GET", "/v1/inbox/ann" + query,
                    headers: ["Authorization": "Bearer \(place.reader)"])
                try #require(answer.status == 200, "\(answer.text)")
                return try JSON(answer.text)
            }
            let _: Bool = try Deadline.wait(for: "three messages") {
                try page().messages.array.count == 3 ? true : nil
            }
            let first = try page("?limit=2")
            #expect(first.unread.int == 3)
            #expect(first.messages.array.first?.title.string == "Hello ann")
            #expect(first.messages.array.first?.url.string == "shop://offers")
            let next = try #require(first.next.string)
            let rest = try page("?limit=2&after=" + next)
            #expect(rest.messages.array.count == 1)
            #expect(rest.next.isNull)
            let id = try #require(rest.messages.array.first?.id.string)
            for _ in 0..<2 {
                let answer = try server.request(
                    "POST", "/v1/inbox/ann/\(id)/read",
                    headers: ["Authorization": "Bearer \(place.reader)"])
                #expect(answer.status == 200)
            }
            #expect(try page().unread.int == 2)
            // Neither without a key, nor what isn't theirs.
            #expect(try server.request("GET", "/v1/inbox/ann").status == 401)
            try place.identify("bea", #""email":"bea@example.test""#)
            let other = try server.request(
                "POST", "/v1/inbox/bea/\(id)/read",
                headers: ["Authorization": "Bearer \(place.reader)"])
            #expect(other.status == 404)
            let events = try place.events(of: "ann")
            #expect(events.components(separatedBy: "Inbox Message Read").count == 2)
        }
    }
}
