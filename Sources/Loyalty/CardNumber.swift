/// The number on a member's card: 16 digits, of which the first is 9 and the last checks the others.
///
/// No bank gives out cards that begin with 9 (ISO/IEC 7812-1 leaves it to national bodies), so that no till takes one for
/// the other.
package struct CardNumber: Hashable, Sendable, CustomStringConvertible {
    package static let digits = 16
    /// How many serial numbers there are.
    package static let serials: UInt64 = 100_000_000_000_000
    /// What a scanned code has before the number, so that a till can tell it from a product's.
    package static let scanPrefix = "M"

    /// Why a text isn't a card's number.
    package enum Refusal: Error, Equatable, Sendable {
        /// Not 16 digits that begin with 9.
        case malformed
        /// One or more digits are wrong, or two stand the wrong way round.
        case wrongCheckDigit

        /// For people.
        package var reason: String {
            switch self {
            case .malformed: "a card number has \(CardNumber.digits) digits, the first of them 9"
            case .wrongCheckDigit: "the card number's check digit doesn't fit; read it again"
            }
        }
    }

    /// 9,000,000,000,000,000 to 9,999,999,999,999,999.
    package let value: Int64

    /// The number of a serial number; serials beyond `serials` begin again.
    package init(serial: UInt64) {
        let body = 900_000_000_000_000 + Int64(serial % Self.serials)
        value = body * 10 + Self.checkDigit(of: body)
    }

    /// - Returns: nil where that isn't a card's number.
    package init?(value: Int64) {
        guard value / 1_000_000_000_000_000 == 9, Self.checkDigit(of: value / 10) == value % 10
        else { return nil }
        self.value = value
    }

    /// Reads what a till has typed or scanned: spaces and hyphens between digits, and the scanner's prefix in either
    /// case, are left out.
    package init(_ text: some StringProtocol) throws(Refusal) {
        var rest = text[...]
        while rest.first == " " { rest = rest.dropFirst() }
        if rest.first == "M" || rest.first == "m" { rest = rest.dropFirst() }
        var value: Int64 = 0
        var count = 0
        for byte in rest.utf8 where byte != UInt8(ascii: " ") && byte != UInt8(ascii: "-") {
            guard byte &- 0x30 < 10, count < Self.digits else { throw .malformed }
            value = value * 10 + Int64(byte - 0x30)
            count += 1
        }
        guard count == Self.digits, value / 1_000_000_000_000_000 == 9 else { throw .malformed }
        guard let number = CardNumber(value: value) else { throw .wrongCheckDigit }
        self = number
    }

    /// The digits without anything between them.
    package var description: String { String(value) }

    /// In fours, as people read it.
    package var groups: String {
        description.enumerated().map { ($0 > 0 && $0 % 4 == 0 ? " " : "") + String($1) }.joined()
    }

    /// What the card's code says to a scanner.
    package var scanText: String { Self.scanPrefix + description }

    /// The digit that is written behind a number (ISO/IEC 7812-1 Annex B, the formula of Luhn).
    private static func checkDigit(of body: Int64) -> Int64 {
        var sum: Int64 = 0
        var rest = body
        var isDoubled = true
        while rest > 0 {
            let digit = rest % 10 * (isDoubled ? 2 : 1)
            sum += digit > 9 ? digit - 9 : digit
            isDoubled.toggle()
            rest /= 10
        }
        return (10 - sum % 10) % 10
    }
}
