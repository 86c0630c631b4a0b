import API
import Delivery
import JSONParsing
import Kernel
import Promotions
import Records
import Runtime

/// What the API's routes about promotions answer with.
enum PromotionAnswers {
    static func answers(of workspace: Workspace) -> PromotionRoutes.Answers {
        PromotionRoutes.Answers(
            promotions: { try await Blocking.run { try promotions(of: workspace) } },
            currency: workspace.currency,
            checkout: { id in try await Blocking.run { try checkout(id, in: workspace) } },
            perform: { asked in
                try await failing { try await perform(asked, in: workspace) }
            },
            issue: { issuing in
                try await failing {
                    try await Blocking.run { try issue(issuing, in: workspace) }
                }
            })
    }

    private static func promotions(of workspace: Workspace) throws -> [UInt8] {
        let figures = try workspace.promotions.store.figures()
        var json = JSONWriter()
        json.beginObject()
        json.key("promotions")
        json.beginArray()
        for promotion in workspace.promotions.inForce.promotions.values
            .sorted(by: { ($0.order, $0.name) < ($1.order, $1.name) })
        {
            json.beginObject()
            json.member("name", promotion.name)
            json.member("title", promotion.title)
            json.member("order", promotion.order)
            json.member("group", promotion.group.rawValue)
            if case .public(let codes) = promotion.codes {
                json.key("codes")
                json.beginArray()
                for code in codes { json.string(code) }
                json.endArray()
            }
            let one = figures[promotion.name]
            json.member("reserved", one?.reserved ?? 0)
            json.member("redeemed", one?.redeemed ?? 0)
            json.member("refunded", one?.refunded ?? 0)
            json.member("unique_codes", one?.codes ?? 0)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func checkout(_ id: String, in workspace: Workspace) throws -> [UInt8] {
        guard let found = try workspace.promotions.store.checkout(id) else {
            throw APIError.unknownDefinition(kind: "checkout")
        }
        let checkout = found.checkout
        var json = JSONWriter()
        json.beginObject()
        json.member("checkout", checkout.id)
        json.member("state", checkout.state.word)
        if !checkout.customer.isEmpty { json.member("customer", checkout.customer) }
        if checkout.state == .reserved { json.member("expires_at", checkout.expiresAt.rfc3339) }
        let currency = found.currency ?? workspace.currency
        json.member("currency", currency.description)
        json.key("promotions")
        json.beginArray()
        for use in checkout.uses {
            json.beginObject()
            json.member("promotion", use.promotion)
            if !use.code.isEmpty { json.member("code", use.code) }
            json.key("discount")
            json.decimal(minor: use.discountMinor, digits: currency.minorDigits)
            if use.points > 0 { json.member("points", use.points) }
            if checkout.state == .refunded { json.member("usable_again", use.isBack) }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func perform(
        _ asked: PromotionRoutes.Asked, in workspace: Workspace
    ) async throws -> PromotionRoutes.Answered {
        let ask = try await Blocking.run {
            try PromotionDesk.Ask(
                operation: asked.operation, checkout: asked.ask.checkout,
                request: try request(asked.ask, in: workspace), currency: asked.ask.currency,
                digest: digest(asked.ask.canonical, in: workspace),
                caller: asked.ask.client.map { .client(NetworkAddress.network(of: $0)) }
                    ?? .key(asked.caller))
        }
        let answer =
            asked.isDry
            ? try await Blocking.run { try workspace.promotions.preview(ask) }
            : try await workspace.promotions.perform(ask)
        return PromotionRoutes.Answered(
            json: answer.json, isDone: answer.isDone, isRepeat: answer.isRepeat)
    }

    private static func digest(_ bytes: [UInt8], in workspace: Workspace) -> [UInt8] {
        workspace.hash.digest(bytes.span).bytes
    }

    private static func request(
        _ ask: CheckoutAsk, in workspace: Workspace
    ) throws -> CheckoutRequest {
        switch ask.kind {
        case .confirm: return .confirm
        case .release: return .release
        case .refund: return .refund
        case .reserve: break
        }
        let buyer = try workspace.buyer(named: ask.customer)
        do throws(CartProblem) {
            let cart = try Cart(
                customer: buyer, currency: ask.currency, lines: ask.lines,
                shippingMinor: ask.shippingMinor, at: workspace.clock.now)
            return .reserve(
                CheckoutRequest.Reservation(
                    cart: cart, codes: ask.codes, isPartial: ask.isPartial))
        } catch {
            throw APIError.invalid(path: "lines", code: error.word, reason: error.sentence)
        }
    }

    private static func issue(
        _ issuing: PromotionRoutes.Issuing, in workspace: Workspace
    ) throws -> PromotionRoutes.Answered {
        var customer = ""
        if let named = issuing.customer {
            guard let id = try workspace.customerID(named: named) else {
                throw APIError.unknownCustomer
            }
            customer = id.description
        }
        var writer = ByteWriter(reserving: 64)
        writer.writeCounted("codes")
        writer.writeCounted(issuing.promotion)
        // As it was sent: who they are may change.
        writer.writeCounted(issuing.customer ?? "")
        writer.writeVarint(UInt64(issuing.count))
        // Asked without it, a request has the digest that it always had.
        if let expires = issuing.expiresAt { writer.writeSigned(expires.milliseconds) }
        let digest = digest(writer.take(), in: workspace)
        var codes: [String] = []
        var isRepeat = false
        if !issuing.isDry {
            (codes, isRepeat) = try workspace.promotions.issue(
                issuing.promotion, count: issuing.count, to: customer,
                expiresAt: issuing.expiresAt, operation: issuing.operation, digest: digest)
        }
        var json = JSONWriter()
        json.beginObject()
        json.member("operation", issuing.operation)
        json.member("promotion", issuing.promotion)
        json.member("done", !issuing.isDry)
        if let expires = issuing.expiresAt { json.member("expires_at", expires.rfc3339) }
        json.key("codes")
        json.beginArray()
        for code in codes { json.string(code) }
        json.endArray()
        json.endObject()
        return PromotionRoutes.Answered(json: json.bytes, isRepeat: isRepeat)
    }

    private static func failing<Value>(
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let failure as PromotionDesk.Failure {
            switch failure {
            case .reused: throw APIError.keyReused
            case .throttled(let retryAfterMs):
                throw APIError.wrongCodes(
                    retryAfterSeconds: Int(max(1, (retryAfterMs + 999) / 1000)))
            case .busy: throw APIError.busy
            case .unknownPromotion: throw APIError.unknownDefinition(kind: "promotion")
            case .noUniqueCodes:
                throw APIError.invalid(
                    path: "promotion", code: "no_unique_codes",
                    reason: "this promotion has no codes of a customer's own; define it with "
                        + "codes: {unique: {prefix: …}}")
            }
        } catch let refusal as GroupCommit<PromotionDesk.Ask, PromotionDesk.Answer>.Refusal {
            throw refusal == .closing
                ? APIError.unavailable("the server is stopping") : APIError.busy
        }
    }
}
