import Analytics
import Documents
package import Kernel
package import Loyalty
package import Records
import Segments
import Synchronization

/// The loyalty programs of a workspace: what is in force, the ledger, and who writes it.
package final class LoyaltyDesk: Sendable {
    /// Why an operation could not be carried out at all; the ledger knows nothing of it.
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case unknownProgram(String)
        case writing(LedgerWriter.Refusal)

        package var description: String {
            switch self {
            case .unknownProgram(let name): "no program \(name) is in force"
            case .writing(.queueFull): "too many operations wait; try again in a moment"
            case .writing(.reused): "the operation's id was used for something else"
            case .writing(.storage(let reason)): "the ledger can't be written: \(reason)"
            case .writing(.closing): "the server is stopping"
            }
        }
    }

    package let store: LedgerStore
    package let writer: LedgerWriter
    private let records: RecordsStore
    private let clock: WallClock
    private let zone: ZoneRules
    private let known: Programs
    private let draws: SipHash.Key

    /// What is in force, for the thread that decides and for those that ask.
    private final class Programs: Sendable {
        let byName = Mutex<[String: LoyaltyInForce]>([:])
    }

    init(
        path: String, records: RecordsStore, zone: ZoneRules, clock: WallClock, hash: SipHash,
        position: Int64
    ) throws {
        let digest = hash.digest("loyalty draws")
        draws = SipHash.Key(low: digest.first, high: digest.second)
        store = try LedgerStore(path: path)
        self.records = records
        self.clock = clock
        self.zone = zone
        let known = Programs()
        self.known = known
        let find: @Sendable (String) throws(LedgerWriter.Refusal) -> LoyaltyInForce = {
            name throws(LedgerWriter.Refusal) in
            guard let inForce = known.byName.withLock({ $0[name] }) else {
                throw .storage("program \(name) went out of force")
            }
            return inForce
        }
        writer = LedgerWriter(
            store: store, clock: clock,
            move: { from, into, id, spent throws(LedgerWriter.Refusal) in
                let inForce = try find(into.program)
                do throws(ByteReader.Damaged) {
                    return try LoyaltyDecider.move(from, into: into, id: id, spent, by: inForce)
                } catch {
                    throw .storage("account \(from.id) is damaged at byte \(error.offset)")
                }
            },
            isApart: { name in
                known.byName.withLock { $0[name].map { !$0.program.hasBudgets } } ?? false
            },
            decide: { ask, account, spent, now throws(LedgerWriter.Refusal) in
                let inForce = try find(ask.program)
                do throws(ByteReader.Damaged) {
                    return try LoyaltyDecider.decide(ask, &account, spent, now, by: inForce)
                } catch {
                    throw .storage("account \(account.row.id) is damaged at byte \(error.offset)")
                }
            })
        try reload(at: position)
    }

    /// Under which it is kept by which version of a program's tiers all members were looked at; no program is called so.
    static func tiersKey(_ program: String) -> String { "-tiers " + program }

    /// Goes by what is defined now. What happened before a program was applied counts only where it says so.
    ///
    /// - Parameter position: The log's last one.
    func reload(at position: Int64) throws {
        var found: [String: LoyaltyInForce] = [:]
        for row in try records.definitionsInForce() where row.kind == "program" {
            var program = try LoyaltyProgram(
                reading: DocumentReader(try DefinitionSet.document(row)))
            let versions = try records.definitionVersions(kind: row.kind, name: row.name)
            let first = versions.last
            program.version = row.version
            for older in versions where older.version != row.version {
                // One that can't be read any more is of an older release; its orders go by today's rules.
                guard
                    let document = try? DefinitionSet.document(older),
                    let read = try? LoyaltyProgram(reading: DocumentReader(document))
                else { continue }
                program.remember(read, version: older.version)
            }
            found[row.name] = LoyaltyInForce(
                program: program, version: row.version, since: first?.appliedAt ?? row.appliedAt,
                zone: zone, draws: draws)
        }
        for inForce in found.values {
            let name = inForce.program.name
            guard try store.position(program: name) == nil else { continue }
            // Whoever becomes a member from now on is in a tier of this version.
            try store.commit([], reached: (Self.tiersKey(name), inForce.version))
            try store.commit([], reached: (name, inForce.program.starts == nil ? position : 0))
        }
        known.byName.withLock { $0 = found }
    }

    /// The programs' time.
    package var now: Timestamp { clock.now }

    /// What is in force, by name.
    package var programs: [LoyaltyInForce] {
        known.byName.withLock { $0.values.sorted { $0.program.name < $1.program.name } }
    }

    package func program(_ name: String) -> LoyaltyInForce? {
        known.byName.withLock { $0[name] }
    }

    /// What asks for an operation.
    package func ask(
        _ program: String, _ customer: ID<Customer>, id: String, _ request: LoyaltyRequest
    ) throws(Failure) -> LedgerWriter.Ask {
        guard let inForce = self.program(program) else { throw .unknownProgram(program) }
        var ask = LedgerWriter.Ask(
            program: program, customer: customer, id: id,
            content: request.json(currency: inForce.program.currency), request: request)
        do {
            ask.segments = try segments(of: customer, in: inForce)
        } catch {
            throw .writing(.storage("\(error)"))
        }
        return ask
    }

    /// Of the segments that a program asks about, those in which a customer is now. Blocks.
    func segments(of customer: ID<Customer>, in inForce: LoyaltyInForce) throws -> Set<String> {
        let names = inForce.program.segmentNames
        guard !names.isEmpty, let row = try records.automation(of: customer.rawValue) else {
            return []
        }
        let memberships = try CustomerState(
            customer.rawValue, decoding: row.state.span, due: row.due
        ).memberships
        return names.filter { memberships[$0]?.isMember ?? false }
    }

    /// Carries an operation out; returns once that is durable.
    package func perform(_ ask: LedgerWriter.Ask) async throws(Failure) -> LedgerWriter.Answer {
        do throws(LedgerWriter.Refusal) {
            return try await writer.perform(ask)
        } catch {
            throw .writing(error)
        }
    }

    func close() { writer.close() }
}
