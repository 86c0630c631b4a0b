/// What became of an order.
enum OrderStanding: UInt8, Sendable {
    case placed, refunded, cancelled
}

/// The words by which files say what became of an order.
enum OrderStatus: Sendable, CaseIterable {
    /// Counts as an order.
    case completed
    case refunded
    case cancelled
    /// Isn't an order, or isn't one yet.
    case pending
    /// How much was paid back isn't in the word.
    case partlyRefunded

    /// The words as `normalizedName` gives them.
    var words: [StaticString] {
        switch self {
        case .completed:
            [
                "completed", "complete", "paid", "processing", "processed", "fulfilled",
                "partiallyfulfilled", "unfulfilled", "shipped", "partiallyshipped", "dispatched",
                "intransit", "delivered", "outfordelivery", "readyforpickup", "pickedup",
                "confirmed", "approved", "accepted", "placed", "captured", "settled", "invoiced",
                "succeeded", "success", "successful", "closed", "archived", "done", "ok",
            ]
        case .refunded: ["refunded", "fullyrefunded", "returned", "chargedback", "chargeback"]
        case .cancelled: ["cancelled", "canceled", "voided", "void"]
        case .pending:
            [
                "pending", "pendingpayment", "awaitingpayment", "unpaid", "partiallypaid",
                "failed", "declined", "rejected", "draft", "checkoutdraft", "abandoned", "onhold",
                "expired", "authorized", "incomplete", "quote",
            ]
        case .partlyRefunded:
            ["partiallyrefunded", "partlyrefunded", "partialrefund", "partiallyreturned"]
        }
    }

    /// Reads a status in any spelling; nil for a word that isn't known.
    init?(_ text: Span<UInt8>) {
        guard text.count <= Self.bytesMax else { return nil }
        var word = InlineArray<48, UInt8>(repeating: 0)
        var count = 0
        for index in text.indices {
            let byte = text[index]
            if byte &- 0x41 < 26 {
                word[count] = byte | 0x20
            } else if byte &- 0x61 < 26 {
                word[count] = byte
            } else if byte == 0x20 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") {
                continue
            } else {
                return nil
            }
            count += 1
        }
        for status in Self.allCases {
            for known in status.words where equals(word.span.extracting(first: count), known) {
                self = status
                return
            }
        }
        return nil
    }

    private static let bytesMax = 48

    /// The words of one meaning, as a list for people.
    var list: String { words.map(\.description).joined(separator: ", ") }
}
