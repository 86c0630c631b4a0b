import Kernel
import Testing

@testable import Referrals

@Suite struct PersonKeysTests {
    @Test(
        arguments: [
            ("Ann.Lee@Example.COM", "ann.lee@example.com"),
            ("  ann@example.com\n", "ann@example.com"),
            ("ann+shop@example.com", "ann@example.com"),
            ("a.n.n+x+y@gmail.com", "ann@gmail.com"),
            ("A.nn@GoogleMail.com", "ann@gmail.com"),
            ("ann@gmail.com.", "ann@gmail.com"),
            ("a.nn@protonmail.com", "ann@proton.me"),
            ("ann@me.com", "ann@icloud.com"),
            ("a.nn@me.com", "a.nn@icloud.com"),
            ("+ann@example.com", "+ann@example.com"),
            ("ÄNN@exämple.de", "änn@exämple.de"),
            ("ann", nil), ("@example.com", nil), ("ann@", nil), ("ann@localhost", nil),
            ("a b@example.com", nil), ("a@b@example.com", nil), ("...@gmail.com", nil),
            ("ann@.com", nil), ("ann@a..b", nil), ("", nil),
        ] as [(String, String?)])
    func `An e-mail address has one form`(text: String, form: String?) {
        #expect(EmailForm.normal(text) == form)
    }

    @Test(
        arguments: [
            ("020 7946 0018", "44", "+442079460018"),
            ("+44 20 7946 0018", "49", "+442079460018"),
            ("+44 (0)20 7946-0018", "49", "+442079460018"),
            ("0044.20.7946.0018", "1", "+442079460018"),
            ("(0)20 7946 0018", "44", "+442079460018"),
            ("(415) 555-0134", "1", "+14155550134"),
            ("1-415-555-0134", "1", "+14155550134"),
            ("011 44 20 7946 0018", "1", "+442079460018"),
            ("415-555-0134 x12", "1", "+14155550134"),
            ("+1 415 555 0134;ext=7", "44", "+14155550134"),
            ("06 1234 5678", "39", "+390612345678"),
            ("+39 06 1234 5678", "44", "+390612345678"),
            ("\u{FF0B}\u{FF14}\u{FF14} 2079460018", "1", "+442079460018"),
            ("٠٢٠ ٧٩٤٦ ٠٠١٨", "44", "+442079460018"),
            ("12", "44", nil), ("", "44", nil), ("call me", "44", nil), ("0", "44", nil),
            ("1234567890123456", "44", nil), ("+0 123 456 789", "44", nil), ("+44+20", "44", nil),
        ] as [(String, String, String?)])
    func `A phone number has one form`(text: String, country: String, form: String?) {
        #expect(PhoneForm.normal(text, countryCode: country) == form)
    }

    @Test(
        arguments: [
            ("12 High Street", "SW1A 1AA", "GB", "12 high st|SW1A1AA|GB"),
            ("12, HIGH  ST.", "sw1a1aa", "uk", "12 high st|SW1A1AA|GB"),
            ("12 A High Str", "SW1A-1AA", "GB", "12a high st|SW1A1AA|GB"),
            ("Flat 3, 12 St Mary's Road", "X1", "GB", "apt 3 12 st marys rd|X1|GB"),
            ("Apartment 3 12 Saint Marys Rd", "X1", "GB", "apt 3 12 st marys rd|X1|GB"),
            ("100 North Main Avenue #4", "94105-1234", "USA", "100 n main ave apt 4|94105|US"),
            ("100 N Main Av., Apt. 4", "94105", "us", "100 n main ave apt 4|94105|US"),
            ("Hauptstraße 5", "10115", "DE", "hauptstr 5|10115|DE"),
            ("Hauptstr. 5", "10115", "DE", "hauptstr 5|10115|DE"),
            ("HAUPTSTRASSE Nr. 5", "10115", "de", "hauptstr 5|10115|DE"),
            ("Calle Ñuñez, nº 7", "28001", "ES", "c nunez n 7|28001|ES"),
            ("Cafe\u{301}weg 1", "1", "DE", "cafewg 1|1|DE"),
            ("", "10115", "DE", nil), ("Hauptstr. 5", "", "DE", nil), (" . ", "1", "DE", nil),
        ] as [(String, String, String, String?)])
    func `A postal address has one form`(
        line: String, postcode: String, country: String, form: String?
    ) {
        let found = AddressForm.normal(line: line, postcode: postcode, country: country)
        // The ordinal sign is a letter of its own.
        #expect(found?.replacingOrdinal == form)
    }

