import Access
import HTTPTypes
import Kernel
import Synchronization
import Testing

@testable import Console

/// The pages of referral programs.
struct ReferralPageTests {
    @Test func `programs and their referrals are listed and escaped, by state`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let list = try await browser.get("/referrals")
            #expect(list.html.contains("/referrals/friends"))
            #expect(!list.html.contains(SampleData.hostile), "escaped")
            let page = try await browser.get("/referrals/friends?state=joined")
            #expect(page.html.contains("/customers/\(LoyaltySample.customer)"))
            #expect(page.html.contains("?state=joined\" aria-current=\"true\""))
            #expect(!page.html.contains(SampleData.hostile), "escaped")
            let empty = try await browser.get("/referrals/friends?state=released")
            #expect(empty.html.contains("No referrals"))
            let none = try await browser.get("/referrals/none")
            #expect(none.status == .notFound)
        }
    }

    @Test func `who may not read customers sees no names`() async throws {
        let fixture = ConsoleFixture(permissions: [.readFigures])
        try await fixture.run { client in
            let page = try await Browser(client: client).get("/referrals/friends")
            #expect(!page.html.contains("/customers/cus_"))
            #expect(page.html.contains("\(LoyaltySample.customer)"))
        }
    }

    @Test func `a referral is looked at by itself, and judged with a reason`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let path = "/referrals/friends/\(LoyaltySample.customer)"
            let page = try await browser.get(path)
            #expect(page.status == .ok)
            #expect(page.html.contains("£42.00") && page.html.contains("£1.00 refunded"))
            #expect(page.html.contains("What checks find"))
            #expect(!page.html.contains(SampleData.hostile), "escaped")
            #expect(page.html.contains("value=\"accept\""))
            let none = try await browser.get("/referrals/friends/cus_1")
            #expect(none.status == .notFound)
            let token = try await browser.token(on: path)
            let silent = try await browser.post(path, "token=\(token)&choice=refuse&reason=+")
            #expect(silent.html.contains("Say why"))
            let said = try await browser.post(
                path, "token=\(token)&choice=accept&reason=sisters")
            #expect(said.status == .seeOther)
            let again = try await browser.post(path, "token=\(token)&choice=withdraw")
            #expect(again.status == .seeOther)
        }
        let decided = fixture.asked.withLock { $0.decided }
        #expect(
            decided == [
                "friends \(LoyaltySample.customer) accept sisters",
                "friends \(LoyaltySample.customer) withdraw ",
            ])
    }

    @Test func `who may not read customers sees neither names nor orders of a referral`()
        async throws
    {
        try await ConsoleFixture(permissions: [.readFigures]).run { client in
            let page = try await Browser(client: client)
                .get("/referrals/friends/\(LoyaltySample.customer)")
            #expect(page.status == .ok && page.html.contains("What checks find"))
            #expect(!page.html.contains("£42.00") && !page.html.contains("/customers/cus_"))
        }
    }

    @Test func `who may not change customers judges nothing`() async throws {
        let fixture = ConsoleFixture(permissions: [.readFigures, .readCustomers])
        try await fixture.run { client in
            let browser = Browser(client: client)
            let path = "/referrals/friends/\(LoyaltySample.customer)"
            let page = try await browser.get(path)
            #expect(page.status == .ok && !page.html.contains("value=\"accept\""))
        }
        #expect(fixture.asked.withLock { $0.decided }.isEmpty)
    }
}
