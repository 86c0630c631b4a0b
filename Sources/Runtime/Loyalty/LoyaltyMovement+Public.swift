import Loyalty

extension LoyaltyMovement {
    /// Why points moved, for the member: without which of us made a correction, and without our own ids of customers.
    ///
    /// - Parameter unit: What the program calls its points.
    package func publicSentence(unit: String) -> String {
        switch entry.reason {
        case .adjusted(let text) where operation.hasPrefix("console:"):
            // The console writes behind the reason who gave it.
            let cut = text.ranges(of: " (by ").last?.lowerBound ?? text.endIndex
            return LoyaltyReason.adjusted(String(text[..<cut]))
                .sentence(points: entry.amount, unit: unit)
        case .moved(_, let isOut):
            return LoyaltyReason.moved(customer: "your other account", isOut: isOut)
                .sentence(points: entry.amount, unit: unit)
                .replacing(", who is the same person", with: "")
        default: return entry.reason.sentence(points: entry.amount, unit: unit)
        }
    }
}
