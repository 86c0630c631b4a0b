import Customers
import Events
import Insights
import JSONParsing
package import Kernel
import Logging
import Loyalty
package import Promotions
import Records
import Segments

extension Workspace {
    /// What promotions ask about a customer; nil where nobody is named. Blocks.
    ///
    /// Somebody who isn't known yet is a customer without orders, counted by the name that was given.
    package func buyer(named text: String?) throws -> Cart.Buyer? {
        guard let text, !text.isEmpty else { return nil }
        let unknown = "new-" + String(hash.digest(Self.normal(text)).first, radix: 16)
        guard let id = try customerID(named: text) else {
            var buyer = Cart.Buyer(id: unknown)
            buyer.isKnown = false
            return buyer
        }
        var tiers: Set<String> = []
        for inForce in loyalty.programs {
            let account = try loyaltyMember(id, in: inForce).account
            guard let rules = inForce.program.tiers,
                let standing = account.standing(inForce.program, inForce.zone)
            else { continue }
            tiers.insert(rules.levels[standing.tier].name)
        }
        let memberships = try memberships(of: id)
        let names = try definitions().segments.map(\.row.name).filter {
            memberships[$0]?.isMember ?? false
        }
        var buyer = Cart.Buyer(
            id: id.description, segments: Set(names), tiers: tiers,
            ordersCount: Int(try customerRow(of: id)?.orders ?? 0))
        buyer.formerID = unknown
        return buyer
    }

    /// An address or a number in the one form in which it is compared; other texts as they are.
    private static func normal(_ text: String) -> String {
        for kind in [IdentifierKind.email, .phone] {
            if let identifier = try? Identifier(kind, text) { return identifier.value }
        }
        return text
    }

    private static let promotionItemsAtOnce = 500

    /// Ends reservations that are over, and carries out elsewhere what came of checkouts; returns once nothing is left.
    ///
    /// - Returns: Whether anything was done.
    @discardableResult
    package func followPromotions() async throws -> Bool {
        var didSomething = try promotions.endWhatIsOver() > 0
        if try followPromotionMerges() { didSomething = true }
        while true {
            let news = try promotions.store.news(limit: Self.promotionItemsAtOnce)
            guard let last = news.last else { break }
            var builder = EventBlockBuilder()
            for item in news { builder.append(try EventBlock(decoding: item.event)) }
            _ = try await append(builder.takeBytes().bytes)
            try promotions.store.dropNews(through: last.number)
            didSomething = true
        }
        // Points of promotions go to the one program; where there are several nobody said which.
        let programs = loyalty.programs
        guard programs.count == 1, let program = programs.first?.program.name else {
            return didSomething
        }
        while true {
            let owed = try promotions.store.points(limit: Self.promotionItemsAtOnce)
            if owed.isEmpty { return didSomething }
            for item in owed {
                try await settle(item, in: program)
                try promotions.store.drop(points: item.number)
            }
            didSomething = true
        }
    }

    private static let merges = "merges"

    /// Makes what customers used theirs who they were found to be. A merge that is undone later moves nothing back.
    private func followPromotionMerges() throws -> Bool {
        var didSomething = false
        while true {
            let last = try promotions.store.commit { try $0.position(Self.merges) } ?? 0
            let merges = try records.merges(after: last, limit: Self.promotionItemsAtOnce)
            guard let newest = merges.last else { return didSomething }
            var moves: [(loser: String, winner: String)] = []
            for merge in merges where merge.undoneAt == nil {
                guard let root = try records.root(of: merge.loser), root != merge.loser else {
                    continue
                }
                moves.append((merge.loser.description, root.description))
            }
            try promotions.store.commit { commit in
                for move in moves { try commit.merge(move.loser, into: move.winner) }
                try commit.setPosition(Self.merges, newest.id.rawValue)
            }
            didSomething = true
        }
    }

    /// Whether the ledger refused to give what is to be taken back.
    func isRefused(_ operation: String, in program: String) async throws -> Bool {
        guard let given = try loyalty.store.operation(program: program, id: operation) else {
            return false
        }
        let done = try JSONLookup.member(named: "done", in: given.answer.span)
        return done?.text(in: given.answer.span) == "false"
    }

    private func settle(_ owed: PromotionStore.Points, in program: String) async throws {
        guard let named = ID<Customer>(owed.customer) else { return }
        let customer = try records.root(of: named) ?? named
        let isBack = owed.points < 0
        let giving = "promotion:\(owed.checkout):\(owed.promotion)"
        if isBack, try await isRefused(giving, in: program) { return }
        let operation: LoyaltyOperation =
            isBack
            ? .takeBack(
                points: -owed.points,
                reason: "order \(owed.checkout) with promotion \(owed.promotion) was refunded")
            : .award(points: owed.points, reason: "promotion \(owed.promotion)")
        let ask = try loyalty.ask(
            program, customer,
            id: giving + (isBack ? ":refund" : ""),
            LoyaltyRequest(operation))
        do {
            let answer = try await performLoyalty(ask)
            let done = try JSONLookup.member(named: "done", in: answer.bytes.span)
            if done?.text(in: answer.bytes.span) == "false" {
                logger.warning(
                    isBack
                        ? "a promotion's points could not be taken back"
                        : "a promotion's points could not be given",
                    metadata: ["checkout": "\(owed.checkout)", "points": "\(owed.points)"])
            }
        } catch LoyaltyDesk.Failure.writing(.reused) {
            logger.warning(
                "a promotion's points were given under this id before",
                metadata: ["checkout": "\(owed.checkout)", "promotion": "\(owed.promotion)"])
        }
    }
}
