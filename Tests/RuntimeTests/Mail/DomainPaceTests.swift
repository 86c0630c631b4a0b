import Kernel
import Testing

@testable import Delivery
@testable import Runtime

/// When mail may go to each receiver.
@Suite struct DomainPaceTests {
    private let start = MailStage.start

    static func slow(_ code: Int = 421, _ detail: Int? = 28, _ text: String = "rate limited")
        -> SMTPOutcome
    {
        let status = detail.map { SMTPStatus(4, 7, $0) }
        return .deferred(
            SMTPRefusal(
                phase: .recipient, cause: .tooFast,
                reply: SMTPReply(code: code, status: status, text: text), reason: text))
    }

    @Test func `without a limit, and without a word, nothing waits`() {
        var pace = DomainPace()
        for _ in 0..<1000 {
            #expect(pace.admit("gmail.com", DomainLimits(), now: start) == nil)
        }
        #expect(pace.waits(now: start).isEmpty)
    }

    @Test func `who asks for patience gets it, twice as long each time, and nobody else waits`() {
        var pace = DomainPace()
        var now = start
        var waits: [Int64] = []
        for _ in 0..<8 {
            let wait = pace.note("googlemail.com", Self.slow(), now: now)
            waits.append((wait?.until.milliseconds ?? 0) - now.milliseconds)
            // What was on its way says nothing new.
            #expect(pace.note("gmail.com", Self.slow(), now: now) == nil)
            #expect(pace.admit("gmail.com", DomainLimits(), now: now) != nil)
            #expect(pace.admit("mail.example", DomainLimits(), now: now) == nil)
            now = wait?.until ?? now
            #expect(pace.admit("gmail.com", DomainLimits(), now: now) == nil)
        }
        let minutes = waits.map { $0 / 60_000 }
        #expect(minutes == [5, 10, 20, 40, 80, 160, 240, 240])

        let taken = SMTPOutcome.delivered(SMTPReply(code: 250, text: "ok"))
        #expect(pace.note("gmail.com", taken, now: now) == nil)
        let again = pace.note("gmail.com", Self.slow(), now: now)
        #expect(again?.until == now.adding(milliseconds: DomainPace.firstWaitMs))
    }

    @Test func `what waits comes one by one once the wait is over`() {
        var pace = DomainPace()
        _ = pace.note("gmail.com", Self.slow(), now: start)
        let turns = (0..<100).compactMap { _ in pace.admit("gmail.com", DomainLimits(), now: start)
        }
        #expect(turns.count == 100)
        #expect(zip(turns, turns.dropFirst()).allSatisfy { $0 < $1 })
        #expect(turns.first == start.adding(milliseconds: DomainPace.firstWaitMs))
    }

    @Test func `in no hour more go than the limit, and a little at once`() throws {
        let limits = try #require(DomainLimits(["gmail.com=600", "*=60"]))
        for (domain, perHour) in [("gmail.com", 600), ("mail.example", 60)] {
            var pace = DomainPace()
            var went: [Int64] = []
            var due: [Int64] = (0..<2000).map { _ in start.milliseconds }
            let end = start.milliseconds + 3 * 3_600_000
            while let next = due.min(), next < end {
                due.remove(at: due.firstIndex(of: next) ?? 0)
                let now = Timestamp(milliseconds: next)
                if let later = pace.admit(domain, limits, now: now) {
                    #expect(later > now)
                    due.append(later.milliseconds)
                } else {
                    went.append(next)
                }
            }
            let hour: Int64 = 3_600_000
            for first in went.indices {
                let inHour = went[first...].prefix { $0 < went[first] + hour }.count
                #expect(inHour <= perHour + perHour / 60 + 1)
            }
            // It uses what it may.
            #expect(went.count >= perHour * 3 * 95 / 100)
        }
    }

    @Test(
        arguments: [
            (421, 0, "4.7.0 unusual rate of unsolicited mail", true), (451, 28, "", true),
            (451, 500, "Server busy", true), (450, 1, "too many messages, slow down", true),
            (450, 1, "Greylisted, come back in 300 seconds", false),
            (421, nil, "Service not available, closing channel", false),
            (421, nil, "Too many messages from you", true), (450, 1, "try again later", false),
            (452, nil, "mailbox full", false), (550, 28, "rate limited", false),
        ] as [(Int, Int?, String, Bool)])
    func `an answer that asks for less is told from others`(
        code: Int, detail: Int?, text: String, asks: Bool
    ) {
        let status = detail.map { SMTPStatus(code / 100, 7, $0) }
        #expect(SMTPReply(code: code, status: status, text: text).asksToSlowDown == asks)
    }

    @Test func `limits are read, and what is none is refused`() throws {
        let limits = try #require(DomainLimits(["warmup", "gmail.com=7", "web.de=9"]))
        #expect(limits.perHour["gmail.com"] == 7)
        #expect(limits.perHour["gmx.net"] == 9)
        #expect(limits.perHour["outlook.com"] == DomainLimits.warmUp["outlook.com"])
        #expect(limits.otherPerHour == nil)
        #expect(try #require(DomainLimits([])) == DomainLimits())
        for word in ["gmail.com", "gmail.com=0", "=5", "a b=5", "gmail.com=x", "a=1=2"] {
            #expect(DomainLimits([word]) == nil)
        }
    }
}
