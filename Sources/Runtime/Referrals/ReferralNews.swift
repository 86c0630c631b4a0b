import Events
import JSONParsing
import Kernel
import Records
import Referrals

/// What the log is told of referrals: both the advocate and the friend have it on their timeline.
enum ReferralNews {
    static func name(of status: ReferralStatus) -> String? {
        switch status {
        case .expected: nil
        case .joined: "Referral Joined"
        case .qualified: "Referral Qualified"
        case .released: "Referral Succeeded"
        case .rejected: "Referral Refused"
        case .reversed: "Referral Reversed"
        }
    }

    static func tell(
        _ status: ReferralStatus, _ reason: String, _ id: ReferralID, in commit: ReferralCommit,
        at now: Timestamp
    ) throws {
        guard let name = name(of: status) else { return }
        for (role, customer) in [("advocate", id.advocate), ("friend", id.friend)] {
            var json = begin(customer, id, role: role)
            json.member("reason", reason)
            try commit.tell(
                frame(name, json, key: "\(id)/\(status.word)/\(now.milliseconds)/\(role)", now))
        }
    }

    static func tell(
        _ effect: ReferralEffect, _ id: ReferralID, in commit: ReferralCommit, at now: Timestamp
    ) throws {
        guard case .award = effect.kind else { return }
        var json = begin(effect.customer, id, role: "\(effect.role)")
        json.member("points", effect.points)
        json.member("reason", effect.reason)
        try commit.tell(frame("Referral Rewarded", json, key: effect.operation, now))
    }

    private static func begin(
        _ customer: ID<Customer>, _ id: ReferralID, role: String
    ) -> JSONWriter {
        var json = JSONWriter()
        json.beginObject()
        json.member("customerId", customer.description)
        json.member("program", id.program)
        json.member("role", role)
        json.member("advocate", id.advocate.description)
        json.member("friend", id.friend.description)
        return json
    }

    private static func frame(
        _ name: String, _ properties: JSONWriter, key: String, _ now: Timestamp
    ) -> [UInt8] {
        var json = properties
        json.endObject()
        var draft = EventDraft(kind: .track, occurredAt: now, messageID: key)
        draft.flags = .system
        draft.name = name
        draft.properties = json.bytes
        var builder = EventBlockBuilder()
        builder.append(draft)
        return builder.takeBytes().bytes
    }
}
