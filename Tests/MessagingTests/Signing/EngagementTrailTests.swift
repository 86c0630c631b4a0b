import Kernel
import Testing

@testable import Messaging

@Suite struct EngagementTrailTests {
    private static let browser =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36"
    private static let gmail =
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"

    private func hit(
        _ kind: EngagementHit.Kind, after ms: Int64, number: Int64 = 0, method: String = "GET",
        userAgent: String = browser, isPrefetch: Bool = false
    ) -> EngagementHit {
        EngagementHit(
            number: number, kind: kind, method: method, userAgent: userAgent,
            isPrefetch: isPrefetch, time: Samples.time.adding(milliseconds: ms))
    }

    private func trail(links: Int = 5) -> EngagementTrail {
        EngagementTrail(deliveredAt: Samples.time, linkCount: links)
    }

    private func judge(_ hit: EngagementHit) -> EngagementVerdict {
        var trail = trail()
        return trail.judge(hit)
    }

    @Test(
        arguments: [
            (browser, .person, .browser),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
                .person, .browser
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; CUBOT KINGKONG STAR) AppleWebKit/537.36 Chrome/138.0 Mobile Safari/537.36",
                .person, .browser
            ),
            (gmail, .personByProxy, .imageProxy),
            (
                "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
                .personByProxy, .imageProxy
            ),
            ("Mozilla/5.0", .machine, .privacyProxy), ("", .machine, .noUserAgent),
            ("python-requests/2.32", .machine, .knownProgram),
            ("curl/8.5.0", .machine, .knownProgram),
            ("Go-http-client/2.0", .machine, .knownProgram),
            (
                "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", .machine,
                .knownProgram
            ),
            ("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/138.0", .machine, .knownProgram),
            ("Slackbot-LinkExpanding 1.0", .machine, .knownProgram),
            ("WhatsApp/2.23", .machine, .knownProgram),
            ("BarracudaCentral", .machine, .knownProgram),
            ("Mozilla/5.0 (compatible; Mimecast/URLScan)", .machine, .knownProgram),
        ] as [(String, EngagementActor, EngagementReason)])
    func `a program is known by its name`(
        userAgent: String, actor: EngagementActor, reason: EngagementReason
    ) {
        let verdict = judge(hit(.open, after: 600_000, userAgent: userAgent))
        #expect(verdict.actor == actor)
        #expect(verdict.reason == reason)
        #expect(actor.isPerson == (actor != .machine))
    }

    @Test func `whoever only asks, fetches ahead or is too soon is a program`() {
        #expect(judge(hit(.click(place: 1), after: 60_000, method: "HEAD")).reason == .method)
        #expect(judge(hit(.open, after: 60_000, method: "OPTIONS")).reason == .method)
        #expect(judge(hit(.open, after: 60_000, isPrefetch: true)).reason == .prefetch)
        #expect(judge(hit(.open, after: -1)).reason == .beforeDelivery)
        #expect(judge(hit(.open, after: 999)).reason == .tooSoon)
        #expect(judge(hit(.open, after: 999, userAgent: Self.gmail)).reason == .tooSoon)
        #expect(judge(hit(.open, after: 1_000)).reason == .browser)
        #expect(judge(hit(.click(place: 1), after: 2_999)).reason == .tooSoon)
        #expect(judge(hit(.click(place: 1), after: 3_000)).reason == .browser)
    }

    @Test
    func
        `a scanner that follows every link is known at the third, and the first two are taken back`()
    {
        var trail = trail()
        let first = trail.judge(hit(.click(place: 1), after: 60_000, number: 11))
        let second = trail.judge(hit(.click(place: 2), after: 60_400, number: 12))
        let third = trail.judge(hit(.click(place: 3), after: 60_900, number: 13))
        let fourth = trail.judge(hit(.click(place: 4), after: 61_000, number: 14))
        #expect(first == EngagementVerdict(actor: .person, reason: .browser, retracted: []))
        #expect(second == EngagementVerdict(actor: .person, reason: .browser, retracted: []))
        #expect(third == EngagementVerdict(actor: .machine, reason: .burst, retracted: [11, 12]))
        #expect(fourth == EngagementVerdict(actor: .machine, reason: .burst, retracted: []))
        // The person comes later.
        #expect(trail.judge(hit(.click(place: 2), after: 600_000)).reason == .browser)
    }

    @Test func `a person who clicks link after link in their own time stays a person`() {
        var trail = trail()
        for place in 1...5 {
            let verdict = trail.judge(
                hit(.click(place: place), after: Int64(place) * 4_000 + 60_000))
            #expect(verdict == EngagementVerdict(actor: .person, reason: .browser, retracted: []))
        }
    }

    @Test func `clicking one link again and again isn't following all of them`() {
        var trail = trail()
        for turn in 1...20 {
            let verdict = trail.judge(hit(.click(place: 1), after: 60_000 + Int64(turn) * 100))
            #expect(verdict.actor == .person)
        }
    }

    @Test func `both links of a message at one moment are a program's`() {
        var trail = trail(links: 2)
        _ = trail.judge(hit(.click(place: 1), after: 60_000, number: 1))
        let second = trail.judge(hit(.click(place: 2), after: 60_800, number: 2))
        #expect(second == EngagementVerdict(actor: .machine, reason: .burst, retracted: [1]))
        var slow = self.trail(links: 2)
        _ = slow.judge(hit(.click(place: 1), after: 60_000, number: 1))
        #expect(slow.judge(hit(.click(place: 2), after: 61_001, number: 2)).actor == .person)
    }

    @Test func `who follows the unseen link is a program, and so is what came beside it`() {
        var trail = trail()
        _ = trail.judge(hit(.open, after: 50_000, number: 1))
        _ = trail.judge(hit(.open, after: 61_000, number: 2))
        _ = trail.judge(hit(.click(place: 1), after: 62_000, number: 3))
        let trap = trail.judge(hit(.trap, after: 66_000, number: 4))
        #expect(trap == EngagementVerdict(actor: .machine, reason: .trap, retracted: [2, 3]))
        let beside = trail.judge(hit(.click(place: 2), after: 70_000, number: 5))
        #expect(beside == EngagementVerdict(actor: .machine, reason: .besideMachine, retracted: []))
        #expect(trail.judge(hit(.click(place: 2), after: 77_000, number: 6)).reason == .browser)
        // Nothing is taken back twice.
        #expect(trail.judge(hit(.trap, after: 67_000, number: 7)).retracted == [6])
    }

    @Test func `a trail is bounded`() {
        var trail = trail()
        for turn in 0..<200 {
            _ = trail.judge(
                hit(.click(place: 1), after: 100_000 + Int64(turn), number: Int64(turn)))
        }
        let trap = trail.judge(hit(.trap, after: 110_000))
        #expect(trap.retracted.count == EngagementTrail.hitsMax - 1)
    }

    @Test func `each reason says itself in words`() {
        let texts = EngagementReason.allCases.map(\.text)
        #expect(Set(texts).count == texts.count && !texts.contains(""))
    }
}
