import Documents
import JSONParsing
import Kernel
import Testing

@testable import Loyalty

/// What a test can't go on without.
struct Missing: Error {}

func reader(_ json: String) throws -> DocumentReader {
    DocumentReader(try DocumentNode(json: Array(json.utf8).span))
}

/// A program of JSON parts: what isn't said is left out.
func program(
    earn: String = #"[{"name": "spend", "points": 1, "per": 1}]"#, _ more: String = ""
) throws -> LoyaltyProgram {
    let rest = more.isEmpty ? "" : ", " + more
    return try LoyaltyProgram(
        reading: reader(
            #"{"kind": "program", "name": "club", "currency": "GBP", "earn": \#(earn)\#(rest)}"#))
}

func currency(_ code: String = "GBP") throws -> Currency {
    guard let currency = Currency(code) else { throw Missing() }
    return currency
}

/// A time in RFC 3339; noon where only the day is said.
func time(_ text: String) -> Timestamp {
    Timestamp(text.utf8.count == 10 ? text + "T12:00:00Z" : text) ?? .earliest
}

/// Midnight so many days after 2026-01-01, in UTC.
func day(_ count: Int, ms: Int64 = 0) -> Timestamp {
    Timestamp(milliseconds: 1_767_225_600_000 + Int64(count) * 86_400_000 + ms)
}

/// As Europe/London: an hour ahead from the last Sunday of March to the last of October.
let london: ZoneRules = {
    var transitions: [ZoneRules.Transition] = []
    for year in 2020...2040 {
        for (month, offset) in [(3, 3600), (10, 0)] {
            guard let last = CalendarDay(year: year, month: month, day: 31) else { continue }
            // 1970-01-01 was a Thursday.
            let sunday = last.daysSinceEpoch - (last.daysSinceEpoch + 4) % 7
            let at = Timestamp(milliseconds: Int64(sunday) * 86_400_000 + 3_600_000)
            transitions.append(ZoneRules.Transition(at: at, offsetSeconds: offset))
        }
    }
    return ZoneRules(name: "Europe/London", initialOffsetSeconds: 0, transitions: transitions)
}()

func line(
    _ id: String, _ amount: Int64, quantity: Int64 = 1, discount: Int64 = 0, tax: Int64 = 0,
    product: String? = nil, category: String = ""
) -> OrderLine {
    OrderLine(
        id: id, product: product ?? "p" + id, category: category, quantityMilli: quantity * 1000,
        amount: amount, discount: discount, tax: tax)
}

/// Carries operations out, and looks after each whether everything adds up.
struct Ledger {
    var program: LoyaltyProgram
    var zone: ZoneRules
    var account = LoyaltyAccount()
    private(set) var entries: [LoyaltyEntry] = []
    private(set) var news: [LoyaltyNews] = []
    private var steps = 0

    init(_ program: LoyaltyProgram, zone: ZoneRules = london) {
        self.program = program
        self.zone = zone
    }

    var available: Int64 { account.available(at: account.latest) }
    var pending: Int64 { account.pending(at: account.latest) }

    @discardableResult
    mutating func apply(
        _ operation: LoyaltyOperation, id: String? = nil, at: Timestamp, now: Timestamp? = nil,
        _ place: SourceLocation = #_sourceLocation
    ) -> LoyaltyRefusal? {
        steps += 1
        let outcome = account.applying(
            operation, id: id ?? "op\(steps)", at: at, now: now ?? at, program: program, zone: zone)
        take(outcome, place)
        return outcome.refusal
    }

    @discardableResult
    mutating func order(
        _ id: String = "A", _ amount: Int64, at: Timestamp, now: Timestamp? = nil,
        _ place: SourceLocation = #_sourceLocation
    ) -> LoyaltyRefusal? {
        apply(
            .order(id: id, lines: [line("1", amount)], currency: program.currency), at: at,
            now: now, place)
    }

    mutating func tick(_ now: Timestamp, _ place: SourceLocation = #_sourceLocation) {
        apply(.tick, at: now, place)
    }

    mutating func take(_ outcome: LoyaltyOutcome, _ place: SourceLocation = #_sourceLocation) {
        let before = account
        account = outcome.account
        var balance = before.balance
        for (offset, entry) in outcome.entries.enumerated() {
            balance += entry.amount
            if entry.sequence != before.entryCount + Int64(offset) + 1 || entry.balance != balance
                || entry.amount == 0 || entry.at < before.latest || entry.at > account.latest
            {
                Issue.record("entry \(entry) doesn't follow", sourceLocation: place)
            }
        }
        entries += outcome.entries
        news += outcome.news
        for problem in problems(before, outcome) {
            Issue.record("\(problem)", sourceLocation: place)
        }
    }

    private func problems(_ before: LoyaltyAccount, _ outcome: LoyaltyOutcome) -> [String] {
        var found = account.problems()
        var sums: [Int64: Int64] = [:]
        for entry in entries { sums[entry.lot, default: 0] += entry.amount }
        if entries.reduce(0, { $0 + $1.amount }) != account.balance {
            found.append("entries come to another balance than \(account.balance)")
        }
        if sums[0, default: 0] != -account.debt { found.append("owes \(account.debt)") }
        for lot in account.lots where sums[lot.id, default: 0] != lot.remaining {
            found.append("lot \(lot.id) has \(lot.remaining), entries \(sums[lot.id] ?? 0)")
        }
        if available + pending - account.debt
            + account.lots.reduce(0, { $0 + ($1.isAvailable(at: account.latest) ? $1.held : 0) })
            != account.balance
        {
            found.append("available, pending, held and owed don't make the balance")
        }
        if account.debt > 0, available > 0 { found.append("owes what it could pay") }
        for (index, lot) in account.lots.enumerated() where lot.remaining > 0 {
            let isOld = before.lots.indices.contains(index) && before.lots[index] == lot
            if !isOld, !outcome.changedLots.contains(lot.id) {
                found.append("lot \(lot.id) changed and isn't named")
            }
        }
        if let refusal = outcome.refusal, outcome.entries.count != outcome.entriesByTime {
            found.append("\(refusal), and something moved")
        }
        do throws(ByteReader.Damaged) {
            let copy = try LoyaltyAccount(decoding: account.encoded().span)
            if copy != account { found.append("the copy differs") }
        } catch {
            found.append("\(error)")
        }
        return found
    }
}
