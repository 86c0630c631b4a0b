import Analytics
import ArgumentParser
import Glibc
import Insights
import Kernel

/// Where the DuckDB library stands, as for the product.
struct LibraryOptions: ParsableArguments {
    @Option(help: "The DuckDB library; the one that script/setup installed otherwise.")
    var library = ".perennial/lib/libduckdb.so"

    func load() throws -> DuckDBLibrary {
        try DuckDBLibrary(
            chosen: getenv("DUCKDB_LIBRARY").map { String(cString: $0) },
            candidates: [library])
    }
}

/// Fills an archive with generated orders, batch by batch as the engine does.
struct ArchiveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Makes an archive of generated orders in a folder.")

    private static let batchCount = 200_000

    @Argument(help: "How many orders.")
    var count: Int

    @Argument(help: "A folder, which exists.")
    var folder: String

    @Option(help: "How many customers; a tenth of the orders otherwise.")
    var customers: Int?

    @OptionGroup var library: LibraryOptions

    func run() throws {
        let customerCount = customers ?? max(1, count / 10)
        let shop = ShopSimulation(orderCount: count, customerCount: customerCount, seed: 1)
        guard let currency = Currency("USD") else { throw ValidationError("no currency") }
        let archive = try Archive(folder: folder, library: library.load())
        var hash = SeededRandom(seed: 7)
        var start = 0
        while start < shop.count {
            let end = min(start + Self.batchCount, shop.count)
            var batch = ArchiveBatch(throughPosition: Int64(end))
            batch.orders = (start..<end).map { index in
                let order = shop[index]
                let day = CalendarDay(
                    daysSinceEpoch: Int(order.at.milliseconds / 86_400_000))
                return ArchivedOrder(
                    position: Int64(index + 1), key: Int64(bitPattern: hash.next() >> 1),
                    kind: .completed, customer: Int64(order.customer + 1),
                    orderID: String(1_000_001 + index), occurredAt: order.at,
                    localDay: Int32(day.daysSinceEpoch), localMonth: Int32(day.month.index),
                    currency: currency, totalMinor: order.totalMinor)
            }
            try archive.ingest(batch)
            note("\(end) orders")
            start = end
        }
        try archive.checkpoint()
    }
}

/// Times the archive's cohort table and prints seconds, then what the table adds up to.
struct CohortsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cohorts", abstract: "Times the cohort table of an archive.")

    @Argument(help: "The archive's folder.")
    var folder: String

    @Option(help: "How often; each time is printed.")
    var times = 3

    @Option(help: "How many threads a query may use.")
    var threads = 2

    @OptionGroup var library: LibraryOptions

    func run() throws {
        var options = Archive.Options()
        options.threads = threads
        let archive = try Archive(folder: folder, options: options, library: library.load())
        _ = try archive.cohorts()
        for _ in 0..<times {
            var cells = 0
            var customers = 0
            let duration = try ContinuousClock().measure {
                for row in try archive.cohorts().rows {
                    for retained in row.retained where retained > 0 {
                        cells += 1
                        customers += retained
                    }
                }
            }
            print(duration.seconds, cells, customers)
        }
    }
}
