package import Kernel

/// What a unique code is found by: its 65 random bits.
package struct CodeKey: Hashable, Sendable {
    /// The first 64 bits, of the first twelve letters and most of the last.
    package let bits: UInt64
    /// The last bit.
    package let isOdd: Bool

    package init(bits: UInt64, isOdd: Bool) {
        self.bits = bits
        self.isOdd = isOdd
    }

    /// The key of a code's letters, without its prefix.
    ///
    /// - Parameter letters: In normal form, or with a 1 or an I in the place of an L.
    /// - Returns: Nil where they aren't a unique code's letters.
    package init?(letters: some StringProtocol) {
        guard letters.utf8.count == PromotionCodes.lettersCount else { return nil }
        var bits: UInt64 = 0
        var isOdd = false
        for (place, letter) in letters.utf8.enumerated() {
            guard let value = Self.values[Int(letter)] else { return nil }
            bits |= UInt64(value) << UInt64(place * 5)
            if place == PromotionCodes.lettersCount - 1 { isOdd = value & 0x10 != 0 }
        }
        self.init(bits: bits, isOdd: isOdd)
    }

    /// By byte; an unknown letter has none. What is misread only one way has its meaning.
    private static let values: [UInt8?] = {
        var values = [UInt8?](repeating: nil, count: 256)
        for index in 0..<32 { values[Int(PromotionCodes.letters.utf8Start[index])] = UInt8(index) }
        values[Int(UInt8(ascii: "1"))] = values[Int(UInt8(ascii: "L"))]
        values[Int(UInt8(ascii: "I"))] = values[Int(UInt8(ascii: "L"))]
        return values
    }()
}

/// A unique code as it is kept.
package struct IssuedCode: Hashable, Sendable {
    package var key: CodeKey
    package var promotion: String
    /// What it begins with, in normal form.
    package var prefix: String
    package var state: State
    /// Whose alone it is; empty for whoever has it.
    package var customer: String
    /// The checkout that has it; empty for none.
    package var checkout: String
    /// From when it isn't good any more, whatever its promotion says; nil for never.
    package var expiresAt: Timestamp?

    package init(
        key: CodeKey, promotion: String, prefix: String, state: State = .free,
        customer: String = "",
        checkout: String = "", expiresAt: Timestamp? = nil
    ) {
        self.key = key
        self.promotion = promotion
        self.prefix = prefix
        self.state = state
        self.customer = customer
        self.checkout = checkout
        self.expiresAt = expiresAt
    }

    package enum State: Int64, Sendable, CaseIterable {
        case free = 0
        case reserved = 1
        case used = 2
        case withdrawn = 3
    }
}
