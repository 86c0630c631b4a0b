import GRDB
import Kernel
import TestSupport
import Testing

@testable import Records

/// Cards' numbers on disk.
struct LedgerCardTests {
    private func card(_ number: Int64, _ program: String, _ customer: Int64) -> LedgerCard {
        LedgerCard(number: number, program: program, customer: ID(rawValue: customer))
    }

    @Test func `a customer has one card in a program, and a card one customer of all programs`()
        throws
    {
        let folder = try TestFolder()
        let path = folder.file("ledger.sqlite")
        let store = try LedgerStore(path: path)
        #expect(try store.cardNumber(program: "club", customer: ID(rawValue: 7)) == nil)
        #expect(try store.keep(card(1, "club", 7)) == 1)
        #expect(try store.keep(card(2, "club", 7)) == 1, "the first stays")
        #expect(try store.keep(card(1, "club", 8)) == nil, "it is another's")
        #expect(try store.keep(card(1, "bar", 7)) == nil, "also in another program")
        #expect(try store.keep(card(3, "bar", 7)) == 3)
        let next = try LedgerStore(path: path)
        #expect(try next.card(number: 1) == card(1, "club", 7))
        #expect(try next.card(number: 2) == nil)
        #expect(try next.cardNumber(program: "bar", customer: ID(rawValue: 7)) == 3)
        #expect(try next.check().problems == [])
    }

    @Test func `a card and a customer's card are found by an index`() throws {
        let folder = try TestFolder()
        let store = try LedgerStore(path: folder.file("ledger.sqlite"))
        for (query, plan) in [
            (
                "SELECT program, customer FROM ledger_cards WHERE number = 1",
                "SEARCH ledger_cards USING INTEGER PRIMARY KEY (rowid=?)"
            ),
            (
                "SELECT number FROM ledger_cards WHERE program = '' AND customer = 1",
                "SEARCH ledger_cards USING COVERING INDEX sqlite_autoindex_ledger_cards_1 "
                    + "(program=? AND customer=?)"
            ),
        ] {
            let found = try store.file.reader.read { db in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + query).map {
                    $0["detail"] as String
                }
            }
            #expect(found == [plan])
        }
    }
}
