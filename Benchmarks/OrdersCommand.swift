import ArgumentParser
import Kernel

/// Writes a file of generated orders to standard output.
struct OrdersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract: "Writes a CSV file of generated orders, the same for the same numbers.")

    @Argument(help: "How many orders.")
    var count: Int

    @Option(help: "How many customers; a tenth of the orders otherwise.")
    var customers: Int?

    @Option(help: "Decides all chance.")
    var seed: UInt64 = 1

    func validate() throws {
        guard count > 0, (1...min(count, 1 << 24 - 1)).contains(customers ?? 1) else {
            throw ValidationError("there are 1 to 16,777,215 customers, and as many orders or more")
        }
    }

    func run() throws {
        let shop = ShopSimulation(
            orderCount: count, customerCount: customers ?? max(1, count / 10), seed: seed)
        var output = BufferedOutput()
        try output.write("order_id,customer_id,ordered_at,total\n")
        for index in 0..<shop.count {
            let order = shop[index]
            let cents = order.totalMinor % 100
            let total = "\(order.totalMinor / 100).\(cents < 10 ? "0" : "")\(cents)"
            try output.write("\(1_000_001 + index),C\(order.customer + 1),\(order.at),\(total)\n")
        }
        try output.flush()
    }
}
