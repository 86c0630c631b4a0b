import GRDB
import Kernel

/// The fold's statements on the outbox, tasks and coupons.
final class OutboxTables {
    private let putItem: HotStatement
    private let putTask: HotStatement
    private let putCoupon: HotStatement
    private let anyCoupon: HotStatement
    private let getCoupon: HotStatement
    private let setRedeemed: HotStatement
    private let addCount: HotStatement
    /// Whether the transaction at hand put something into the outbox.
    var didAdd = false
    /// Items of the transaction at hand that were over as they came, until they are counted.
    private var ended: [OutboxCountKey: Int64] = [:]

    init(_ db: Database) throws {
        putItem = try HotStatement(
            db,
            """
            INSERT INTO outbox (
                key, kind, customer, journey, version, run, step, receiver, payload, state, due_at,
                created_at, done_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (key) DO NOTHING
            """)
        putTask = try HotStatement(
            db,
            """
            INSERT INTO tasks (
                key, customer, title, owner, due_at, journey, run, step, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            ON CONFLICT (key) DO NOTHING
            """)
        putCoupon = try HotStatement(
            db,
            """
            INSERT INTO coupons (
                key, code, code_key, customer, basis_points, amount_minor, currency, journey, run,
                step, issued_at, expires_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT DO NOTHING
            """)
        addCount = try HotStatement(db, OutboxCountKey.adding)
        anyCoupon = try HotStatement(db, "SELECT id FROM coupons LIMIT 1")
        getCoupon = try HotStatement(
            db,
            """
            SELECT key, code, customer, expires_at, redeemed_at, order_id, journey, run, step
            FROM coupons WHERE code_key = ?1
            """)
        setRedeemed = try HotStatement(
            db, "UPDATE coupons SET redeemed_at = ?2, order_id = ?3 WHERE code_key = ?1")
    }

    func add(_ draft: OutboxDraft) throws {
        let content = draft.content
        let state = draft.isWithheld ? OutboxState.withheld : content.firstState
        put(draft.key, content.kind, draft.customer, draft.origin)
        putItem.bind(8, text: content.receiver)
        putItem.bind(9, text: String(decoding: content.payload, as: UTF8.self))
        putItem.bind(10, text: state.rawValue)
        putItem.bind(11, draft.dueAt.milliseconds)
        putItem.bind(12, draft.createdAt.milliseconds)
        putItem.bind(13, state == .pending ? 0 : draft.createdAt.milliseconds)
        try putItem.run()
        // A key that is known has had its effect, also where the task is done or the code redeemed by now.
        guard putItem.changes > 0 else { return }
        didAdd = true
        if state.isFinal {
            ended[OutboxCountKey(state: state, kind: content.kind), default: 0] += 1
        }
        if draft.isWithheld { return }
        switch content {
        case .coupon(let code, let value, let expiresAt):
            try add(code, value, expiresAt: expiresAt, of: draft)
        case .task(let title, let owner, let dueAt):
            putTask.bind(1, text: draft.key)
            putTask.bind(2, draft.customer)
            putTask.bind(3, text: title)
            putTask.bind(4, text: owner)
            putTask.bind(5, dueAt.milliseconds)
            putTask.bind(6, text: draft.origin.journey)
            putTask.bind(7, text: draft.origin.run)
            putTask.bind(8, text: draft.origin.step)
            putTask.bind(9, draft.createdAt.milliseconds)
            try putTask.run()
        case .send, .award, .webhook, .attributes, .promotionCode: break
        }
    }

    /// Counts what was over as it came; before the transaction ends.
    func writeCounts() throws {
        for (key, count) in ended { try addCount.add(count, key) }
        ended = [:]
    }

    /// Forgets what a transaction that failed would have counted.
    func forgetCounts() { ended = [:] }

    private func put(
        _ key: String, _ kind: OutboxKind, _ customer: Int64, _ origin: OutboxOrigin
    ) {
        putItem.bind(1, text: key)
        putItem.bind(2, text: kind.rawValue)
        putItem.bind(3, customer)
        putItem.bind(4, text: origin.journey)
        putItem.bind(5, origin.version)
        putItem.bind(6, text: origin.run)
        putItem.bind(7, text: origin.step)
    }

    private func add(
        _ code: String, _ value: CouponValue, expiresAt: Timestamp, of draft: OutboxDraft
    ) throws {
        putCoupon.bind(1, text: draft.key)
        putCoupon.bind(2, text: code)
        putCoupon.bind(3, text: CouponCode.key(of: code))
        putCoupon.bind(4, draft.customer)
        switch value {
        case .basisPoints(let points):
            putCoupon.bind(5, points)
            putCoupon.bind(6, 0)
            putCoupon.bind(7, 0)
        case .amount(let money):
            putCoupon.bind(5, 0)
            putCoupon.bind(6, money.minor)
            putCoupon.bind(7, Int64(money.currency.packed))
        }
        putCoupon.bind(8, text: draft.origin.journey)
        putCoupon.bind(9, text: draft.origin.run)
        putCoupon.bind(10, text: draft.origin.step)
        putCoupon.bind(11, draft.createdAt.milliseconds)
        putCoupon.bind(12, expiresAt.milliseconds)
        try putCoupon.run()
    }

    // MARK: Redemptions

    func hasCoupons() throws -> Bool { try anyCoupon.exists() }

    func redeem(_ use: CouponUse) throws -> CouponRedemption {
        let codeKey = CouponCode.key(of: use.code)
        getCoupon.bind(1, text: codeKey)
        guard try getCoupon.step() else { return .unknown }
        let code = getCoupon.text(1)
        let owner = getCoupon.integer(2)
        let isLate = use.at.milliseconds >= getCoupon.integer(3)
        let earlierOrder = getCoupon.text(5)
        // Not by the time, which an order may give as 1970.
        let isRedeemed = !earlierOrder.isEmpty
        let origin = OutboxOrigin(
            journey: getCoupon.text(6), run: getCoupon.text(7), step: getCoupon.text(8))
        getCoupon.reset()
        if isRedeemed, earlierOrder == use.orderID { return .known }
        if !isRedeemed {
            setRedeemed.bind(1, text: codeKey)
            setRedeemed.bind(2, use.at.milliseconds)
            setRedeemed.bind(3, text: use.orderID)
            try setRedeemed.run()
        }
        let telling = CouponTelling(
            code: code, orderID: use.orderID, owner: ID(rawValue: owner), isLate: isLate,
            earlierOrderID: isRedeemed ? earlierOrder : nil, at: use.at, isHistory: use.isHistory)
        put(
            "redeemed/\(codeKey)/\(use.orderID)", .redemption,
            use.customer == 0 ? owner : use.customer, origin)
        putItem.bind(8, text: "")
        putItem.bind(9, text: String(decoding: telling.payload, as: UTF8.self))
        putItem.bind(10, text: OutboxState.pending.rawValue)
        putItem.bind(11, use.now.milliseconds)
        putItem.bind(12, use.now.milliseconds)
        putItem.bind(13, 0)
        try putItem.run()
        if putItem.changes > 0 { didAdd = true }
        return isRedeemed ? .usedBefore(orderID: earlierOrder) : .redeemed
    }
}