    @Test func `Different flats of a house are different`() {
        let one = AddressForm.normal(line: "Flat 3, 12 High St", postcode: "X1", country: "GB")
        let other = AddressForm.normal(line: "Flat 12, 3 High St", postcode: "X1", country: "GB")
        #expect(one != other)
    }

    @Test func `Devices and payments have one form`() {
        #expect(DeviceForm.normal("AB-12-cd") == "ab12cd")
        #expect(DeviceForm.normal("00000000-0000-0000-0000-000000000000") == nil)
        #expect(DeviceForm.normal(" ") == nil)
        #expect(DeviceForm.normal(String(repeating: "a", count: 256)) != nil)
        #expect(DeviceForm.normal(String(repeating: "a", count: 257)) == nil)
        #expect(PaymentForm.normal(" Xt5EWLLDS7FJjR1c ") == "Xt5EWLLDS7FJjR1c")
        #expect(PaymentForm.normal("") == nil)
        #expect(PaymentForm.normal(String(repeating: "a", count: 257)) == nil)
    }

    @Test func `Texts beyond their limits are no keys`() {
        let name = String(repeating: "a", count: 308)
        #expect(EmailForm.normal(name + "@example.com") != nil)
        #expect(EmailForm.normal("a" + name + "@example.com") == nil)
        let line = String(repeating: "a", count: 509)
        #expect(AddressForm.normal(line: line, postcode: "1", country: "DE") != nil)
        #expect(AddressForm.normal(line: line + "a", postcode: "1", country: "DE") == nil)
        let spaces = String(repeating: " ", count: 53)
        #expect(PhoneForm.normal("02079460018" + spaces, countryCode: "44") != nil)
        #expect(PhoneForm.normal("02079460018 " + spaces, countryCode: "44") == nil)
    }

    @Test func `Keys are equal where the forms are, and tell kinds and workspaces apart`() {
        let keys = PersonKeys(hash: hash, countryCode: "44")
        #expect(keys.email("A.nn@gmail.com") == keys.email("ann+x@googlemail.com"))
        #expect(keys.email("ann@gmail.com") != keys.email("bob@gmail.com"))
        #expect(keys.phone("020 7946 0018") == keys.phone("+442079460018"))
        #expect(
            keys.address(line: "1 High Street", postcode: "X1", country: "UK")
                == keys.address(line: "1 high st", postcode: "x 1", country: "GB"))
        #expect(keys.device("abc")?.digest != keys.payment("abc")?.digest)
        #expect(keys.email("no address") == nil && keys.phone("") == nil)
        let others = PersonKeys(
            hash: SipHash(key: SipHash.Key(low: 1, high: 3)), countryCode: "44")
        #expect(keys.email("ann@gmail.com") != others.email("ann@gmail.com"))
    }

    @Test func `A key's bytes are read back, and others are refused`() throws {
        let keys = PersonKeys(hash: hash, countryCode: "44")
        for key in [keys.email("a@b.de"), keys.device("x1"), keys.payment("p")] {
            let key = try #require(key)
            #expect(PersonKey(bytes: key.bytes) == key)
            #expect(PersonKey(bytes: key.bytes + [0]) == nil)
        }
        #expect(PersonKey(bytes: []) == nil)
        #expect(PersonKey(bytes: [9] + Array(repeating: 0, count: 16)) == nil)
    }
}

extension String {
    fileprivate var replacingOrdinal: String {
        split(separator: "º", omittingEmptySubsequences: false).joined()
    }
}
