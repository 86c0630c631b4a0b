import Events
import Kernel
import Loyalty
import Records

extension Workspace {
    private static let membersAtOnce = 500

    /// Tells the log the points and the tier of all members there are, once a program begins to tell them; from then on
    /// each movement tells its own.
    func tellTraits(_ inForce: LoyaltyInForce) async throws -> Bool {
        let name = inForce.program.name
        // No program is called so.
        let key = "-traits " + name
        let isTold = try loyalty.store.position(program: key) == 1
        guard inForce.program.tellsTraits != isTold else { return false }
        var last: Int64 = 0
        while inForce.program.tellsTraits {
            let accounts = try loyalty.store.accounts(after: last, limit: Self.membersAtOnce)
            guard let newest = accounts.last else { break }
            var builder = EventBlockBuilder()
            for row in accounts where row.program == name && row.entryCount > 0 {
                let account = try LoyaltyAccount(decoding: row.state.span)
                var draft = LoyaltyDecider.traits(
                    of: account, customer: row.customer, key: "v\(inForce.version)", inForce)
                draft.occurredAt = loyalty.now
                builder.append(draft)
            }
            if !builder.isEmpty { _ = try await append(builder.takeBytes().bytes) }
            last = newest.id
        }
        try await loyalty.writer.perform([], reached: (key, inForce.program.tellsTraits ? 1 : 0))
        return true
    }
}
