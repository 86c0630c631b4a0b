import ArgumentParser
import Foundation
import Kernel
import Loyalty
import Records
import Runtime
import YAMLText

/// `Benchmarks/run loyalty`: durable operations from many at once, many in bulk, and looks into a long ledger.
///
/// Prints lines of a figure's name and its values, separated by tabs.
struct LoyaltyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loyalty", abstract: "Times the points ledger.")

    private static let definitions = """
        kind: program
        name: club
        currency: GBP
        earn:
          - { name: purchases, points: 1, per: 1.00 }
        """

    @OptionGroup var workspace: WorkspaceFolder

    @Option(help: "How many ask at once.")
    var clients = 64

    @Option(help: "Operations that each of them asks for, in a round.")
    var each = 2000

    @Option(help: "Entries that the ledger has when it is looked into.")
    var entries = 1_000_000

    @Option var rounds = 5

    @Option(help: "Orders in bulk that share a commit.")
    var commit = Workspace.countedAtOnce

    @Flag(help: "Orders in bulk are of before the program began: the log isn't told of them.")
    var history = false

    private static let customers: Int64 = 20_000
    /// Orders in bulk of ten thousand customers, ten of each.
    private static let batch = 100_000

    func run() async throws {
        let workspace = try workspace.open()
        _ = try await workspace.apply(
            try DefinitionDraft.reading(yaml: Self.definitions, file: "club.yaml"), by: "benchmark")
        for customer in 1...Self.customers {
            // Everybody has enough to spend.
            try await give(workspace, customer)
        }
        var rates: [Double] = []
        for round in 0..<rounds { rates.append(try await ask(workspace, round)) }
        figure("operations/s, \(clients) clients", rates)
        let count = try workspace.loyalty.store.check().entries
        let batches = max(0, entries - count + Self.batch - 1) / Self.batch
        figure("operations/s in bulk", try await fill(workspace, batches: batches))
        figure("entries", [Double(count + batches * Self.batch)])
        try look(workspace, customers: Self.customers + Int64(batches) * 10_000)
        try workspace.close()
    }

    private func give(_ workspace: Workspace, _ customer: Int64) async throws {
        if customer % 500 != 1 { return }
        let asks = try (customer..<customer + 500).map { number in
            try workspace.loyalty.ask(
                "club", ID(rawValue: number), id: "begin-\(number)",
                LoyaltyRequest(.award(points: 1_000_000, reason: "begin")))
        }
        try await workspace.loyalty.writer.perform(asks)
    }

    /// Everybody asks, waits for the answer, and asks again: a spending each, as a till does it.
    private func ask(_ workspace: Workspace, _ round: Int) async throws -> Double {
        let clock = ContinuousClock()
        let (clients, each) = (clients, each)
        let time = try await clock.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<clients {
                    group.addTask {
                        for number in 0..<each {
                            let customer = Int64(client * 7919 + number * 31) % Self.customers + 1
                            let ask = try workspace.loyalty.ask(
                                "club", ID(rawValue: customer), id: "\(round)-\(client)-\(number)",
                                LoyaltyRequest(.spend(points: 1, reference: "r")))
                            _ = try await workspace.loyalty.perform(ask)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        return Double(clients * each) / time.seconds
    }

    /// Orders as the log tells them, as many in a commit as when it is followed, and as then the next ones are made while
    /// those before are decided and kept.
    ///
    /// - Returns: Of each 100,000, how many were kept in a second.
    private func fill(_ workspace: Workspace, batches: Int) async throws -> [Double] {
        guard let currency = Currency("GBP") else { return [] }
        let clock = ContinuousClock()
        let writer = workspace.loyalty.writer
        var rates: [Double] = []
        var last = clock.now
        var before: (bulk: LedgerBulk, ends: Bool)?
        for batch in 0..<batches {
            for start in stride(from: 0, to: Self.batch, by: commit) {
                let asks = orders(start..<min(Self.batch, start + commit), batch, currency)
                let bulk = writer.begin(asks)
                try await before?.bulk.done()
                if before?.ends ?? false { measure() }
                before = (bulk, start + commit >= Self.batch)
            }
        }
        try await before?.bulk.done()
        measure()
        return rates

        func measure() {
            let now = clock.now
            rates.append(Double(Self.batch) / (now - last).seconds)
            last = now
        }
    }

    private func orders(
        _ numbers: Range<Int>, _ batch: Int, _ currency: Currency
    ) -> [LedgerWriter.Ask] {
        let isQuiet = history
        return numbers.map { number in
            let order = LoyaltyOperation.order(
                id: "o\(batch)-\(number)",
                lines: [OrderLine(id: "#1", product: "mug", amount: 1234)], currency: currency)
            var ask = LedgerWriter.Ask(
                program: "club",
                // Others than those who spend, each with some ten orders.
                customer: ID(
                    rawValue: Self.customers + 1 + Int64(batch) * 10_000 + Int64(number % 10_000)),
                id: "event:\(batch)-\(number)", content: [], request: LoyaltyRequest(order))
            ask.isQuiet = isQuiet
            return ask
        }
    }

    /// Half of those who are looked at are of those who spend, the others anybody.
    private func look(_ workspace: Workspace, customers: Int64) throws {
        let clock = ContinuousClock()
        guard let inForce = workspace.loyalty.program("club") else { return }
        var balances: [Double] = []
        var pages: [Double] = []
        for number in 0..<1000 {
            let most = number % 2 == 0 ? Self.customers : customers
            let customer = ID<Customer>(rawValue: Int64(number) * 7_919_197 % most + 1)
            var member: LoyaltyMember?
            balances.append(
                try clock.measure { member = try workspace.loyaltyMember(customer, in: inForce) }
                    .seconds * 1000)
            guard let account = member?.number else { continue }
            pages.append(
                try clock.measure { _ = try workspace.loyaltyHistory(of: account, limit: 50) }
                    .seconds * 1000)
        }
        figure("balance, ms (p50, p99)", [percentile(balances, 0.5), percentile(balances, 0.99)])
        figure("history page, ms (p50, p99)", [percentile(pages, 0.5), percentile(pages, 0.99)])
        var report: DoctorReport?
        let time = try clock.measure { report = try workspace.examine() }
        figure("doctor, s", [time.seconds])
        figure("problems", [Double(report?.problemCount ?? -1)])
    }

    private func percentile(_ values: [Double], _ share: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        return values.sorted()[min(values.count - 1, Int(Double(values.count) * share))]
    }
}
