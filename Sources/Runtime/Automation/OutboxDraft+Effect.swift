import JSONParsing
import Journeys
import Kernel
import Records

extension OutboxDraft {
    /// The end of the year 9999.
    private static let neverExpires = Timestamp(milliseconds: 253_402_300_799_000)

    /// What a journey decided, as the outbox takes it.
    ///
    /// A coupon that never expires does so at the end of the year 9999.
    ///
    /// - Parameters:
    ///   - run: The run's text form.
    ///   - sentChannels: Channels whose messages are sent, each by the lane of its name.
    init(
        _ effect: Effect, run: String, customer: Int64, at now: Timestamp,
        sentChannels: Set<String> = []
    ) {
        let fields = EffectFields(effect.payload)
        let content: Content
        switch effect.kind {
        case .send:
            let channel = sentChannels.isEmpty ? "" : fields.text("channel")
            content = .send(
                lane: sentChannels.contains(channel) ? channel : "", message: effect.payload)
        case .award: content = .award(effect.payload)
        case .webhook:
            content = .webhook(
                receiver: effect.receiver ?? "", type: "journey.webhook",
                data: Self.webhookData(effect, run: run, customer: customer, fields))
        case .attribute: content = .attributes(effect.payload)
        case .task:
            content = .task(
                title: fields.text("title"), owner: fields.text("owner"),
                dueAt: fields.time("due") ?? effect.dueAt)
        case .coupon:
            let promotion = fields.text("promotion")
            content =
                promotion.isEmpty
                ? .coupon(
                    code: fields.text("code"), value: fields.couponValue,
                    expiresAt: fields.time("expires") ?? Self.neverExpires)
                : .promotionCode(
                    code: fields.text("code"), promotion: promotion,
                    expiresAt: fields.time("expires"))
        }
        self.init(
            key: effect.key, customer: ID(rawValue: customer),
            origin: OutboxOrigin(
                journey: effect.journey, version: Int64(effect.version),
                run: run, step: effect.step),
            content: content, createdAt: now, dueAt: effect.dueAt,
            isWithheld: effect.isWithheld)
    }

    /// What the author wrote under `data`, beside whom it is about and where it comes from.
    private static func webhookData(
        _ effect: Effect, run: String, customer: Int64, _ fields: EffectFields
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("customerId", ID<Customer>(rawValue: customer).description)
        json.member("journey", effect.journey)
        json.member("version", effect.version)
        json.member("run", run)
        json.member("step", effect.step)
        json.key("data")
        fields.write("data", to: &json)
        json.endObject()
        return json.bytes
    }
}

/// An effect's payload, which the core wrote.
private struct EffectFields {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Empty where there is no such member.
    func text(_ name: String) -> String {
        // The core's own JSON; a member that it doesn't have says nothing.
        guard let slice = try? JSONLookup.member(named: name, in: bytes.span) else { return "" }
        return slice.text(in: bytes.span)
    }

    /// Writes a member's JSON as it is; an empty object where there is none.
    func write(_ name: String, to json: inout JSONWriter) {
        guard let slice = try? JSONLookup.member(named: name, in: bytes.span) else {
            json.beginObject()
            json.endObject()
            return
        }
        json.raw(bytes.span.extracting(slice.range))
    }

    func time(_ name: String) -> Timestamp? { Timestamp(text(name)) }

    var couponValue: CouponValue {
        if let percent = Int64(text("percent")) { return .basisPoints(percent * 100) }
        guard let currency = Currency(text("currency")) else { return .basisPoints(0) }
        let digits = Array(text("amount").utf8)
        let minor = try? DecimalText.minor(digits.span, digits: currency.minorDigits)
        return .amount(Money(minor: minor ?? 0, currency: currency))
    }
}
