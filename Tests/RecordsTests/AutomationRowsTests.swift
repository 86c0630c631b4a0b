import Kernel
import TestSupport
import Testing

@testable import Records

struct AutomationRowsTests {
    private func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

    @Test func `a customer has one timer, which moves with their state`() throws {
        let folder = try TestFolder()
        let store = try RecordsStore(path: folder.file("records.sqlite"))
        let state: [UInt8] = [1, 2, 3]
        try store.fold { tables in
            let rows = tables.automation
            for customer in Int64(1)...3 {
                try rows.setAutomation(
                    of: customer, to: state.span, due: at(1000 * customer), before: nil)
            }
            try rows.setAutomation(of: 1, to: state.span, due: at(9000), before: at(1000))
            try rows.setAutomation(of: 2, to: state.span, due: nil, before: at(2000))
        }
        let (first, early, all) = try store.fold { tables in
            (
                try tables.automation.nextTimer(),
                try tables.automation.timers(dueBy: at(2999), limit: 9).count,
                try tables.automation.timers(dueBy: at(9000), limit: 9).map(\.customer)
            )
        }
        #expect(first == at(3000))
        #expect(early == 0)
        #expect(all == [3, 1])
        #expect(try store.timerCount() == 2)
        #expect(try store.automation(of: 2)?.due == nil)
        #expect(try store.automation(of: 1)?.due == at(9000))
        try store.fold { try $0.automation.removeAutomation(of: 1, due: at(9000)) }
        #expect(try store.automation(of: 1) == nil)
        #expect(try store.timerCount() == 1)
    }

    @Test func `definitions are kept in versions, of which one is in force`() throws {
        let folder = try TestFolder()
        let store = try RecordsStore(path: folder.file("records.sqlite"))
        func apply(_ name: String, _ document: String?) throws -> DefinitionRow? {
            try store.fold { tables in
                try tables.apply(
                    kind: "segment", name: name, document: document, source: document ?? "",
                    generation: 1, by: "test", at: at(5))
            }
        }
        let first = try #require(try apply("vip", "{}"))
        let second = try #require(try apply("vip", "{\"a\":1}"))
        let other = try #require(try apply("new", "{}"))
        #expect((first.version, second.version, other.version) == (1, 2, 1))
        #expect(first.subject == second.subject && other.subject != first.subject)
        #expect(try store.definitionsInForce().map(\.name) == ["new", "vip"])
        #expect(try apply("vip", nil) == nil)
        #expect(try store.definitionsInForce().map(\.name) == ["new"])
        #expect(
            try store.definitionVersions(kind: "segment", name: "vip").map(\.replacedAt)
                == [at(5), at(5)])
        // A name that comes back goes on with its number and its versions.
        let again = try #require(try apply("vip", "{}"))
        #expect(again.subject == first.subject && again.version == 3)
    }

    @Test func `what is decided stays where the fold is forgotten`() throws {
        let folder = try TestFolder()
        let store = try RecordsStore(path: folder.file("records.sqlite"))
        try store.fold { tables in
            try tables.automation.setBehaviours(of: 1, to: [1].span)
            try tables.automation.setAutomation(of: 1, to: [1].span, due: nil, before: nil)
            try tables.automation.add([
                DecisionRow(
                    at: at(1), customer: 1, journey: 1, version: 1, run: "r", step: "s",
                    kind: "sent", reason: "because")
            ])
            try tables.automation.tell([7, 8].span)
        }
        try store.forgetFolded()
        #expect(try store.behaviours(of: [1]).isEmpty)
        #expect(try store.automation(of: 1) != nil)
        #expect(
            try store.decisions(aboutCustomer: 1, limit: 9).map(\.decision.reason) == ["because"])
        let telling = try #require(try store.tellings(limit: 9).first)
        #expect(telling.frames == [7, 8])
        try store.removeTellings(through: telling.id)
        #expect(try store.tellings(limit: 9).isEmpty)
    }

    @Test func `sizes add up from day to day, and members come in pages`() throws {
        let folder = try TestFolder()
        let store = try RecordsStore(path: folder.file("records.sqlite"))
        try store.fold { tables in
            let rows = tables.automation
            for customer in Int64(1)...5 {
                try rows.enter(customer, segment: 4, since: at(customer))
            }
            try rows.enter(2, segment: 5, since: at(2))
            try rows.setSize(of: 4, to: 5, day: 10)
            try rows.leave(3, segment: 4)
            try rows.setSize(of: 4, to: try rows.size(of: 4) - 1, day: 11)
        }
        #expect(try store.segmentSizes() == [4: 4])
        #expect(try store.sizeHistory(of: 4, since: 11).map(\.size) == [4])
        #expect(try store.members(of: 4, after: 0, limit: 2).map(\.customer) == [1, 2])
        #expect(try store.members(of: 4, after: 2, limit: 9).map(\.customer) == [4, 5])
        #expect(try store.overlap(4, 5) == 1)
    }
}
