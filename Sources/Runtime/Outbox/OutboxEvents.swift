import Events
import JSONParsing
import Kernel
import Records

/// Items of the outbox as events on the log, for whoever acts on them. An event's message id is made of the
/// item's key, so writing it again changes nothing.
enum OutboxEvents {
    static let couponIssued = "Coupon Issued"
    static let couponRedeemed = "Coupon Redeemed"
    static let couponUsedAgain = "Coupon Used Again"

    /// Why an item can't be carried out, however often it is tried.
    enum Failure: Error, CustomStringConvertible {
        case payload
        case kind(OutboxKind)

        var description: String {
            switch self {
            case .payload: "what it holds isn't a JSON object as its kind takes it"
            case .kind(let kind): "nothing carries out the kind \(kind.rawValue)"
            }
        }
    }

    static func draft(_ item: OutboxRecord) throws(Failure) -> EventDraft {
        switch item.kind {
        case .coupon: try issued(item)
        case .redemption: try redeemed(item)
        case .attribute: try attributes(item)
        case .send, .award, .webhook, .task: throw .kind(item.kind)
        }
    }

    private static func issued(_ item: OutboxRecord) throws(Failure) -> EventDraft {
        var draft = EventDraft(
            kind: .track, occurredAt: item.createdAt, messageID: "coupon/" + item.key)
        draft.flags = .system
        draft.name = couponIssued
        draft.properties = try properties(of: item)
        return draft
    }

    private static func redeemed(_ item: OutboxRecord) throws(Failure) -> EventDraft {
        let properties = try properties(of: item)
        func text(_ name: String) -> String? {
            // It was read as an object before.
            (try? JSONLookup.member(named: name, in: properties.span))?.map {
                $0.text(in: properties.span)
            }
        }
        let at = text("occurredAt").flatMap { Timestamp($0) } ?? item.createdAt
        var draft = EventDraft(kind: .track, occurredAt: at, messageID: item.key)
        draft.flags = text("history") == nil ? .system : [.system, .history]
        draft.name = text("earlierOrderId") == nil ? couponRedeemed : couponUsedAgain
        draft.properties = properties
        return draft
    }

    /// An identify call of our own: its context says whose the traits are.
    private static func attributes(_ item: OutboxRecord) throws(Failure) -> EventDraft {
        try check(item.payload)
        var context = JSONWriter()
        context.beginObject()
        writeOrigin(of: item, to: &context)
        context.endObject()
        var draft = EventDraft(
            kind: .identify, occurredAt: item.createdAt, messageID: "set/" + item.key)
        draft.flags = .system
        draft.properties = item.payload
        draft.context = context.bytes
        return draft
    }

    private static func properties(of item: OutboxRecord) throws(Failure) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        writeOrigin(of: item, to: &json)
        do throws(JSONError) {
            var reader = JSONReader(item.payload.span)
            try reader.beginObject()
            while let key = try reader.nextKey() {
                let value = try reader.readValue()
                json.key(key.text(in: item.payload.span))
                json.raw(item.payload.span.extracting(value.range))
            }
        } catch {
            throw .payload
        }
        json.endObject()
        return json.bytes
    }

    private static func writeOrigin(of item: OutboxRecord, to json: inout JSONWriter) {
        json.member("customerId", item.customer.description)
        if !item.origin.journey.isEmpty { json.member("journey", item.origin.journey) }
        if !item.origin.step.isEmpty { json.member("step", item.origin.step) }
    }

    private static func check(_ payload: [UInt8]) throws(Failure) {
        do throws(JSONError) {
            var reader = JSONReader(payload.span)
            try reader.beginObject()
            while try reader.nextKey() != nil { _ = try reader.readValue() }
        } catch {
            throw .payload
        }
    }
}
