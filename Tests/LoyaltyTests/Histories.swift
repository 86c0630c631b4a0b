import Kernel

@testable import Loyalty

/// Something that is asked of an account.
struct Step: Sendable {
    var operation: LoyaltyOperation
    var id: String
    var at: Timestamp
    var now: Timestamp
}

/// Random histories: orders with refunds, cancellations, edits and repeats, and what is done with points.
struct Histories {
    var random: SeededRandom
    private var orders: [String: [OrderLine]] = [:]
    private var made = 0
    private let pounds: Currency

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        pounds = try currency()
    }

    mutating func pick<Element>(_ of: [Element]) -> Element { of[upTo(of.count)] }
    mutating func upTo(_ end: Int) -> Int { Int(random.next() % UInt64(end)) }

    mutating func steps(_ count: Int) -> [Step] {
        var now = day(0)
        var steps: [Step] = []
        for number in 0..<count {
            let gap = pick([0, 0, 1, 3_600_000, 86_400_000, 86_400_000 * 9, 86_400_000 * 40])
            now = now.adding(milliseconds: Int64(gap))
            let late = pick([0, 0, 0, 1, 86_400_000 * 3, 86_400_000 * 60])
            let step = Step(
                operation: operation(steps), id: "s\(number)",
                at: now.adding(milliseconds: -Int64(late)), now: now)
            steps.append(step)
            // Told again, sometimes late.
            if upTo(6) == 0 {
                switch step.operation {
                case .order, .refund, .cancel:
                    var again = step
                    again.id += "again"
                    steps.append(again)
                default: break
                }
            }
        }
        return steps
    }

    private mutating func operation(_ steps: [Step]) -> LoyaltyOperation {
        let known = orders.keys.sorted()
        switch upTo(21) {
        case 0...4: return order("o\(made)")
        case 5: return known.isEmpty ? .tick : order(pick(known))
        case 6...8: return known.isEmpty ? .tick : refund(pick(known))
        case 9: return known.isEmpty ? .tick : .cancel(order: pick(known))
        case 10: return .event(name: "sent", order: known.isEmpty ? nil : pick(known))
        case 11: return .event(name: "sent", order: known.isEmpty ? nil : pick(known))
        case 12: return .award(points: Int64(1 + upTo(9)), reason: "kindness")
        case 13, 14: return .spend(points: Int64(1 + upTo(25)), reference: "")
        case 15: return .unspend(operation: earlier(steps) { $0.spends }, points: nil)
        case 16:
            return .reserve(points: Int64(1 + upTo(15)), reference: "r", seconds: 86_400 * 20)
        case 17: return .confirm(operation: earlier(steps) { $0.reserves })
        case 18: return .release(operation: earlier(steps) { $0.reserves })
        case 19: return .takeBack(points: Int64(1 + upTo(12)), reason: "returned")
        default: return .adjust(points: pick([-8, -3, 2, 5]), reason: "count")
        }
    }

    private mutating func earlier(
        _ steps: [Step], _ fits: (LoyaltyOperation) -> Bool
    ) -> String {
        let ids = steps.filter { fits($0.operation) }.map(\.id)
        return ids.isEmpty ? "none" : pick(ids)
    }

    private mutating func order(_ id: String) -> LoyaltyOperation {
        made += 1
        var lines: [OrderLine] = []
        for number in 1...(1 + upTo(3)) {
            let quantity = Int64(1 + upTo(4))
            lines.append(
                line("\(number)", quantity * Int64(1 + upTo(900)), quantity: quantity))
        }
        orders[id] = lines
        return .order(id: id, lines: lines, currency: pounds)
    }

    private mutating func refund(_ id: String) -> LoyaltyOperation {
        var refund = OrderRefund(id: "r\(upTo(5))")
        switch upTo(8) {
        case 0: refund.isWhole = true
        case 1, 2: refund.amount = Int64(1 + upTo(700))
        default:
            for line in orders[id] ?? [] where upTo(2) == 0 {
                refund.parts.append(
                    OrderRefund.Part(line: line.id, quantityMilli: Int64(1 + upTo(3)) * 1000))
            }
        }
        return .refund(order: id, refund)
    }
}

extension LoyaltyOperation {
    var spends: Bool {
        switch self {
        case .spend, .confirm: true
        default: false
        }
    }

    var reserves: Bool {
        if case .reserve = self { return true }
        return false
    }
}
