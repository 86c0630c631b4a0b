import Kernel
import Testing

struct TimestampTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("1970-01-01T00:00", 0),
            ("1969-12-31T23:59:59.999Z", -1), ("2000-02-29T12:34:56.789Z", 951_827_696_789),
            ("2010-12-01 08:26:00", 1_291_191_960_000), ("2010-12-01t08:26:00z", 1_291_191_960_000),
            ("2010-12-01T08:26:00+01:00", 1_291_188_360_000),
            ("2010-12-01T08:26:00-0130", 1_291_197_360_000),
            ("2010-12-01T08:26:00+01", 1_291_188_360_000),
            ("2010-12-01T08:26:00 UTC", 1_291_191_960_000),
            ("2010-12-01T08:26:00.1Z", 1_291_191_960_100),
            ("2010-12-01T08:26:00,12Z", 1_291_191_960_120),
            ("2010-12-01T08:26:00.123456789Z", 1_291_191_960_123),
            ("2010-12-01T08:26:00.9999Z", 1_291_191_960_999),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000),
            ("0001-01-01T00:00:00Z", -62_135_596_800_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] as [(String, Int64)])
    func `Reads times`(text: String, milliseconds: Int64) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2010", "2010-12", "2010-12-1", "2010-13-01", "2010-00-01", "2010-02-29", "1900-02-29",
        "2010-12-00", "2010-12-32", "0000-01-01", "10000-01-01", "2010/12/01", "2010-12-01T",
        "2010-12-01T24:00:00Z", "2010-12-01T08:60:00Z", "2010-12-01T08:26:61Z",
        "2010-12-01T08:26:00.Z", "2010-12-01T08:26:00+24:00", "2010-12-01T08:26:00+01:60",
        "2010-12-01T08:26:00+1", "2010-12-01T08:26:00ZZ", "2010-12-01T08:26:00Z ",
        " 2010-12-01", "2010-12-01T8:26:00Z", "2010-12-01T08:26:00 GMT", "+2010-12-01",
        "２010-12-01", "1291191960",
    ])
    func `Refuses what isn't a time`(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: 0..<20)
    func `What is formatted reads back`(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let time = Timestamp(
                milliseconds: .random(
                    in: Timestamp.earliest.milliseconds...Timestamp.latest.milliseconds,
                    using: &random))
            #expect(time.rfc3339.utf8.count == 24)
            #expect(Timestamp(time.rfc3339) == time)
        }
    }

    @Test func `A time without a zone takes the assumed offset, one with a zone doesn't`() {
        func read(_ text: String) -> Int64? {
            Timestamp(parsing: text.utf8Span.span, assumedOffset: { _ in 3600 })?.milliseconds
        }
        #expect(read("1970-01-01T01:00:00") == 0)
        #expect(read("1970-01-01") == -3_600_000)
        #expect(read("1970-01-01T01:00:00Z") == 3_600_000)
    }
}
