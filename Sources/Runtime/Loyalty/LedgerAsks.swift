package import Kernel
package import Loyalty
package import Records

extension LedgerWriter {
    /// Something asked of a customer's account.
    package struct Ask: Sendable, Equatable {
        package var program: String
        package var customer: ID<Customer>
        /// As who asks calls it; one of the program.
        package var id: String
        /// What is asked, in one form only: JSON.
        package var content: [UInt8]
        /// The same, read.
        package var request: LoyaltyRequest
        /// Up to when time has passed; nil for now.
        package var now: Timestamp?
        /// Segments of which the customer is a member, of those that the program asks about. What is asked stays the
        /// same when they change.
        package var segments: Set<String> = []
        /// Whether the log isn't told: it happened before the program began to act.
        package var isQuiet = false

        package init(
            program: String, customer: ID<Customer>, id: String, content: [UInt8],
            request: LoyaltyRequest = LoyaltyRequest(.tick)
        ) {
            self.request = request
            self.program = program
            self.customer = customer
            self.id = id
            self.content = content
        }
    }

    /// What an operation does, also where it is refused: the refusal is the answer then, and nothing moves.
    package struct Decision: Sendable, Equatable {
        package var answer: [UInt8]
        /// The account's bytes, where `account` is nil.
        package var state: [UInt8]
        /// The account as the rules know it. It is made bytes once in a commit, however often it changes there.
        package var account: LoyaltyAccount?
        package var entries: [LedgerEntry] = []
        package var lots: [LedgerLot] = []
        /// When time itself changes something next; nil for never.
        package var nextAt: Timestamp?
        /// The tier's place among the program's.
        package var tier = 0
        /// What it takes of the program's budgets, or gives back.
        package var budgetChanges: [LoyaltyBudget: Int64] = [:]
        /// What the log is to be told: frames of events.
        package var news: [[UInt8]] = []

        package init(
            answer: [UInt8], state: [UInt8], entries: [LedgerEntry] = [], lots: [LedgerLot] = []
        ) {
            self.answer = answer
            self.state = state
            self.entries = entries
            self.lots = lots
        }

        /// What the ledger keeps of the account.
        package var bytes: [UInt8] { account?.encoded() ?? state }
    }

    package struct Answer: Sendable, Equatable {
        package var bytes: [UInt8]
        /// Whether it was asked before.
        package var isRepeat: Bool
    }

    /// Why nothing was done.
    package enum Refusal: Error, Equatable {
        /// Too much waits already; try again in a moment.
        case queueFull
        /// The id was used for something else, or somebody else.
        case reused
        /// The ledger could not keep it.
        case storage(String)
        /// The server is stopping.
        case closing
    }
}
