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

    @Flag(help: "Customers leave unseen, over three years; the orders are about as many.")
    var leaving = false

    @Option(help: "Decides all chance.")
    var seed: UInt64 = 1

    func validate() throws {
        guard count > 0, (1...min(count, 1 << 24 - 1)).contains(customers ?? 1) else {
            throw ValidationError("there are 1 to 16,777,215 customers, and as many orders or more")
        }
    }

    func run() throws {
        let customerCount = customers ?? max(1, count / 10)
        if leaving {
            let shop = LeavingShop(aboutOrders: count, customerCount: customerCount, seed: seed)
            try write(shop.count) { shop[$0] }
        } else {
            let shop = ShopSimulation(orderCount: count, customerCount: customerCount, seed: seed)
            try write(shop.count) { shop[$0] }
        }
    }

    private func write(
        _ count: Int, _ order: (Int) -> (customer: Int, at: Timestamp, totalMinor: Int64)
    ) throws {
        var output = BufferedOutput()
        try output.write("order_id,customer_id,ordered_at,total\n")
        for index in 0..<count {
            let order = order(index)
            let cents = order.totalMinor % 100
            let total = "\(order.totalMinor / 100).\(cents < 10 ? "0" : "")\(cents)"
            try output.write("\(1_000_001 + index),C\(order.customer + 1),\(order.at),\(total)\n")
        }
        try output.flush()
    }
}
