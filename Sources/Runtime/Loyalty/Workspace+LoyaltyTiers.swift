import Kernel
import Loyalty
import Records

extension Workspace {
    private static let membersAtOnce = 500

    /// Looks at all members once a program's tiers are others than those they were last looked at by: who reaches a new
    /// tier is in it then, not with the next order.
    ///
    /// Stopped before that is noted, it is done again under the same ids, which changes nothing.
    func reviewTiers(_ inForce: LoyaltyInForce) async throws -> Bool {
        let name = inForce.program.name
        let key = LoyaltyDesk.tiersKey(name)
        let seen = try loyalty.store.position(program: key)
        if seen == inForce.version { return false }
        // Where they were never looked at, accounts of earlier releases don't know what their tier is called.
        let isReviewed =
            seen.map { inForce.program.hasOtherTiers(thanVersion: $0) }
            ?? (inForce.program.tiers != nil)
        var last: Int64 = 0
        while isReviewed {
            let accounts = try loyalty.store.accounts(after: last, limit: Self.membersAtOnce)
            guard let newest = accounts.last else { break }
            let now = loyalty.now
            let asks = accounts.filter { $0.program == name }.map { row in
                var ask = LedgerWriter.Ask(
                    program: name, customer: row.customer,
                    id: "tiers:\(inForce.version):\(row.customer)", content: [],
                    request: LoyaltyRequest(.tick, at: now))
                ask.now = now
                return ask
            }
            if !asks.isEmpty { try await loyalty.writer.perform(asks) }
            last = newest.id
        }
        try await loyalty.writer.perform([], reached: (key, inForce.version))
        return isReviewed
    }
}
