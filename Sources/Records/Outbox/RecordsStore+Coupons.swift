import GRDB
package import Kernel

/// A code that a customer was given, good for one order.
package struct CouponRecord: Sendable, Equatable {
    package var id: ID<Coupon>
    package var code: String
    package var customer: ID<Customer>
    package var value: CouponValue
    package var origin: OutboxOrigin
    package var issuedAt: Timestamp
    /// The first moment at which it is no longer good.
    package var expiresAt: Timestamp
    /// Nil while nobody redeemed it.
    package var redeemedAt: Timestamp?
    /// The order that redeemed it; empty while none did.
    package var orderID: String
}

extension RecordsStore {
    /// A code, however it is written in capitals and small letters; nil where it isn't one of ours.
    package func coupon(code: String) throws -> CouponRecord? {
        try read { db in
            try Row.fetchOne(
                db, sql: couponColumns + " WHERE code_key = ?",
                arguments: [CouponCode.key(of: code)]
            ).flatMap(CouponRecord.init(row:))
        }
    }

    /// The codes that fragments of a customer were given, newest first.
    package func coupons(of members: [Int64], limit: Int) throws -> [CouponRecord] {
        try read { db in
            var found: [CouponRecord] = []
            for member in members {
                found += try Row.fetchAll(
                    db, sql: couponColumns + " WHERE customer = ? ORDER BY id DESC LIMIT ?",
                    arguments: [member, limit]
                ).compactMap(CouponRecord.init(row:))
            }
            return Array(found.sorted { $0.id > $1.id }.prefix(limit))
        }
    }
}

private let couponColumns = """
    SELECT id, code, customer, basis_points, amount_minor, currency, journey, run, step, issued_at,
        expires_at, redeemed_at, order_id
    FROM coupons
    """

extension CouponRecord {
    /// Nil for a currency that isn't one.
    fileprivate init?(row: Row) {
        let (points, minor, packed): (Int64, Int64, UInt32) = (row[3], row[4], row[5])
        let value: CouponValue
        if packed == 0 {
            value = .basisPoints(points)
        } else {
            guard let currency = Currency(packed: packed) else { return nil }
            value = .amount(Money(minor: minor, currency: currency))
        }
        let redeemedAt: Int64 = row[11]
        self.init(
            id: ID(rawValue: row[0]), code: row[1], customer: ID(rawValue: row[2]), value: value,
            origin: OutboxOrigin(journey: row[6], run: row[7], step: row[8]),
            issuedAt: Timestamp(milliseconds: row[9]), expiresAt: Timestamp(milliseconds: row[10]),
            redeemedAt: redeemedAt == 0 ? nil : Timestamp(milliseconds: redeemedAt),
            orderID: row[12])
    }
}
