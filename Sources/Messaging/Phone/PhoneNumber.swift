/// A phone number that the whole world knows (ITU-T E.164): `+442079460000`.
package struct PhoneNumber: Hashable, Sendable, CustomStringConvertible {
    /// Why a text isn't such a number.
    package enum Refusal: Error, Equatable {
        case noCountry
        case notDigits
        case length

        package var reason: String {
            switch self {
            case .noCountry:
                "it has no country: numbers begin with + and the country's code, as +442079460000"
            case .notDigits: "it has letters or signs that no phone number has"
            case .length: "numbers have 8 to 15 digits after the +"
            }
        }
    }

    package let description: String

    /// Spaces, hyphens, dots, slashes and brackets are passed over; `00` isn't taken for `+`, as it is one in some
    /// countries only.
    package init(_ text: String) throws(Refusal) {
        var digits = ""
        var hasPlus = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            case "+":
                guard digits.isEmpty, !hasPlus else { throw .notDigits }
                hasPlus = true
            case " ", "-", ".", "/", "(", ")", "\u{A0}": break
            default: throw .notDigits
            }
        }
        guard hasPlus, digits.first != "0" else { throw .noCountry }
        guard (8...15).contains(digits.count) else { throw .length }
        description = "+" + digits
    }
}
