import Foundation
import QRCode
import Testing

extension IntegrationTests {
    /// A member at the till, and on their own page.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct MemberPageTests {
        private static let club = """
            kind: program
            name: club
            title: The <Club>
            currency: GBP
            earn:
              - { name: purchases, points: 1, per: 1.00 }
            expiry: { after: 12 months, round: month end }
            tiers:
              by: spend
              period: 12 months
              levels:
                - { name: member, from: 0 }
                - { name: gold, from: 500, benefits: [early-access] }

            """

        private struct Stage {
            let shop: Shop
            let server: RunningServer
            let reader: String
            let writer: String

            func ask(
                _ method: String, _ path: String, _ body: String = "", key: String? = nil,
                id: String? = nil
            ) throws -> (status: Int, json: JSON) {
                var headers = ["Authorization": "Bearer \(key ?? writer)"]
                headers["Idempotency-Key"] = id
                let answer = try server.request(
                    method, "/v1/loyalty/club/" + path, headers: headers, body: Array(body.utf8))
                return (answer.status, try JSON(answer.text))
            }
        }

        /// Ann, who has ordered, and Bob.
        private func stage() throws -> Stage {
            let shop = try Shop()
            try shop.say("apply", try shop.folder.write(Self.club, to: "club.yaml"))
            let writer = try shop.writeKey(scope: "track,read,write")
            let reader = try shop.writeKey(scope: "read")
            let server = try shop.serve("--set", "server.publicURL=https://points.example.test/")
            let people = """
                {"batch": [
                  {"type": "identify", "userId": "ann", "traits":
                    {"name": "<b>Ann</b>", "email": "ann@example.test", "phone": "+44 20 7946 0001"}},
                  {"type": "identify", "userId": "bob", "traits": {"email": "bob@example.test"}}]}
                """
            try #require(try server.post("/v1/batch", people, key: writer).status == 200)
            try server.settle()
            let stage = Stage(shop: shop, server: server, reader: reader, writer: writer)
            let order = """
                {"customer": "ann", "order_id": "T-1", "lines": [{"id": "1", "price": 120.00}]}
                """
            try #require(try stage.ask("POST", "orders", order, id: "t1").status == 200)
            return stage
        }

        @Test func `a till finds a member by phone, address and card, or is told why not`() throws {
            let stage = try stage()
            let found = try stage.ask("GET", "members?phone=%2B44%2020%207946%200001")
            #expect(found.status == 200)
            #expect(found.json.balance.available.int == 120)
            #expect(found.json.tier.missing.int == 380)
            let card = try #require(found.json.card.string)
            #expect(card.count == 16 && card.hasPrefix("9"))
            let customer = try #require(found.json.customer.string)
            for query in [
                "email=ANN@example.test", "card=\(card)", "card=M\(card)", "phone=+442079460001",
                "email=ann@example.test&card=\(card)",
            ] {
                let again = try stage.ask("GET", "members?" + query, key: stage.reader)
                #expect(again.status == 200, "\(query)")
                #expect(again.json.customer.string == customer, "\(query)")
                #expect(again.json.card.string == card, "\(query)")
            }
            for (query, status, code) in [
                ("", 400, "missing_parameter"), ("?name=ann", 400, "unknown_parameter"),
                ("?phone=", 400, "invalid_parameter"), ("?phone=ann", 400, "invalid_parameter"),
                ("?phone=02079460001", 404, "unknown_member"),
                ("?email=ann@example.test&email=bob@example.test", 400, "invalid_parameter"),
                ("?email=bob@example.test&card=\(card)", 409, "ambiguous_member"),
                ("?card=9000000000000000", 400, "invalid_parameter"),
                ("?card=9000000000000001", 404, "unknown_member"),
            ] {
                let answer = try stage.ask("GET", "members" + query)
                #expect(answer.status == status, "\(query)")
                #expect(answer.json.code.string == code, "\(query)")
                #expect(answer.json.detail.string?.isEmpty == false, "\(query)")
            }
            let open = try stage.server.request("GET", "/v1/loyalty/club/members?card=\(card)")
            #expect(open.status == 401)
            let nowhere = try stage.server.request(
                "GET", "/v1/loyalty/none/members?card=\(card)",
                headers: ["Authorization": "Bearer \(stage.reader)"])
            #expect(nowhere.status == 404)
        }

