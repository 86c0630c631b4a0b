package import Kernel

/// What is asked of a checkout's promotions.
package enum CheckoutRequest: Hashable, Sendable {
    /// Work out what codes and promotions give on the cart, and keep it until it is paid.
    case reserve(Reservation)
    /// The order was paid.
    case confirm
    /// It won't be.
    case release
    /// The order was given back.
    case refund

    package struct Reservation: Hashable, Sendable {
        package static let codesMax = 20

        package var cart: Cart
        /// As they were typed.
        package var codes: [String]
        /// Whether what can be applied is, where some code can't.
        package var isPartial: Bool

        package init(cart: Cart, codes: [String], isPartial: Bool = false) {
            self.cart = cart
            self.codes = codes
            self.isPartial = isPartial
        }
    }
}

/// What came of it.
package enum CheckoutOutcome: Hashable, Sendable {
    /// - stacking: What is applied.
    /// - codes: What became of each code, in the order in which they were given.
    case reserved(Stacking, codes: [CodeResult], until: Timestamp)
    /// Nothing was reserved, as some code can't be applied.
    case refusedCodes(Stacking, codes: [CodeResult])
    /// - isLate: The reservation was over, and there was room still.
    case confirmed(isLate: Bool)
    case released
    /// - usableAgain: Promotions whose use came back.
    case refunded(usableAgain: [String])
    case refused(Refusal)

    package var isDone: Bool {
        switch self {
        case .reserved, .confirmed, .released, .refunded: true
        case .refusedCodes, .refused: false
        }
    }

    /// How many codes were none that may be used by who gave them.
    package var wrongCodes: Int {
        switch self {
        case .reserved(_, let codes, _), .refusedCodes(_, let codes):
            codes.count { $0.refusal?.isWrongCode ?? false }
        case .confirmed, .released, .refunded, .refused: 0
        }
    }

    /// What became of one code.
    package struct CodeResult: Hashable, Sendable {
        /// As it was typed.
        package let code: String
        /// Nil where the code is none.
        package var promotion: String?
        /// Nil where it is applied.
        package var refusal: CodeRefusal?

        package init(code: String, promotion: String? = nil, refusal: CodeRefusal? = nil) {
            self.code = code
            self.promotion = promotion
            self.refusal = refusal
        }
    }

    /// Why nothing was done with a checkout.
    package enum Refusal: Hashable, Sendable {
        case unknown
        case alreadyConfirmed
        case notConfirmed
        case alreadyReleased
        case alreadyRefunded
        /// It was over, and another has what it had.
        case expired(promotion: String)
        /// It is somebody else's.
        case notTheirs

        package var word: String {
            switch self {
            case .unknown: "checkout_unknown"
            case .alreadyConfirmed: "already_confirmed"
            case .notConfirmed: "not_confirmed"
            case .alreadyReleased: "already_released"
            case .alreadyRefunded: "already_refunded"
            case .expired: "reservation_expired"
            case .notTheirs: "checkout_not_theirs"
            }
        }

        package var sentence: String {
            switch self {
            case .unknown: "There is no reservation for this checkout; reserve first."
            case .alreadyConfirmed:
                "The checkout is confirmed; what it used can only be refunded."
            case .notConfirmed: "The checkout isn't confirmed; release it instead."
            case .alreadyReleased: "The checkout was released; reserve again."
            case .alreadyRefunded: "The checkout was refunded; use another id for a new order."
            case .expired(let promotion):
                "The reservation was over, and \(promotion) has been used up or changed since; "
                    + "the order must do without it."
            case .notTheirs: "The checkout is another customer's; use another id."
            }
        }
    }
}
