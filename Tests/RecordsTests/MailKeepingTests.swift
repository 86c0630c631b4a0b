import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records

/// Lists and counts of messages by indexes, and what is left of old ones.
@Suite struct MailKeepingTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)
    private static let month: Int64 = 30 * 86_400_000

    private func store() throws -> (RecordsStore, TestFolder) {
        let folder = try TestFolder()
        return (try RecordsStore(path: folder.path + "/records.sqlite"), folder)
    }

    private func result(
        _ id: Int64, _ outcome: MessageResult.Outcome, campaign: String = "", months: Int64 = 0
    ) -> MessageResult {
        MessageResult(
            message: MessageDraft(
                id: ID(rawValue: id), customer: id % 7, address: "a\(id)@mail.example",
                template: "news", topic: "offers", journey: campaign.isEmpty ? "j" : "",
                step: "1", campaign: campaign, subject: "Hello", filled: Array(#"{"a":1}"#.utf8),
                createdAt: Self.now.adding(milliseconds: -months * Self.month)),
            attempt: 1, outcome: outcome)
    }

    @Test func `lists, counts and caps read no more of the messages than they show`() throws {
        let (store, _) = try store()
        try store.settleMessages(
            (1...400).map { result($0, .accepted(reply: "ok"), campaign: $0 % 2 == 0 ? "c" : "") },
            at: Self.now)
        var plans: [String] = []
        func note(_ sql: String, _ arguments: StatementArguments) throws {
            plans += try store.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: arguments)
                    .map { "\($0["detail"] as String)" }
            }
        }
        var filters: [MessageFilter] = []
        for change: (inout MessageFilter) -> Void in [
            { $0.template = "news" }, { $0.origin = "c" }, { $0.origin = "j" },
            { $0.domain = "mail.example" }, { $0.customers = [1, 2] }, { $0.state = .deferred },
            {
                $0.template = "news"; $0.state = .accepted
            },
            {
                $0.origin = "c"; $0.before = ID(rawValue: 100)
            },
        ] {
            var filter = MessageFilter(limit: 20)
            change(&filter)
            filters.append(filter)
        }
        for filter in filters {
            for (condition, arguments) in filter.statements {
                try note(
                    "SELECT \(messageColumns) FROM messages AS m \(condition) ORDER BY m.id DESC LIMIT ?",
                    StatementArguments(arguments))
            }
        }
        try note(RecordsStore.keptBack, ["c", "1", 5])
        try note(RecordsStore.oldestMessages, [0, 5])
        try note(CampaignMessage.reading, [1, 0])
        try note(RecordsStore.campaignCounts, ["c", "1", "c", "1"])
        #expect(plans.count > 12)
        #expect(plans.filter { $0.hasPrefix("SCAN m") } == [])
        // By the origin and the template they come in their order.
        for filter in filters where filter.origin != nil || filter.template != nil {
            var sorted: [String] = []
            for (condition, arguments) in filter.statements {
                sorted += try store.read { db in
                    try Row.fetchAll(
                        db,
                        sql: "EXPLAIN QUERY PLAN SELECT m.id FROM messages AS m \(condition) "
                            + "ORDER BY m.id DESC LIMIT ?",
                        arguments: StatementArguments(arguments)
                    ).map { "\($0["detail"] as String)" }.filter { $0.contains("TEMP B-TREE") }
                }
            }
            #expect(sorted == [])
        }
        #expect(try store.messageCount() == 400)
    }

    @Test func `an origin's messages are listed whether a journey or a campaign sent them`() throws
    {
        let (store, _) = try store()
        try store.settleMessages(
            (1...9).map { result($0, .accepted(reply: "ok"), campaign: $0 % 2 == 0 ? "j" : "") },
            at: Self.now)
        var filter = MessageFilter(limit: 4)
        filter.origin = "j"
        #expect(try store.messages(filter).map(\.id.rawValue) == [9, 8, 7, 6])
        filter.before = ID(rawValue: 6)
        #expect(try store.messages(filter).map(\.id.rawValue) == [5, 4, 3, 2])
    }

    @Test func `a message that is tried again counts once`() throws {
        let (store, _) = try store()
        for outcome in [
            MessageResult.Outcome.deferred(until: Self.now, reply: "later"),
            .suppressed(reason: "no"), .accepted(reply: "ok"),
        ] {
            try store.settleMessages([result(1, outcome)], at: Self.now)
        }
        #expect(try store.messageCount() == 1)
    }

    @Test func `messages that wait for a person keep none behind them from going`() throws {
        let (store, _) = try store()
        try store.settleMessages(
            (1...10).map { result($0, .inDoubt(reason: "?"), months: 40) }
                + (11...30).map { result($0, .accepted(reply: "ok"), months: 40) }
                + [result(31, .accepted(reply: "ok"), months: 1)], at: Self.now)
        func prune() throws -> Bool {
            try store.pruneMessages(
                emptied: Self.now.adding(milliseconds: -24 * Self.month),
                removed: Self.now.adding(milliseconds: -36 * Self.month), limit: 7)
        }
        while try prune() {}
        let left = try store.messages(MessageFilter(limit: 100))
        #expect(left.map(\.id.rawValue).sorted() == Array(1...10) + [31])
    }

    @Test func `old messages lose what they said, then go, and campaigns keep their counts`() throws
    {
        let (store, _) = try store()
        try store.settleMessages(
            (1...30).map { result($0, .accepted(reply: "ok"), campaign: "c", months: 40) }
                + (31...60).map { result($0, .bounced(reply: "no"), campaign: "c", months: 26) }
                + (61...90).map { result($0, .accepted(reply: "ok"), months: 1) }
                + [result(10, .accepted(reply: "ok"), campaign: "c", months: 40)], at: Self.now)
        try store.settleMessages(
            [result(5, .inDoubt(reason: "?"), campaign: "d", months: 40)], at: Self.now)
        var run = CampaignRun(campaign: "c", version: 1)
        run.number = 1
        let before = try store.campaignMessages(of: run)
        func prune() throws -> Bool {
            try store.pruneMessages(
                emptied: Self.now.adding(milliseconds: -24 * Self.month),
                removed: Self.now.adding(milliseconds: -36 * Self.month), limit: 7)
        }
        var turns = 0
        while try prune() { turns += 1 }

        #expect(turns > 4)
        let left = try store.messages(MessageFilter(limit: 1000))
        #expect(left.map(\.id.rawValue).sorted() == Array(31...90))
        for message in left {
            let isOld = message.id.rawValue <= 60
            #expect((message.draft.filled == Array("{}".utf8)) == isOld)
            #expect(message.draft.subject.isEmpty == isOld)
        }
        #expect(try store.messageCount() == 60)
        #expect(try store.campaignMessages(of: run) == before)
        #expect(before == [.accepted: 30, .bounced: 30])
        #expect(try !prune())
    }
}