        @Test func `a link over the API opens the page, which has what the ledger has`() throws {
            let stage = try stage()
            let link = try stage.ask("POST", "members/ann/link")
            #expect(link.status == 200)
            let url = try #require(link.json.url.string)
            #expect(url.hasPrefix("https://points.example.test/club/"))
            #expect(link.json.expires_at.string != nil)
            for (body, status) in [
                (#"{"expires_in": 1}"#, 200), (#"{"expires_in": 34560000}"#, 200),
                (#"{"expires_in": 34560001}"#, 400), (#"{"expires_in": 0}"#, 400),
                (#"{"expires_in": "1"}"#, 400), (#"{"days": 1}"#, 400), ("[]", 400),
            ] {
                #expect(try stage.ask("POST", "members/ann/link", body).status == status, "\(body)")
            }
            #expect(try stage.ask("POST", "members/nobody/link").status == 404)
            #expect(try stage.ask("POST", "members/ann/link", key: stage.reader).status == 403)
            let path = String(url.dropFirst("https://points.example.test".count))
            let page = try stage.server.request("GET", path)
            #expect(page.status == 200)
            for text in [
                "The &lt;Club&gt;", "&lt;b&gt;Ann&lt;/b&gt;", "120 points", "380.00 GBP more to",
                "Early access", "120 points for order T-1", "until the end of",
            ] {
                #expect(page.text.contains(text), "\(text)")
            }
            #expect(!page.text.contains("<b>Ann"))
            let forged = path.dropLast() + (path.hasSuffix("A") ? "B" : "A")
            #expect(try stage.server.request("GET", String(forged)).status == 404)
            // No log has what opens the page.
            #expect(!stage.server.program.errors.contains(path))
        }

        @Test func `without an address of its own the server makes no link`() throws {
            let shop = try Shop()
            try shop.say("apply", try shop.folder.write(Self.club, to: "club.yaml"))
            let key = try shop.writeKey(scope: "track,read,write")
            let server = try shop.serve()
            let ann = #"{"batch": [{"type": "identify", "userId": "ann", "traits": {}}]}"#
            try #require(try server.post("/v1/batch", ann, key: key).status == 200)
            try server.settle()
            let answer = try server.request(
                "POST", "/v1/loyalty/club/members/ann/link",
                headers: ["Authorization": "Bearer \(key)"])
            #expect(answer.status == 409)
            #expect(try JSON(answer.text).code.string == "not_set_up")
        }

        @Test(
            .enabled(if: Installation.hasCodeReader, "no zxing-cpp; run script/setup --test"),
            .enabled(if: Installation.browser != nil, "no browser"))
        func `a scanner reads the card from the page on a phone, by day and in the dark`() throws {
            let stage = try stage()
            let card = try #require(
                try stage.ask("GET", "members?email=ann@example.test").json.card.string)
            let url = try #require(try stage.ask("POST", "members/ann/link").json.url.string)
            let path = url.dropFirst("https://points.example.test".count)
            let read = try Program(
                Installation.clientsPython,
                [
                    Installation.peer("codes.py"), "page",
                    try #require(Installation.browser).path, stage.server.address + path,
                ], in: stage.shop.folder
            ).wait(seconds: 120)
            #expect(read.code == 0, "\(read.errors)")
            #expect(read.output == "\"M\(card)\"\n\"M\(card)\"\n")
            let found = try stage.ask("GET", "members?card=M\(card)")
            #expect(found.json.balance.available.int == 120)
        }

        @Test(.enabled(if: Installation.hasCodeReader, "no zxing-cpp; run script/setup --test"))
        func `a scanner reads codes of every size and correction, full and as empty as they come`()
            throws
        {
            let folder = try TemporaryFolder()
            var drawings = ""
            var expected: [String] = []
            for version in QRSymbol.versions {
                for correction in QRSymbol.Correction.allCases {
                    let count = QRSymbol.bytesMax(version: version, correction: correction)
                    let bytes = (0..<count).map { UInt8(33 + ($0 * 31 + version) % 89) }
                    // One byte less, and the version before would do.
                    let least =
                        version == 1
                        ? 1
                        : QRSymbol.bytesMax(version: version - 1, correction: correction) + 1
                    for text in [bytes, Array(bytes.prefix(least))] {
                        let symbol = try QRSymbol(text, correction: correction)
                        #expect(symbol.version == version)
                        let side = symbol.size + 2 * QRSymbol.quietModules
                        drawings += "\(side) \(symbol.path)\n"
                        expected.append(String(decoding: text, as: UTF8.self))
                    }
                }
            }
            let file = try folder.write(drawings, to: "drawings")
            let read = try Program(
                Installation.clientsPython, [Installation.peer("codes.py"), "paths", file],
                in: folder
            ).wait(seconds: 300)
            try #require(read.code == 0, "\(read.errors)")
            let texts = read.output.split(separator: "\n").map { line in
                try? JSONSerialization.jsonObject(with: Data(line.utf8), options: .fragmentsAllowed)
                    as? String
            }
            #expect(texts == expected)
        }
    }
}
