import Kernel
import Testing

@testable import Loyalty

@Suite struct PropertyTests {
    struct Terms {
        var expiryDays: Int?
        var isInactivity: Bool
        var pendingDays: Int?
        var policy: LoyaltyProgram.RefundPolicy

        init(seed: UInt64) {
            let number = Int(seed)
            expiryDays = [nil, 30, 90, 45][number % 4]
            isInactivity = number / 4 % 2 == 1
            pendingDays = [0, 14, nil][number / 8 % 3]
            policy = LoyaltyProgram.RefundPolicy.allCases[number / 24 % 3]
        }

        var json: String {
            var parts = [#""refunds": "\#(policy.rawValue)""#]
            if let expiryDays {
                let key = isInactivity ? "inactive" : "after"
                parts.append(#""expiry": {"\#(key)": "\#(expiryDays) days"}"#)
            }
            if pendingDays == 14 { parts.append(#""pending": "14 days""#) }
            if pendingDays == nil { parts.append(#""pending": {"until": "sent"}"#) }
            return parts.joined(separator: ", ")
        }
    }

    @Test(arguments: 0..<360 as Range<UInt64>)
    func `the ledger agrees with a plain model of single points`(_ seed: UInt64) throws {
        let terms = Terms(seed: seed)
        var ledger = Ledger(try program(terms.json), zone: .utc)
        var model = PlainModel(
            expiryDays: terms.expiryDays, isInactivity: terms.isInactivity,
            pendingDays: terms.pendingDays, policy: terms.policy)
        var histories = try Histories(seed: seed)
        for (number, step) in histories.steps(45).enumerated() {
            ledger.apply(step.operation, id: step.id, at: step.at, now: step.now)
            model.apply(step.operation, step.id, at: step.at, now: step.now)
            let found = [
                ledger.account.balance, ledger.available, ledger.pending, ledger.account.debt,
                ledger.account.held,
            ]
            let held = model.count { if case .held = $0.place { true } else { false } }
            let expected = [model.balance, model.available, model.pending, model.debt, held]
            try #require(
                found == expected, "seed \(seed), step \(number): \(step.operation) \(terms.json)")
        }
    }
}
