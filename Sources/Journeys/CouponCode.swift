package import Kernel

/// Single-use codes by a keyed hash: the same decision has the same code, and nobody guesses one.
package enum CouponCode {
    /// Without 0, 1, I and O, which are taken for one another.
    static let letters = Array("23456789ABCDEFGHJKLMNPQRSTUVWXYZ")
    /// 12 letters of 5 bits are 60 bits.
    static let lettersCount = 12

    /// A code of a promotion's own kind, `BACK-7KQ2-M9XD-4HTRW`: 13 letters of 5 bits, which the promotion's shelf takes in.
    package static func promotionText(key: String, prefix: String, hash: SipHash) -> String {
        let digest = hash.digest(key, domain: HashDomain.coupon)
        var text = prefix
        for place in 0...lettersCount {
            if place == 0 || place == 4 || place == 8, !text.isEmpty { text.append("-") }
            // 60 bits are spent; the last letter has the 4 that are left and one of the second word.
            let bits =
                place < lettersCount
                ? digest.first >> UInt64(place * 5)
                : digest.first >> 60 | (digest.second & 1) << 4
            text.append(letters[Int(bits & 31)])
        }
        return text
    }

    /// `BACK-7KQ2-M9XD-4HTR`.
    ///
    /// - Parameter key: What the code is for; another gives another code, but for one chance in 2⁶⁰.
    package static func text(key: String, prefix: String, hash: SipHash) -> String {
        let bits = hash.digest(key, domain: HashDomain.coupon).first
        var text = prefix
        for place in 0..<lettersCount {
            if place % 4 == 0, !text.isEmpty { text.append("-") }
            text.append(letters[Int((bits >> UInt64(place * 5)) & 31)])
        }
        return text
    }
}
