import Kernel
import Testing

@testable import Promotions

@Suite("Checkouts")
struct CheckoutTests {
    static let start = Timestamp(milliseconds: 1_760_000_000_000)

    static func inForce(_ jsons: String...) throws -> PromotionsInForce {
        PromotionsInForce(try jsons.map { try Promotion.reading($0) }, zone: .utc)
    }

    static func cart(
        _ customer: String? = nil, at: Timestamp = start, price: Int64 = 5000
    ) throws -> Cart {
        try Cart(
            customer: customer.map { Cart.Buyer(id: $0) }, currency: #require(Currency("GBP")),
            lines: [Cart.Line(id: "1", product: "mug", unitPriceMinor: price)], shippingMinor: 400,
            at: at)
    }

    static func reserve(
        _ cart: Cart, _ codes: String..., isPartial: Bool = false
    ) -> CheckoutRequest {
        .reserve(.init(cart: cart, codes: codes, isPartial: isPartial))
    }

    static let once = """
        {"kind": "promotion", "name": "once", "codes": ["ONCE"], "effect": {"percent": "10%", "of": "subtotal"},
         "limits": {"total": 1}}
        """

    @Test("Of two checkouts the first has the last use, until it is released")
    func lastUse() throws {
        let inForce = try Self.inForce(Self.once)
        let shelf = MemoryShelf()
        let cart = try Self.cart()
        guard
            case .reserved(let stacking, _, let until) =
                try shelf.perform("a", Self.reserve(cart, "once"), inForce, at: Self.start)
        else { Issue.record("a isn't reserved"); return }
        #expect(stacking.discountMinor == 500)
        #expect(until == Self.start.adding(milliseconds: 1_800_000))
        guard
            case .refusedCodes(_, let codes) =
                try shelf.perform("b", Self.reserve(cart, "ONCE"), inForce, at: Self.start)
        else { Issue.record("b isn't refused"); return }
        #expect(
            codes[0].refusal == .notApplied(.rulesFailed([.totalLimitReached(limit: 1)])))
        #expect(try shelf.perform("a", .release, inForce, at: Self.start) == .released)
        #expect(try shelf.perform("b", Self.reserve(cart, "once"), inForce, at: Self.start).isDone)
        #expect(
            try shelf.perform("b", .confirm, inForce, at: Self.start) == .confirmed(isLate: false))
        #expect(
            try shelf.perform("b", .release, inForce, at: Self.start)
                == .refused(.alreadyConfirmed))
        #expect(shelf.problems(inForce).isEmpty)
    }

    @Test("A reservation is over at its time and not a millisecond before", arguments: [-1, 0, 1])
    func expiry(offset: Int64) throws {
        let inForce = try Self.inForce(Self.once)
        let shelf = MemoryShelf()
        let cart = try Self.cart()
        _ = try shelf.perform("a", Self.reserve(cart, "once"), inForce, at: Self.start)
        let later = Self.start.adding(milliseconds: 1_800_000 + offset)
        let other = try shelf.perform("b", Self.reserve(cart, "once"), inForce, at: later)
        #expect(other.isDone == (offset >= 0))
        // Whoever has it, the other is told; nobody loses what was promised.
        let mine = try shelf.perform("a", .confirm, inForce, at: later)
        #expect(
            mine
                == (offset >= 0
                    ? .refused(.expired(promotion: "once")) : .confirmed(isLate: false)))
        #expect(shelf.problems(inForce).isEmpty)
    }

    @Test("What is over and still free can be confirmed late")
    func late() throws {
        let inForce = try Self.inForce(Self.once)
        let shelf = MemoryShelf()
        _ = try shelf.perform("a", Self.reserve(Self.cart(), "once"), inForce, at: Self.start)
        let later = Self.start.adding(milliseconds: 9_000_000)
        #expect(try shelf.perform("a", .confirm, inForce, at: later) == .confirmed(isLate: true))
        #expect(try shelf.perform("a", .confirm, inForce, at: later) == .confirmed(isLate: false))
        #expect(shelf.taken("once", .everybody) == 1)
        #expect(shelf.problems(inForce).isEmpty)
    }

    @Test("A cart that changes keeps its own use and gets what it is worth now")
    func changedCart() throws {
        let inForce = try Self.inForce(Self.once)
        let shelf = MemoryShelf()
        _ = try shelf.perform("a", Self.reserve(Self.cart(), "once"), inForce, at: Self.start)
        guard
            case .reserved(let stacking, _, _) = try shelf.perform(
                "a", Self.reserve(Self.cart(price: 9000), "once"), inForce, at: Self.start)
        else { Issue.record("it isn't reserved again"); return }
        #expect(stacking.discountMinor == 900)
        #expect(shelf.taken("once", .everybody) == 1)
        _ = try shelf.perform("a", Self.reserve(Self.cart()), inForce, at: Self.start)
        #expect(shelf.taken("once", .everybody) == 0)
        #expect(shelf.problems(inForce).isEmpty)
    }

    @Test("A use comes back with its refund where the promotion says so")
    func refund() throws {
        let again = Self.once.replacing(
            "\"limits\"", with: "\"afterRefund\": \"usableAgain\", \"limits\"")
        for (json, taken) in [(Self.once, 1), (again, 0)] {
            let inForce = try Self.inForce(json)
            let shelf = MemoryShelf()
            _ = try shelf.perform("a", Self.reserve(Self.cart(), "once"), inForce, at: Self.start)
            #expect(
                try shelf.perform("a", .refund, inForce, at: Self.start)
                    == .refused(.notConfirmed))
            _ = try shelf.perform("a", .confirm, inForce, at: Self.start)
            let usable = taken == 0 ? ["once"] : []
            for _ in 0..<2 {
                #expect(
                    try shelf.perform("a", .refund, inForce, at: Self.start)
                        == .refunded(usableAgain: usable))
            }
            #expect(shelf.taken("once", .everybody) == taken)
            #expect(
                try shelf.perform("a", .confirm, inForce, at: Self.start)
                    == .refused(.alreadyRefunded))
        }
    }

    @Test("A unique code works once, for whom it was made, and says nothing when it doesn't")
    func uniqueCode() throws {
        let inForce = try Self.inForce(
            """
            {"kind": "promotion", "name": "back", "codes": {"unique": {"prefix": "BACK"}},
             "effect": {"amount": "5 GBP"}}
            """)
        let made = PromotionCodes(
            promotion: "back", batch: 1, prefix: "BACK",
            hash: SipHash(key: SipHash.Key(low: 1, high: 2)))
        let shelf = MemoryShelf()
        for number in 0..<2 {
            let key = try #require(CodeKey(letters: made.normalCode(number).dropFirst(4)))
            shelf.codes[key] = IssuedCode(
                key: key, promotion: "back", prefix: "BACK", customer: number == 0 ? "" : "anna")
        }
        func tried(_ id: String, _ code: String, _ customer: String?) throws -> CodeRefusal? {
            let outcome = try shelf.perform(
                id, Self.reserve(try Self.cart(customer), code), inForce, at: Self.start)
            #expect(shelf.problems(inForce).isEmpty)
            switch outcome {
            case .reserved(_, let codes, _), .refusedCodes(_, let codes): return codes[0].refusal
            default: return .unknown
            }
        }
        #expect(try tried("a", made.code(0).lowercased(), nil) == nil)
        #expect(try tried("a", made.code(0), "ben") == nil)
        #expect(try tried("b", made.code(0), nil) == .reserved)
        #expect(try tried("c", made.code(1), "ben") == .notTheirs)
        #expect(try tried("c", made.code(1), nil) == .notTheirs)
        #expect(try tried("c", made.code(1), "anna") == nil)
        #expect(try tried("d", made.code(2), nil) == .unknown)
        // Another promotion's prefix, or none, is another code.
        #expect(try tried("d", String(made.code(0).dropFirst(5)), nil) == .unknown)
        _ = try shelf.perform("a", .confirm, inForce, at: Self.start)
        #expect(try tried("d", made.code(0), "ben") == .used)
        let refusals: [CodeRefusal] = [
            .unknown, .used, .reserved, .notTheirs, .withdrawn,
            .expired(at: Self.start, isOwn: false),
        ]
        #expect(Set(refusals.map { $0.sentence(for: .anybody) }).count == 1)
        #expect(Set(refusals.map { $0.word(for: .anybody) }).count == 1)
    }

    @Test(
        "A code of one's own ends at its moment, and only its owner is told", arguments: [-1, 0, 1])
    func ends(_ offset: Int64) throws {
        let inForce = try Self.inForce(
            """
            {"kind": "promotion", "name": "back", "codes": {"unique": {"prefix": "BACK"}},
             "effect": {"amount": "5 GBP"}}
            """)
        let made = PromotionCodes(
            promotion: "back", batch: 1, prefix: "BACK",
            hash: SipHash(key: SipHash.Key(low: 1, high: 2)))
        let end = Self.start.adding(milliseconds: -offset)
        let shelf = MemoryShelf()
        for (number, owner) in ["", "anna"].enumerated() {
            let key = try #require(CodeKey(letters: made.normalCode(number).dropFirst(4)))
            shelf.codes[key] = IssuedCode(
                key: key, promotion: "back", prefix: "BACK", customer: owner, expiresAt: end)
        }
        func tried(_ id: String, _ code: String, _ customer: String?) throws -> CodeRefusal? {
            switch try shelf.perform(
                id, Self.reserve(try Self.cart(customer), code), inForce, at: Self.start)
            {
            case .reserved(_, let codes, _), .refusedCodes(_, let codes): return codes[0].refusal
            default: return .unknown
            }
        }
        let isOver = offset >= 0
        let own = try tried("a", made.code(1), "anna")
        #expect(own == (isOver ? .expired(at: end, isOwn: true) : nil))
        #expect(own.map { $0.isWrongCode } != true, "who has a code of their own doesn't guess")
        let anybodys = try tried("b", made.code(0), "anna")
        #expect(anybodys == (isOver ? .expired(at: end, isOwn: false) : nil))
        let others = try tried("c", made.code(1), "ben")
        #expect(others == (isOver ? .notTheirs : .reserved), "the checkout a has it")
        if isOver {
            #expect(own?.word(for: .anybody) == "code_expired")
            #expect(anybodys?.word(for: .anybody) == CodeRefusal.publicWord)
            #expect(anybodys?.sentence(for: .anybody) == "This code is not valid.")
        }
    }

    @Test("Nobody takes over another customer's checkout; a guest may sign in")
    func owners() throws {
        let inForce = try Self.inForce(Self.once)
        let shelf = MemoryShelf()
        _ = try shelf.perform("a", Self.reserve(Self.cart(), "once"), inForce, at: Self.start)
        #expect(
            try shelf.perform("a", Self.reserve(Self.cart("anna"), "once"), inForce, at: Self.start)
                .isDone)
        #expect(
            try shelf.perform("a", Self.reserve(Self.cart("ben"), "once"), inForce, at: Self.start)
                == .refused(.notTheirs))
    }

    @Test("Of several codes all are applied or none, save where the rest is asked for")
    func partial() throws {
        let inForce = try Self.inForce(Self.once)
        let shelf = MemoryShelf()
        let cart = try Self.cart()
        let strict = try shelf.perform(
            "a", Self.reserve(cart, "once", "nonsense"), inForce, at: Self.start)
        #expect(!strict.isDone)
        #expect(shelf.checkouts.isEmpty)
        let lenient = try shelf.perform(
            "a", Self.reserve(cart, "once", "nonsense", "ONCE", isPartial: true), inForce,
            at: Self.start)
        guard case .reserved(let stacking, let codes, _) = lenient else {
            Issue.record("it isn't reserved"); return
        }
        #expect(stacking.applied.map(\.promotion) == ["once"])
        #expect(
            codes.map(\.refusal) == [nil, .unknown, .notApplied(.alreadyThere)])
    }

    @Test(
        "Whatever is asked in whatever order, counts are what checkouts hold, and never above a limit",
        arguments: UInt64(0)..<60)
    func random(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let total = Int.random(in: 0..<4, using: &random) + 1
        let inForce = try Self.inForce(
            """
            {"kind": "promotion", "name": "many", "codes": ["MANY"], "effect": {"amount": "5 GBP"},
             "limits": {"total": \(total), "perCustomer": 2, "perCustomerIn": {"day": 1}}, "hold": "10m",
             "afterRefund": "usableAgain"}
            """,
            """
            {"kind": "promotion", "name": "alone", "codes": {"unique": {"prefix": "A"}},
             "effect": {"percent": "5%", "of": "remaining"}, "group": "best"}
            """,
            """
            {"kind": "promotion", "name": "auto", "effect": {"freeShipping": true}, "limits": {"perCustomer": 3}}
            """)
        let made = PromotionCodes(
            promotion: "alone", batch: 1, prefix: "A",
            hash: SipHash(key: SipHash.Key(low: 1, high: 2)))
        let shelf = MemoryShelf()
        for number in 0..<3 {
            let key = try #require(CodeKey(letters: made.normalCode(number).dropFirst()))
            shelf.codes[key] = IssuedCode(key: key, promotion: "alone", prefix: "A")
        }
        var now = Self.start
        for _ in 0..<200 {
            now = now.adding(milliseconds: Int64.random(in: 0..<400_000, using: &random))
            let id = "c\(Int.random(in: 0..<8, using: &random))"
            switch Int.random(in: 0..<6, using: &random) {
            case 0: _ = try shelf.perform(id, .confirm, inForce, at: now)
            case 1: _ = try shelf.perform(id, .release, inForce, at: now)
            case 2: _ = try shelf.perform(id, .refund, inForce, at: now)
            default:
                let customer = [nil, "anna", "ben"][Int.random(in: 0..<3, using: &random)]
                let codes = ["many", made.code(Int.random(in: 0..<4, using: &random)), "nothing"]
                    .filter { _ in
                        Int.random(in: 0..<2, using: &random) == 0
                    }
                let request = CheckoutRequest.reserve(
                    .init(
                        cart: try Self.cart(customer, at: now), codes: codes,
                        isPartial: Int.random(in: 0..<2, using: &random) == 0))
                _ = try shelf.perform(id, request, inForce, at: now)
            }
            #expect(shelf.problems(inForce) == [])
        }
    }
}
