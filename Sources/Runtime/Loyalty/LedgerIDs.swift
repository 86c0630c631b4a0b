/// How operations are called that the product asks for itself. They are in one room with those of callers, who can't
/// begin theirs so: else one could take the id that an order of the log is to have, which would be dropped then.
package enum LedgerIDs {
    static let ownPrefixes = [
        "console:", "event:", "merge:", "outbox:", "promotion:", "referral:", "reward:", "tiers:",
        "time:",
    ]

    package static func isOwn(_ id: String) -> Bool {
        ownPrefixes.contains { id.hasPrefix($0) }
    }
}
