import Kernel
import Runtime
import Testing

struct ZoneRulesTests {
    private func instant(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }

    private func zone(_ name: String) throws -> ZoneRules {
        try #require(ZoneRules(identifier: name))
    }

    /// Transitions by the IANA time zone database: at the instant the new offset holds, a millisecond before
    /// it the old one.
    @Test(arguments: [
        // British Standard Time all year until 1971.
        ("Europe/London", "1971-10-31T02:00:00Z", 3600, 0),
        ("Europe/London", "1972-03-19T02:00:00Z", 0, 3600),
        ("Europe/London", "1996-10-27T01:00:00Z", 3600, 0),
        ("Europe/London", "2037-03-29T01:00:00Z", 0, 3600),
        ("Europe/London", "2037-10-25T01:00:00Z", 3600, 0),
        ("America/New_York", "2007-03-11T07:00:00Z", -18_000, -14_400),
        ("America/New_York", "2007-11-04T06:00:00Z", -14_400, -18_000),
        // Half an hour of daylight saving.
        ("Australia/Lord_Howe", "2023-04-01T15:00:00Z", 39_600, 37_800),
        ("Australia/Lord_Howe", "2023-09-30T15:30:00Z", 37_800, 39_600),
        // From the east of the date line to the west of it: 2011-12-30 never was.
        ("Pacific/Apia", "2011-12-30T10:00:00Z", -36_000, 50_400),
        // A change of standard time without daylight saving.
        ("Asia/Pyongyang", "2015-08-14T15:00:00Z", 32_400, 30_600),
        ("Asia/Pyongyang", "2018-05-04T15:00:00Z", 30_600, 32_400),
    ])
    func `a transition is where the time zone database has it`(
        name: String, at: String, before: Int, after: Int
    ) throws {
        let zone = try zone(name)
        let time = try instant(at)
        #expect(zone.offsetSeconds(at: time.adding(milliseconds: -1)) == before)
        #expect(zone.offsetSeconds(at: time) == after)
    }

    @Test(arguments: 1996...2037)
    func `London changes on the last Sundays of March and October, at one o'clock UTC`(
        year: Int
    ) throws {
        let zone = try zone("Europe/London")
        for (month, before, after) in [(3, 0, 3600), (10, 3600, 0)] {
            let last = try #require(CalendarDay(year: year, month: month, day: 31))
            // 1970-01-04 was a Sunday.
            let sunday = last.daysSinceEpoch - (last.daysSinceEpoch - 3) % 7
            let time = Timestamp(milliseconds: Int64(sunday) * 86_400_000 + 3_600_000)
            #expect(zone.offsetSeconds(at: time.adding(milliseconds: -1)) == before)
            #expect(zone.offsetSeconds(at: time) == after)
        }
    }

    @Test
    func `the first instant of a day is where the day begins, also after a day that never was`()
        throws
    {
        let apia = try zone("Pacific/Apia")
        let last = try #require(CalendarDay("2011-12-29"))
        let next = try #require(CalendarDay("2011-12-31"))
        #expect(apia.day(of: try instant("2011-12-30T09:59:59.999Z")) == last)
        #expect(apia.day(of: try instant("2011-12-30T10:00:00Z")) == next)
        #expect(apia.start(of: next) == (try instant("2011-12-30T10:00:00Z")))
        #expect(apia.start(of: last) == (try instant("2011-12-29T10:00:00Z")))
    }

    @Test(arguments: ["Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kolkata"])
    func `every day of sixty years begins in itself, and the millisecond before is another day`(
        name: String
    ) throws {
        let zone = try zone(name)
        for number in stride(from: 1, to: 22_000, by: 1) {
            let day = CalendarDay(daysSinceEpoch: number)
            let start = zone.start(of: day)
            #expect(zone.day(of: start) == day)
            #expect(zone.day(of: start.adding(milliseconds: -1)) < day)
        }
    }

    @Test(arguments: ["UTC", "Etc/UTC"])
    func `universal time has no transitions`(name: String) throws {
        #expect(try zone(name) == .utc)
    }

    @Test(arguments: ["", "Nowhere/Land", "europe london", "../../etc/passwd"])
    func `an unknown name is no zone`(name: String) {
        #expect(ZoneRules(identifier: name) == nil)
    }
}
