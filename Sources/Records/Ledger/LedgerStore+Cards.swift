import GRDB
package import Kernel

/// Whose a card is.
package struct LedgerCard: Sendable, Equatable {
    package var number: Int64
    package var program: String
    /// As whom they were known when it was made; they may be one with another since.
    package var customer: ID<Customer>

    package init(number: Int64, program: String, customer: ID<Customer>) {
        self.number = number
        self.program = program
        self.customer = customer
    }
}

/// The numbers of members' cards: kept at first use, never changed, each one of all programs.
extension LedgerStore {
    /// Whose a card is; nil where it is nobody's.
    package func card(number: Int64) throws -> LedgerCard? {
        try file.reader.read { db in
            try Row.fetchOne(
                db, sql: "SELECT program, customer FROM ledger_cards WHERE number = ?",
                arguments: [number]
            ).map { LedgerCard(number: number, program: $0[0], customer: ID(rawValue: $0[1])) }
        }
    }

    /// The number of a customer's card; nil where none was made.
    package func cardNumber(program: String, customer: ID<Customer>) throws -> Int64? {
        try file.reader.read { db in try Self.number(program, customer, db) }
    }

    /// Keeps a card, unless the customer has one.
    ///
    /// - Returns: The number of the customer's card from now on; nil where another's has the card's.
    package func keep(_ card: LedgerCard) throws -> Int64? {
        try file.writer.write { db in
            try db.execute(
                sql: """
                    INSERT INTO ledger_cards (number, program, customer) VALUES (?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """, arguments: [card.number, card.program, card.customer.rawValue])
            return try Self.number(card.program, card.customer, db)
        }
    }

    private static func number(
        _ program: String, _ customer: ID<Customer>, _ db: Database
    ) throws -> Int64? {
        try Int64.fetchOne(
            db, sql: "SELECT number FROM ledger_cards WHERE program = ? AND customer = ?",
            arguments: [program, customer.rawValue])
    }
}
