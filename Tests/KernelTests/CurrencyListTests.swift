import Kernel
import Testing

struct CurrencyListTests {
    @Test(arguments: ["USD", "EUR", "GBP", "JPY", "KWD", "XOF", "CLF", "HRK", "AED", "ZWL"])
    func `Codes of ISO 4217 are listed`(code: String) throws {
        #expect(try #require(Currency(code)).isListed)
    }

    @Test(arguments: ["AAA", "ZZZ", "XYZ", "XTS", "XAU", "DEM", "EUX", "GBX", "PCS"])
    func `Other words of three letters aren't`(code: String) throws {
        #expect(try !#require(Currency(code)).isListed)
    }

    @Test func `Of all words of three letters some 170 are listed`() {
        var count = 0
        for first in UInt32(65)...90 {
            for second in UInt32(65)...90 {
                for third in UInt32(65)...90 {
                    let currency = Currency(packed: first << 16 | second << 8 | third)
                    if currency?.isListed ?? false { count += 1 }
                }
            }
        }
        #expect((165...185).contains(count))
    }
}
