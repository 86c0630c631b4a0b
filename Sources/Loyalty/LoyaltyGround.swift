package import Kernel

/// What operations are carried out by: a program in a zone, with what is looked up in it for every one of them. It is made
/// once, and shared.
package final class LoyaltyGround: Sendable, Equatable {
    package let program: LoyaltyProgram
    package let zone: ZoneRules
    /// The rules that give points for orders, by today's version.
    let orderRules: [EarnRule]
    /// Whether orders count for challenges.
    let hasOrderChallenges: Bool

    package init(_ program: LoyaltyProgram, _ zone: ZoneRules) {
        self.program = program
        self.zone = zone
        orderRules = program.earn.filter(Self.isForOrders)
        hasOrderChallenges = program.earn.contains {
            $0.occasion == .order && $0.challenge != nil
        }
    }

    package static func == (left: LoyaltyGround, right: LoyaltyGround) -> Bool {
        left === right || left.program == right.program && left.zone == right.zone
    }

    /// The rules that give points for an order of a version of the program.
    func orderRules(inVersion version: Int64) -> [EarnRule] {
        version == program.version
            ? orderRules : program.terms(inVersion: version).earn.filter(Self.isForOrders)
    }

    private static func isForOrders(_ rule: EarnRule) -> Bool {
        rule.occasion == .order && rule.challenge == nil
    }
}

/// Numbers of lots that an operation opened or changed.
struct ChangedLots: Sendable {
    private var all: [Int64] = []

    mutating func insert(_ lot: Int64) {
        if all.last != lot { all.append(lot) }
    }

    /// Each once, ascending.
    func sorted() -> [Int64] {
        if all.count < 2 { return all }
        var sorted: [Int64] = []
        for lot in all.sorted() where sorted.last != lot { sorted.append(lot) }
        return sorted
    }
}
