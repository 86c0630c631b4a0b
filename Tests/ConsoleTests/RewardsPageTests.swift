import Access
import HTTPTypes
import Kernel
import Synchronization
import Testing

@testable import Console

/// The page of a program's rewards.
struct RewardsPageTests {
    private let path = "/loyalty/club/rewards"

    @Test func `stock and claims are shown, and a claim is given, let go or taken back`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(path)
            #expect(page.html.contains("<strong>0 of 10</strong>"))
            #expect(page.html.contains("/loyalty/club/members/\(LoyaltySample.customer)"))
            #expect(!page.html.contains(SampleData.hostile), "escaped")
            // One reserved and one given have something to do, one that was let go has nothing.
            for step in ["confirm", "release", "return"] {
                #expect(page.html.components(of: "value=\"\(step)\"") == 1, "\(step)")
            }
            let token = try await browser.token(on: path)
            let done = try await browser.post(path, "token=\(token)&claim=c-1&step=confirm")
            #expect(done.status == .seeOther)
            let refused = try await browser.post(path, "token=\(token)&claim=c-3&step=return")
            #expect(refused.html.contains("The claim is released."))
            let wrong = try await browser.post(path, "token=\(token)&claim=c-1&step=burn")
            #expect(wrong.html.contains("role=\"alert\""))
            let none = try await browser.get("/loyalty/none/rewards")
            #expect(none.status == .notFound)
        }
        #expect(fixture.asked.withLock { $0.decided } == ["club c-1 confirm", "club c-3 return"])
    }

    @Test func `who may not read customers sees stock only`() async throws {
        try await ConsoleFixture(permissions: [.readFigures]).run { client in
            let page = try await Browser(client: client).get(path)
            #expect(page.status == .ok && page.html.contains("0 of 10"))
            #expect(!page.html.contains("/members/") && !page.html.contains("name=\"step\""))
        }
    }
}

extension String {
    /// How often a text is in it.
    fileprivate func components(of text: String) -> Int {
        ranges(of: text).count
    }
}
