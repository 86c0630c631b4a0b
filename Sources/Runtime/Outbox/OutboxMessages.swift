import Delivery
import JSONParsing
import Kernel
import Records

/// Items of the outbox as webhooks.
enum OutboxMessages {
    private static let idDomain: UInt8 = 32
    private static let jitterDomain: UInt8 = 33

    /// What a receiver is told; nil where the item's payload isn't a webhook's.
    ///
    /// Its id is made of the item's key: the same at every attempt, and also where a workspace that was restored
    /// decides the same again.
    static func message(_ item: OutboxRecord, hash: SipHash) -> WebhookMessage? {
        let payload = item.payload.span
        guard let type = try? JSONLookup.member(named: "type", in: payload), type.kind == .string,
            let data = try? JSONLookup.member(named: "data", in: payload), data.kind.isObject
        else { return nil }
        return WebhookMessage(
            id: id(of: item, hash), type: type.text(in: payload), time: item.createdAt,
            data: payload.extracting(data.range))
    }

    static func id(of item: OutboxRecord, _ hash: SipHash) -> String {
        let bytes = hash.digest(item.key, domain: idDomain).bytes
        return "msg_" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A number for an attempt, the same whenever it is asked for.
    static func jitter(_ item: OutboxRecord, hash: SipHash) -> UInt64 {
        hash.digest("\(item.key) \(item.attempts)", domain: jitterDomain).first
    }
}
