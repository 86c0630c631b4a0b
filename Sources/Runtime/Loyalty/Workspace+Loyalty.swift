package import Kernel
package import Loyalty
package import Records

/// A customer's account in a program, with time let pass up to now.
package struct LoyaltyMember: Sendable {
    package var inForce: LoyaltyInForce
    package var customer: ID<Customer>
    /// Nil where nothing was ever asked of it.
    package var number: Int64?
    package var account: LoyaltyAccount

    package init(
        inForce: LoyaltyInForce, customer: ID<Customer>, number: Int64?, account: LoyaltyAccount
    ) {
        self.inForce = inForce
        self.customer = customer
        self.number = number
        self.account = account
    }
}

/// One movement with the operation that it belongs to.
package struct LoyaltyMovement: Sendable, Equatable {
    package var entry: LoyaltyEntry
    package var operation: String
}

extension Workspace {
    package enum LoyaltyFailure: Error, CustomStringConvertible {
        case damaged(account: Int64, offset: Int)

        package var description: String {
            switch self {
            case .damaged(let account, let offset):
                "loyalty account \(account) is damaged at byte \(offset); see: perennial doctor"
            }
        }
    }

    /// How a customer stands in a program. Blocks.
    package func loyaltyMember(
        _ customer: ID<Customer>, in inForce: LoyaltyInForce
    ) throws -> LoyaltyMember {
        let kept = try loyalty.store.account(
            program: inForce.program.name, customer: customer)
        var account = LoyaltyAccount()
        if let kept {
            do throws(ByteReader.Damaged) {
                account = try LoyaltyAccount(decoding: kept.state.span)
            } catch {
                throw LoyaltyFailure.damaged(account: kept.id, offset: error.offset)
            }
        }
        let now = loyalty.now
        account =
            account.applying(
                .tick, id: "", at: now, now: now, program: inForce.program, zone: inForce.zone
            ).account
        return LoyaltyMember(
            inForce: inForce, customer: customer, number: kept?.id, account: account)
    }

    /// A page of an account's movements, the newest first. Blocks.
    ///
    /// - Parameter before: The sequence of the last one of the page before.
    package func loyaltyHistory(
        of number: Int64, before: Int64? = nil, limit: Int
    ) throws -> [LoyaltyMovement] {
        try loyalty.store.entries(of: number, before: before, limit: limit).compactMap { row in
            guard let kind = LoyaltyEntry.Kind(rawValue: row.entry.kind),
                let reason = LoyaltyReason(json: row.entry.reason)
            else { return nil }
            return LoyaltyMovement(
                entry: LoyaltyEntry(
                    sequence: row.entry.sequence, lot: row.entry.lot, kind: kind,
                    amount: row.entry.amount, balance: row.entry.balance, at: row.entry.at,
                    reason: reason), operation: row.operation)
        }
    }
}
