import Messaging
import Testing

/// Phone numbers, and how many SMS a text takes.
struct PhoneTests {
    @Test(arguments: [
        ("+44 20 7946 0000", "+442079460000"), ("+1 (415) 555-2671", "+14155552671"),
        ("+49.30/123456", "+4930123456"),
    ])
    func `a number is read however it is written`(text: String, expected: String) throws {
        #expect(try PhoneNumber(text).description == expected)
    }

    @Test(arguments: [
        "020 7946 0000", "00442079460000", "+0442079460000", "+1", "+1234567890123456", "",
        "+44 20 7946 000a", "+44+2079460000", "+442079460000\r\nX", "+44２０79460000",
        "+442079460000&To=1",
    ])
    func `what isn't a number of the whole world is refused`(text: String) {
        #expect(throws: PhoneNumber.Refusal.self) { try PhoneNumber(text) }
    }

    @Test(arguments: [
        ("", 0, 0), ("Hello", 5, 1), (String(repeating: "a", count: 160), 160, 1),
        (String(repeating: "a", count: 161), 161, 2), (String(repeating: "a", count: 306), 306, 2),
        (String(repeating: "a", count: 307), 307, 3), ("€{}", 6, 1), ("Ñ_@£ß", 5, 1),
        // The euro sign's two places don't part: 152 and then 2, which is over 153.
        (String(repeating: "a", count: 152) + "€" + String(repeating: "a", count: 152), 306, 3),
    ])
    func `texts of the alphabet of SMS are counted by places`(text: String, units: Int, count: Int)
    {
        let length = SMSLength(text)
        #expect(length.alphabet == .gsm7)
        #expect(length.units == units)
        #expect(length.segments == count)
    }

    @Test(arguments: [
        ("ç", 1, 1), ("`", 1, 1), (String(repeating: "я", count: 70), 70, 1),
        (String(repeating: "я", count: 71), 71, 2), ("😀", 2, 1),
        // A pair doesn't part: 66 and a pair are over 67.
        (String(repeating: "я", count: 66) + "😀" + String(repeating: "я", count: 66), 134, 3),
    ])
    func `other texts take two bytes a letter`(text: String, units: Int, count: Int) {
        let length = SMSLength(text)
        #expect(length.alphabet == .ucs2)
        #expect(length.units == units)
        #expect(length.segments == count)
    }
}
