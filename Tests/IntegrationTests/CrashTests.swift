import Foundation
import Testing

extension IntegrationTests {
    /// kill −9 in the middle of everything.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct CrashTests {
        /// How often the server is killed; `PERENNIAL_CRASH_ROUNDS` for more.
        private static let rounds =
            ProcessInfo.processInfo.environment["PERENNIAL_CRASH_ROUNDS"].flatMap { Int($0) } ?? 6
        private static let seed =
            ProcessInfo.processInfo.environment["PERENNIAL_CRASH_SEED"].flatMap { UInt64($0) } ?? 1

        @Test(.enabled(if: Installation.python != nil, "no python3"))
        func `Whatever was acknowledged is there exactly once after kill −9`() throws {
            let python = try #require(Installation.python)
            let shop = try Shop()
            let key = try shop.writeKey()
            let journal = shop.folder.file("journal")
            let acknowledgedFile = journal.appending(path: "acknowledged")
            var luck = Luck(seed: Self.seed)

            for round in 0..<Self.rounds {
                let server = try shop.serve()
                let acknowledgedBytes = size(acknowledgedFile)
                let client = try Program(
                    python,
                    [
                        Installation.peer("crash_client.py"), server.address, key, journal.path,
                        String(Int(Self.seed) * 1000 + round),
                    ], in: shop.folder)
                // A moment that chance picks, told by what was acknowledged until then.
                let moment = acknowledgedBytes + 1 + Int(luck.next() % 40_000)
                try Deadline.wait(for: "acknowledgements") {
                    size(acknowledgedFile) >= moment || !client.isRunning ? () : nil
                }
                server.kill()
                let outcome = try client.wait()
                #expect(outcome.code == 0, "round \(round): \(outcome.code) \(outcome.errors)")
            }

            let attempted = Set(try lines(journal.appending(path: "attempted")))
            let acknowledged = Set(try lines(acknowledgedFile))
            try #require(acknowledged.count > Self.rounds)
            let server = try shop.serve()
            try server.settle()
            try expect(shop, hasOnce: acknowledged, of: attempted)
            #expect(try server.stop().code == 0)
            // The same without a server.
            try expect(shop, hasOnce: acknowledged, of: attempted)
        }

        /// Log, profiles and analytics agree, and hold each acknowledged event once.
        private func expect(
            _ shop: Shop, hasOnce acknowledged: Set<String>, of attempted: Set<String>
        ) throws {
            var names: [String] = []
            var orders = 0
            var rowOrders = 0
            var profileOrders = 0
            var profileEvents = 0
            var profileRevenue = 0
            var rowRevenue = 0
            for number in 0..<8 {
                let customer = try shop.json(
                    "customer", "show", "customer-\(number)", "--events", "1000000")
                for entry in customer.timeline.array {
                    if let order = entry.orderId.string {
                        names.append(order)
                        orders += 1
                    } else if let name = entry.name.string {
                        names.append(String(name.split(separator: " ").last ?? ""))
                    }
                }
                rowOrders += customer.row.orders.int ?? 0
                rowRevenue += customer.row.revenue.EUR.int ?? 0
                profileOrders += customer.profile.orders["count"].int ?? 0
                profileRevenue += customer.profile.orders.revenueMinor.EUR.int ?? 0
                profileEvents += customer.profile.eventCount.int ?? 0
            }
            let overview = try shop.json("report", "overview")

            #expect(names.count == Set(names).count)
            #expect(acknowledged.subtracting(names).isEmpty)
            #expect(Set(names).isSubset(of: attempted))
            #expect(overview.orders.int == orders)
            #expect(rowOrders == orders)
            #expect(profileOrders == orders)
            #expect(profileEvents == names.count)
            #expect(overview.revenue.EUR.int == rowRevenue)
            #expect(profileRevenue == rowRevenue)
            let expectedRevenue = names.filter { $0.hasPrefix("o") }.reduce(0) { sum, name in
                sum + (Int(name.dropFirst().filter { $0 != "-" }) ?? 0) % 1000 * 100 + 25
            }
            #expect(rowRevenue == expectedRevenue)
        }

        @Test(arguments: [false, true])
        func `An import goes on after kill −9 as if nothing had been`(hasServer: Bool) throws {
            let count = 40_000
            var rows = "orderId,customer,orderedAt,total\n"
            for row in 0..<count {
                let (month, day) = (row / 28 % 12 + 1, row % 28 + 1)
                let date =
                    "2023-" + (month < 10 ? "0" : "") + "\(month)-" + (day < 10 ? "0" : "")
                    + "\(day)"
                rows += "o\(row),c\(row * 7919 % 5000),\(date),\(row % 90).50\n"
            }
            let whole = try Shop()
            let file = try whole.folder.write(rows, to: "orders.csv")
            try whole.say("import", "orders", file, "--currency", "GBP")
            let killed = try Shop()
            var luck = Luck(seed: Self.seed &+ (hasServer ? 100 : 0))
            let arguments = ["import", "orders", file, "--currency", "GBP"]
            var interruptions = 0

            for _ in 0..<3 {
                let server = hasServer ? try killed.serve() : nil
                let log = URL(filePath: killed.data).appending(path: "records.sqlite-wal")
                let before = size(log)
                let run = try killed.start(arguments)
                let moment = before + 1 + Int(luck.next() % 1_500_000)
                try Deadline.wait(for: "the import to get on") {
                    !run.isRunning || (size(log) >= moment && size(log) != before) ? () : nil
                }
                if let server { server.kill() } else { run.kill() }
                let outcome = try run.wait()
                if outcome.code != 0 { interruptions += 1 }
                if hasServer, outcome.code != 0 { #expect(outcome.errors.contains("error:")) }
            }
            #expect(interruptions > 0)
            let last = try killed.say("import", "orders", file, "--currency", "GBP")

            #expect(last.contains("40,000 rows"))
            for report in ["overview", "cohorts"] {
                let expected = try whole.say("report", report, "--format", "json")
                #expect(try killed.say("report", report, "--format", "json") == expected)
            }
            #expect(try killed.json("report", "overview").orders.int == count)
            let again = try killed.say("import", "orders", file, "--currency", "GBP")
            #expect(again.contains("0 new events"))
        }

        private func size(_ file: URL) -> Int {
            let attributes = try? FileManager.default.attributesOfItem(atPath: file.path)
            return (attributes?[.size] as? NSNumber)?.intValue ?? 0
        }

        private func lines(_ file: URL) throws -> [String] {
            String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
                .map(String.init)
        }
    }
}

/// Numbers by chance that a seed repeats (SplitMix64, Steele et al. 2014).
struct Luck {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
