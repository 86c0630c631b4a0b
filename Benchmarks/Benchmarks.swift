import ArgumentParser

/// What the benchmarks need beside the product itself; `Benchmarks/run` drives it.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Parts of Perennial's benchmarks; run them with Benchmarks/run.",
        subcommands: [
            EmptyServerCommand.self, OrdersCommand.self, ArchiveCommand.self,
            CohortsCommand.self, ModelCommand.self, ModelsCommand.self, AutomationCommand.self,
            LoyaltyCommand.self, PromotionsCommand.self,
        ])
}

extension Duration {
    /// In seconds, for printing.
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}

/// Writes a line to standard error.
func note(_ text: String) {
    StandardError.write(text + "\n")
}
