import Testing

@testable import Loyalty

/// The numbers on members' cards.
struct CardNumberTests {
    /// The check digit by hand: 9 stands in an even place and counts 2·9 − 9, so that the last digit is 1.
    @Test(
        arguments: [
            (0, "9000000000000001"), (1, "9000000000000019"),
            (12_345_678_901_234, "9123456789012348"),
            (99_999_999_999_999, "9999999999999995"),
        ] as [(UInt64, String)])
    func `a serial number's card has sixteen digits, and the last checks the others`(
        serial: UInt64, digits: String
    ) throws {
        let card = CardNumber(serial: serial)
        #expect(card.description == digits)
        #expect(try CardNumber(digits) == card)
        #expect(CardNumber(value: card.value) == card)
        // A serial number beyond the last begins again.
        #expect(CardNumber(serial: serial + CardNumber.serials) == card)
    }

    @Test(arguments: [
        "9123456789012348", "9123 4567 8901 2348", "9123-4567-8901-2348", "M9123456789012348",
        "m9123456789012348", "  M9123 4567 8901 2348 ",
    ])
    func `a card is read as it was typed, printed or scanned`(text: String) throws {
        #expect(try CardNumber(text) == CardNumber(serial: 12_345_678_901_234))
    }

    @Test func `it is shown in fours, and scanned with a letter in front`() {
        let card = CardNumber(serial: 12_345_678_901_234)
        #expect(card.groups == "9123 4567 8901 2348")
        #expect(card.scanText == "M9123456789012348")
    }

    @Test(
        arguments: [
            ("", .malformed), ("912345678901234", .malformed), ("91234567890123480", .malformed),
            ("4123456789012348", .malformed), ("９123456789012348", .malformed),
            ("MM9123456789012348", .malformed), ("9123456789012349", .wrongCheckDigit),
            ("9213456789012348", .wrongCheckDigit),
        ] as [(String, CardNumber.Refusal)])
    func `what isn't a card's number is refused with its reason`(
        text: String, refusal: CardNumber.Refusal
    ) {
        #expect(throws: refusal) { _ = try CardNumber(text) }
        #expect(!refusal.reason.isEmpty)
    }

    /// ISO/IEC 7812-1 Annex B: every wrong digit, and every two neighbours the wrong way round but 0 and 9.
    @Test func `one wrong digit and two changed neighbours are found out`() throws {
        for serial in [0, 987_654_321, 12_345_678_901_234, 90_909_090_909_090] as [UInt64] {
            let digits = Array(CardNumber(serial: serial).description)
            for place in 1..<16 {
                for wrong in "0123456789" where wrong != digits[place] {
                    var text = digits
                    text[place] = wrong
                    #expect(CardNumber(value: Int64(String(text)) ?? 0) == nil)
                }
                guard place < 15, Set([digits[place], digits[place + 1]]) != Set(["0", "9"]),
                    digits[place] != digits[place + 1]
                else { continue }
                var text = digits
                text.swapAt(place, place + 1)
                #expect(CardNumber(value: Int64(String(text)) ?? 0) == nil)
            }
        }
    }
}
