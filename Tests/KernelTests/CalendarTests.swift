import Kernel
import Testing

struct CalendarTests {
    @Test(arguments: [
        (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11016), (2000, 3, 1, 11017),
        (1900, 3, 1, -25508), (1, 1, 1, -719_162), (9999, 12, 31, 2_932_896),
        (2038, 1, 19, 24855),
    ])
    func `Counts days since 1970`(year: Int, month: Int, day: Int, days: Int) throws {
        let date = try #require(CalendarDay(year: year, month: month, day: day))
        #expect(date.daysSinceEpoch == days)
        #expect(date.components == (year, month, day))
    }

    @Test func `Days follow each other through 400 years without a gap`() throws {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var expected = try #require(CalendarDay(year: 1800, month: 1, day: 1)).daysSinceEpoch
        for year in 1800..<2200 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in 1...12 {
                let length = lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
                for day in 1...length {
                    #expect(
                        CalendarDay(year: year, month: month, day: day)?.daysSinceEpoch == expected)
                    expected += 1
                }
                #expect(CalendarDay(year: year, month: month, day: length + 1) == nil)
            }
        }
    }

    @Test(arguments: [
        (0, 1, 1), (10000, 1, 1), (2010, 0, 1), (2010, 13, 1), (2010, 1, 0), (2010, 1, -1),
    ])
    func `Refuses days that aren't`(year: Int, month: Int, day: Int) {
        #expect(CalendarDay(year: year, month: month, day: day) == nil)
    }

    @Test func `Days and months have text forms`() {
        #expect(CalendarDay("1997-01-09")?.description == "1997-01-09")
        #expect(CalendarDay("1997-01-09T00:00:00Z") == nil)
        #expect(CalendarDay("1997-1-9") == nil)
        #expect(CalendarDay("0001-01-01")?.daysSinceEpoch == -719_162)
        #expect(CalendarDay("1997-12-31")?.month == CalendarMonth(year: 1997, month: 12))
        #expect(CalendarMonth(year: 1997, month: 12).description == "1997-12")
        let months =
            CalendarMonth(year: 1998, month: 1).index - CalendarMonth(year: 1997, month: 11).index
        #expect(months == 2)
    }

    @Test(
        arguments: [
            (-1, 0, -1, 86_399_999), (0, 0, 0, 0), (0, -1, -1, 86_399_000), (86_399_999, 1, 1, 999),
        ] as [(Int64, Int, Int, Int)])
    func `Wall clocks run before 1970 as well`(ms: Int64, offset: Int, day: Int, rest: Int) {
        let time = CalendarDateTime(Timestamp(milliseconds: ms), offsetSeconds: offset)
        #expect(time.day.daysSinceEpoch == day)
        #expect(time.millisecondOfDay == rest)
        #expect(time.timestamp(offsetSeconds: offset).milliseconds == ms)
    }
}

struct ZoneRulesTests {
    /// London in 2010: summer time from 28 March 01:00Z to 31 October 01:00Z.
    private let london: ZoneRules

    init() throws {
        london = ZoneRules(
            name: "Europe/London", initialOffsetSeconds: 0,
            transitions: [
                .init(at: try #require(Timestamp("2010-03-28T01:00:00Z")), offsetSeconds: 3600),
                .init(at: try #require(Timestamp("2010-10-31T01:00:00Z")), offsetSeconds: 0),
            ])
    }

    @Test(arguments: [
        ("2010-03-28T00:59:59.999Z", 0), ("2010-03-28T01:00:00Z", 3600),
        ("2010-10-31T00:59:59.999Z", 3600), ("2010-10-31T01:00:00Z", 0), ("1997-06-01", 0),
    ])
    func `Knows the offset of an instant`(text: String, offset: Int) throws {
        #expect(london.offsetSeconds(at: try #require(Timestamp(text))) == offset)
    }

    @Test(arguments: [
        ("2010-03-28T00:59:59", "2010-03-28T00:59:59.000Z"),
        // The gap: 01:30 doesn't happen, and counts with the offset before it.
        ("2010-03-28T01:30:00", "2010-03-28T01:30:00.000Z"),
        ("2010-03-28T02:00:00", "2010-03-28T01:00:00.000Z"),
        ("2010-10-31T00:59:59", "2010-10-30T23:59:59.000Z"),
        // The overlap: 01:30 happens twice, and is its first occurrence.
        ("2010-10-31T01:30:00", "2010-10-31T00:30:00.000Z"),
        ("2010-10-31T02:00:00", "2010-10-31T02:00:00.000Z"),
        ("2010-07-01T12:00:00", "2010-07-01T11:00:00.000Z"),
    ])
    func `Reads local times`(local: String, expected: String) throws {
        let clock = CalendarDateTime(try #require(Timestamp(local)), offsetSeconds: 0)
        let time = clock.timestamp(offsetSeconds: london.offsetSeconds(atLocal: clock))
        #expect(time.rfc3339 == expected)
    }

    @Test func `Days start at local midnight`() throws {
        let day = try #require(CalendarDay("2010-07-01"))
        #expect(london.start(of: day).rfc3339 == "2010-06-30T23:00:00.000Z")
        #expect(london.day(of: london.start(of: day)) == day)
        #expect(
            london.day(of: london.start(of: day).adding(milliseconds: -1)).daysSinceEpoch
                == day.daysSinceEpoch - 1)
        #expect(ZoneRules.utc.start(of: day).rfc3339 == "2010-07-01T00:00:00.000Z")
    }

    @Test func `Where midnight is skipped, the day starts at the change`() throws {
        // São Paulo, 2010-10-17: 00:00 became 01:00 at 03:00Z.
        let change = try #require(Timestamp("2010-10-17T03:00:00Z"))
        let zone = ZoneRules(
            name: "America/Sao_Paulo", initialOffsetSeconds: -10800,
            transitions: [.init(at: change, offsetSeconds: -7200)])
        #expect(zone.start(of: try #require(CalendarDay("2010-10-17"))) == change)
    }
}
