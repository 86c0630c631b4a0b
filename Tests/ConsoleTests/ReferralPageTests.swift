import Access
import HTTPTypes
import Kernel
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
}
