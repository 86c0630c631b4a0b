import Access
import HTTPTypes
import Kernel
import Testing

@testable import Console

/// The pages of promotions.
struct PromotionPageTests {
    @Test func `promotions say what they give, how often they were used, and who tries codes`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let list = try await browser.get("/promotions?code=back-2222")
            for text in [
                "href=\"/promotions/back\"", "5.00 GBP off", "1,234", "back-2222",
                "used by checkout c-7", "203.0.113.9", "50 wrong since",
            ] {
                #expect(list.html.contains(text), "\(text)")
            }
            let page = try await browser.get("/promotions/back")
            for text in [
                "unique codes", "once for a customer", "Batch 3", "/promotions/back/codes/3.txt",
                "/customers/cus_0000000000007", "Over, not paid",
            ] {
                #expect(page.html.contains(text), "\(text)")
            }
            #expect(!page.html.contains(SampleData.hostile), "escaped")
            #expect(try await browser.get("/promotions/none").status == .notFound)
        }
    }

    @Test func `codes are made by a form, and come as a file`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/promotions/back")
            let wrong = try await browser.post(
                "/promotions/back/codes", "token=\(token)&count=many")
            #expect(wrong.html.contains("aria-invalid"))
            let made = try await browser.post(
                "/promotions/back/codes", "token=\(token)&count=1%2C000")
            #expect(made.status == .seeOther)
            let file = try await browser.get("/promotions/back/codes/3.txt")
            #expect(file.html == "BACK-1\nBACK-2\n")
            #expect(try await browser.get("/promotions/back/codes/9.txt").status == .notFound)
        }
    }

    @Test func `who sees no names sees no codes, and makes none`() async throws {
        let fixture = ConsoleFixture(permissions: [.readFigures])
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/promotions/back")
            #expect(!page.html.contains("BACK2222"))
            #expect(!page.html.contains("make-title"))
            #expect(!page.html.contains("cus_0000000000007"))
            let list = try await browser.get("/promotions?code=back-2222")
            #expect(!list.html.contains("used by checkout"))
            let file = try await browser.get("/promotions/back/codes/3.txt")
            #expect(file.status == .forbidden)
        }
    }
}

extension ConsoleFixture {
    var promotions: PromotionData {
        var data = PromotionData()
        guard mood == .well else { return data }
        let now = Timestamp(milliseconds: 1_770_000_000_000)
        let row = PromotionRow(
            name: "back", title: SampleData.hostile, gives: "5.00 GBP off",
            codes: "unique codes, BACK-…", reserved: 2, redeemed: 1234, refunded: 1,
            discounts: Currency("GBP").map { [Money(minor: 617_000, currency: $0)] } ?? [])
        data.promotions = { [row] }
        data.promotion = { name in
            guard name == "back" else { return nil }
            return PromotionPageData(
                row: row, version: 2, appliedAt: now,
                rules: ["unique codes", "once for a customer"], yaml: "kind: promotion",
                newest: [
                    .init(
                        checkout: SampleData.hostile, customer: ID(rawValue: 7), state: "expired",
                        code: "BACK2222", discount: nil, at: now)
                ], hasUniqueCodes: true,
                batches: [.init(number: 3, size: 2, isOpen: false, at: now)])
        }
        data.look = { CodeAnswer(code: $0, standing: "used by checkout c-7", promotion: "back") }
        data.guesses = { [GuessRow(caller: "203.0.113.9", wrongCount: 50, since: now)] }
        data.makeBatch = { name, count in name == "back" && count == 1000 }
        data.batchText = { name, batch, start in
            guard name == "back", batch == 3 else { return nil }
            return start == 0 ? Array("BACK-1\nBACK-2\n".utf8) : []
        }
        return data
    }
}
