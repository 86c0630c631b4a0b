import ArgumentParser
import Foundation
import Kernel
import Promotions
import Records
import Runtime
import YAMLText

/// `Benchmarks/run promotions`: codes made by the million, one looked at, and a cart worked out and kept.
///
/// Prints lines of a figure's name and its values, separated by tabs.
struct PromotionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promotions", abstract: "Times codes and checkouts.")

    private static let definitions = """
        kind: promotion
        name: back
        codes: { unique: { prefix: BACK } }
        effect: { amount: 5 GBP }
        ---
        kind: promotion
        name: many
        codes: [MANY]
        effect: { percent: 10%, of: remaining }
        limits: { total: 1000000000 }
        """

    @OptionGroup var workspace: WorkspaceFolder

    @Option(help: "Codes that are made.")
    var codes = 10_000_000

    @Option(help: "How many ask at once.")
    var clients = 64

    @Option(help: "Checkouts that each of them reserves.")
    var each = 300

    @Option var rounds = 5

    private static let looked = 20_000

    func run() async throws {
        let workspace = try workspace.open()
        _ = try await workspace.apply(
            try DefinitionDraft.reading(yaml: Self.definitions, file: "promotions.yaml"),
            by: "benchmark")
        let desk = workspace.promotions
        let clock = ContinuousClock()
        var made: CodeBatch?
        let making = try clock.measure { made = try desk.makeBatch(of: "back", count: codes) }
        guard let made else { return }
        figure("seconds for \(codes) codes", [making.seconds])
        var bytes = 0
        let writing = clock.measure {
            var start = 0
            while start < codes {
                bytes += desk.text(of: made, from: start, count: 10_000).count
                start += 10_000
            }
        }
        figure("seconds to write them out, \(bytes) bytes", [writing.seconds])
        var numbers = SystemRandomNumberGenerator()
        var times: [Double] = []
        for _ in 0..<Self.looked {
            let number = Int.random(in: 0..<codes, using: &numbers)
            let code = String(
                decoding: desk.text(of: made, from: number, count: 1).dropLast(), as: UTF8.self)
            let time = try clock.measure {
                guard try desk.look(up: code) != nil else { throw ExitCode(1) }
            }
            times.append(time.seconds * 1000)
        }
        times.sort()
        figure(
            "ms to look at a code: median, p99",
            [times[times.count / 2], times[times.count * 99 / 100]])
        var rates: [Double] = []
        for round in 0..<rounds { rates.append(try await reserve(workspace, made, round)) }
        figure("checkouts/s, \(clients) clients", rates)
        let problems = try desk.store.problems()
        figure("uses, problems", [Double(problems.uses), Double(problems.problems.count)])
        try workspace.close()
    }

    /// Everybody reserves a cart by a public and a unique code, waits for the answer, and goes on.
    private func reserve(
        _ workspace: Workspace, _ batch: CodeBatch, _ round: Int
    ) async throws -> Double {
        let clock = ContinuousClock()
        let (clients, each) = (clients, each)
        guard let currency = Currency("GBP") else { return 0 }
        let time = try await clock.measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<clients {
                    group.addTask {
                        for number in 0..<each {
                            let place = (round * clients + client) * each + number
                            let code = workspace.promotions.text(of: batch, from: place, count: 1)
                            let cart = try Cart(
                                customer: nil, currency: currency,
                                lines: [
                                    Cart.Line(id: "1", product: "mug", unitPriceMinor: 2500),
                                    Cart.Line(id: "2", product: "tea", unitPriceMinor: 1225),
                                ], shippingMinor: 350, at: workspace.clock.now)
                            let answer = try await workspace.promotions.perform(
                                PromotionDesk.Ask(
                                    operation: "o\(place)", checkout: "c\(place)",
                                    request: .reserve(
                                        .init(
                                            cart: cart,
                                            codes: [
                                                "MANY",
                                                String(decoding: code.dropLast(), as: UTF8.self),
                                            ])),
                                    currency: currency, digest: [1], caller: .key("benchmark")))
                            guard answer.isDone else { throw ExitCode(1) }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        return Double(clients * each) / time.seconds
    }

}
