import Documents
import JSONParsing
import Kernel

@testable import Referrals

/// A program of JSON parts: what isn't said is left out.
func program(
    qualifies: String = #"{"order": {"minimum": 30, "currency": "EUR"}, "within": "60 days"}"#,
    hold: String? = "14 days", rewards: String = #"{"advocate": 500, "friend": 200}"#,
    more: String = ""
) throws -> ReferralProgram {
    let hold = hold.map { #", "hold": "\#($0)""# } ?? ""
    return try ReferralProgram(
        reading: reader(
            #"{"kind": "referral", "name": "bring-a-friend", "program": "club", "qualifies": "#
                + "\(qualifies)\(hold), \"rewards\": \(rewards)\(more)}"))
}

func reader(_ json: String) throws -> DocumentReader {
    DocumentReader(try DocumentNode(json: Array(json.utf8).span))
}

/// Midnight so many days after 2026-01-01, in UTC.
func day(_ count: Int) -> Timestamp {
    Timestamp(milliseconds: 1_767_225_600_000 + Int64(count) * 86_400_000)
}

func customer(_ number: Int) -> ID<Customer> { ID(rawValue: Int64(number)) }

let euro = Currency("EUR")
let referral = ReferralID(
    program: "bring-a-friend", advocate: customer(1), friend: customer(2))
let hash = SipHash(key: SipHash.Key(low: 1, high: 2))

func order(
    _ id: String = "A", on placed: Int, _ minor: Int64 = 5000, currency: String = "EUR",
    refunded: Int64 = 0, isCancelled: Bool = false, version: Int64 = 1
) throws -> ReferralOrder {
    let currency = try reader("\"\(currency)\"").text()
    guard let currency = Currency(currency) else { throw Missing() }
    return ReferralOrder(
        id: id, placedAt: day(placed), amount: Money(minor: minor, currency: currency),
        refunded: refunded, isCancelled: isCancelled, version: version)
}

/// What a test can't go on without.
struct Missing: Error {}

/// A ledger that checks what it is told: each operation once, and back only what stands.
struct Ledger {
    private(set) var standing: [String: Int64] = [:]
    private var operations: Set<String> = []
    private(set) var faults: [String] = []

    var points: Int64 { standing.values.reduce(0, +) }

    mutating func post(_ effects: [ReferralEffect]) {
        for effect in effects {
            if !operations.insert(effect.operation).inserted {
                faults.append("\(effect.operation) came twice")
            }
            if effect.points <= 0 || effect.reason.isEmpty {
                faults.append("\(effect.operation) says nothing")
            }
            switch effect.kind {
            case .award: standing[effect.operation] = effect.points
            case .takeBack(let award):
                if standing.removeValue(forKey: award) != effect.points {
                    faults.append("\(effect.operation) takes back what doesn't stand")
                }
            }
        }
    }
}
