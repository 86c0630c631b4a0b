import Documents
package import Kernel
package import Promotions
package import Records
import Synchronization

/// The promotions of a workspace: what is in force, what is kept of them, and who changes it.
package final class PromotionDesk: Sendable {
    /// Something asked of a checkout.
    package struct Ask: Sendable {
        /// As who asks calls it: the same again is answered as before.
        package var operation: String
        package var checkout: String
        package var request: CheckoutRequest
        package var currency: Currency
        /// Of what is asked, without what is known of the customer.
        package var digest: [UInt8]
        /// Whose wrong codes are counted.
        package var caller: Caller

        package init(
            operation: String, checkout: String, request: CheckoutRequest, currency: Currency,
            digest: [UInt8], caller: Caller
        ) {
            self.operation = operation
            self.checkout = checkout
            self.request = request
            self.currency = currency
            self.digest = digest
            self.caller = caller
        }
    }

    /// Whoever gives codes.
    package enum Caller: Hashable, Sendable {
        /// A shopper, as the shop knows them.
        case client(String)
        /// All that a shop's key asks where no shopper is named.
        case key(String)
    }

    package struct Answer: Sendable, Equatable {
        package var json: [UInt8]
        package var isDone: Bool
        package var isRepeat: Bool
        /// How many codes were none that may be used by who gave them.
        package var wrongCodes = 0
    }

    /// Why nothing was done.
    package enum Failure: Error, Equatable {
        /// The operation's id was used for something else.
        case reused
        /// Too many wrong codes.
        case throttled(retryAfterMs: Int64)
        case busy
        case unknownPromotion
        /// It has no codes of a customer's own.
        case noUniqueCodes
    }

    package let store: PromotionStore
    private let records: RecordsStore
    let clock: WallClock
    private let zone: ZoneRules
    let hash: SipHash
    private let kept: Kept
    private let group: GroupCommit<Ask, Answer>

    /// What the deciding thread and those that ask share.
    private final class Kept: Sendable {
        struct State: Sendable {
            var inForce: PromotionsInForce
            var clients = CodeThrottle()
            /// A shop's key is many shoppers: its limits are wide.
            var keys = CodeThrottle(
                rules: CodeThrottle.Rules(burst: 600, refillMs: 100, reportAt: 1000))
            var reports: [GuessReport] = []

            mutating func note(_ caller: Caller, isBlocked: Bool, now: Timestamp) {
                let report =
                    switch caller {
                    case .client(let name):
                        isBlocked
                            ? clients.noteBlocked(name, now: now)
                            : clients.noteWrong(name, now: now)
                    case .key(let name):
                        isBlocked
                            ? keys.noteBlocked(name, now: now) : keys.noteWrong(name, now: now)
                    }
                guard let report else { return }
                reports.append(
                    GuessReport(
                        caller: caller, wrongCount: report.wrongCount, since: report.since))
                if reports.count > PromotionDesk.reportsMax { reports.removeFirst() }
            }
        }

        let state: Mutex<State>

        init(_ inForce: PromotionsInForce) { state = Mutex(State(inForce: inForce)) }
    }

    /// Somebody tries codes.
    package struct GuessReport: Sendable, Equatable {
        package var caller: Caller
        package var wrongCount: Int
        package var since: Timestamp
    }

    static let reportsMax = 50

    init(
        path: String, records: RecordsStore, zone: ZoneRules, clock: WallClock, hash: SipHash
    ) throws {
        let store = try PromotionStore(path: path)
        try store.clearUnfinished()
        self.store = store
        self.records = records
        self.clock = clock
        self.zone = zone
        self.hash = hash
        let kept = Kept(PromotionsInForce([], zone: zone))
        self.kept = kept
        group = GroupCommit(label: "perennial.promotions") { asks in
            let inForce = kept.state.withLock { $0.inForce }
            let now = clock.now
            return try store.commit { commit in
                try Self.endWhatIsOver(commit, at: now)
                return try asks.map { ask in
                    try Self.carryOut(ask, commit, inForce, at: now)
                }
            }
        }
        try reload()
    }

    /// Goes by what is defined now.
    func reload() throws {
        var found: [Promotion] = []
        for row in try records.definitionsInForce() where row.kind == "promotion" {
            found.append(
                try Promotion(reading: DocumentReader(try DefinitionSet.document(row))))
        }
        let inForce = PromotionsInForce(found, zone: zone)
        kept.state.withLock { $0.inForce = inForce }
    }

    package var inForce: PromotionsInForce { kept.state.withLock { $0.inForce } }

    /// Who tried codes since the server was started, the last first.
    package var reports: [GuessReport] { kept.state.withLock { $0.reports.reversed() } }

    func close() { group.close() }

    // MARK: Wrong codes

    /// Refuses to look at codes of who gave too many wrong ones.
    private func checkThrottle(_ ask: Ask) throws {
        guard case .reserve(let reservation) = ask.request, !reservation.codes.isEmpty,
            // What was answered is answered again.
            try store.answeredDigest(of: ask.operation) != ask.digest
        else { return }
        let now = clock.now
        let waitMs = kept.state.withLock { state in
            let waitMs =
                switch ask.caller {
                case .client(let name): state.clients.waitMs(name, now: now)
                case .key(let name): state.keys.waitMs(name, now: now)
                }
            if waitMs != nil { state.note(ask.caller, isBlocked: true, now: now) }
            return waitMs
        }
        if let waitMs { throw Failure.throttled(retryAfterMs: waitMs) }
    }

    private func noteWrong(_ count: Int, _ caller: Caller) {
        guard count > 0 else { return }
        let now = clock.now
        kept.state.withLock { state in
            for _ in 0..<count { state.note(caller, isBlocked: false, now: now) }
        }
    }

    // MARK: Checkouts

    /// Does what is asked; returns once that is durable.
    ///
    /// - Throws: `Failure`, and where it can't be stored.
    package func perform(_ ask: Ask) async throws -> Answer {
        try checkThrottle(ask)
        do {
            let answer = try await group.perform(ask)
            noteWrong(answer.wrongCodes, ask.caller)
            return answer
        } catch GroupCommit<Ask, Answer>.Refusal.queueFull {
            throw Failure.busy
        }
    }

    /// What would be answered; nothing is done. Blocks.
    package func preview(_ ask: Ask) throws -> Answer {
        try checkThrottle(ask)
        let now = clock.now
        let inForce = self.inForce
        let (outcome, json) = try store.rehearse { commit in
            try Self.endWhatIsOver(commit, at: now)
            try Self.takeUses(of: ask, in: commit)
            let (outcome, _) = try CheckoutDecider(inForce, commit, now: now)
                .decide(ask.checkout, ask.request)
            return (
                outcome,
                CheckoutAnswer.json(
                    outcome, checkout: ask.checkout, operation: ask.operation,
                    currency: ask.currency)
            )
        }
        noteWrong(outcome.wrongCodes, ask.caller)
        return Answer(
            json: json, isDone: outcome.isDone, isRepeat: false, wrongCodes: outcome.wrongCodes)
    }

    /// Ends reservations that are over, so that others can have what they held. Blocks.
    ///
    /// - Returns: How many.
    func endWhatIsOver() throws -> Int {
        let now = clock.now
        return try store.commit { commit in try Self.endWhatIsOver(commit, at: now) }
    }

    private static let overAtOnce = 1000

    @discardableResult
    private static func endWhatIsOver(
        _ commit: PromotionCommit, at now: Timestamp
    ) throws -> Int {
        var count = 0
        while true {
            let over = try commit.over(at: now, limit: overAtOnce)
            for checkout in over {
                try commit.apply(
                    CheckoutDecider<PromotionCommit>.over(checkout), at: now, currency: nil)
            }
            count += over.count
            if over.count < overAtOnce { return count }
        }
    }

    /// What was used under an address before anybody was known by it is the customer's.
    private static func takeUses(of ask: Ask, in commit: PromotionCommit) throws {
        guard case .reserve(let reservation) = ask.request,
            let buyer = reservation.cart.customer, let former = buyer.formerID
        else { return }
        try commit.merge(former, into: buyer.id)
    }

    private static func carryOut(
        _ ask: Ask, _ commit: PromotionCommit, _ inForce: PromotionsInForce, at now: Timestamp
    ) throws -> Result<Answer, any Error> {
        if let before = try commit.operation(ask.operation) {
            guard before.digest == ask.digest else { return .failure(Failure.reused) }
            // The first byte says whether it was done.
            return .success(
                Answer(
                    json: Array(before.answer.dropFirst()), isDone: before.answer.first == 1,
                    isRepeat: true))
        }
        try takeUses(of: ask, in: commit)
        let (outcome, change) = try CheckoutDecider(inForce, commit, now: now)
            .decide(ask.checkout, ask.request)
        var currency: Currency?
        if case .reserve = ask.request { currency = ask.currency }
        try commit.apply(change, at: now, currency: currency)
        if let checkout = change.checkout {
            try PromotionNews.tell(change, checkout, ask, in: commit, at: now)
            if !checkout.customer.isEmpty {
                for use in change.redeemed where use.points > 0 {
                    try commit.owe(Int64(use.points), for: use.promotion, checkout)
                }
                for use in change.givenBack where use.points > 0 {
                    try commit.owe(-Int64(use.points), for: use.promotion, checkout)
                }
            }
        }
        try PromotionNews.tellRefusals(outcome, ask, in: commit, at: now)
        let json = CheckoutAnswer.json(
            outcome, checkout: ask.checkout, operation: ask.operation, currency: ask.currency)
        try commit.addOperation(
            ask.operation, digest: ask.digest, answer: [outcome.isDone ? 1 : 0] + json, at: now)
        return .success(
            Answer(
                json: json, isDone: outcome.isDone, isRepeat: false,
                wrongCodes: outcome.wrongCodes))
    }
}
