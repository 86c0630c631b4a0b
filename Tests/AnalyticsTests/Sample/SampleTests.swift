import Dispatch
import Events
import Insights
import Kernel
import Segments
import Synchronization
import Testing

@testable import Analytics

/// The sample of customers: it has all that is theirs, whatever happens to whom events count for.
@Suite(.enabled(if: TestLibrary.isExpected, "script/setup installs DuckDB"))
struct SampleTests {
    /// - Parameter events: How many the sample has at most, about.
    static func open(_ folder: TestFolder, events: Int, customers: Int = 1) throws -> Archive {
        var options = Archive.Options()
        options.threads = 1
        options.countedEventsMax = -1
        options.sampledEventsMax = events
        options.sampledCustomersMin = customers
        return try Archive(folder: folder.path, options: options, library: TestLibrary.load())
    }

    private let asOf = Timestamp(milliseconds: 1_308_132_000_000)

    /// Holds the sample beside what it is of; returns how many customers and rows are in it.
    private func check(_ archive: Archive, _ place: String) throws -> (customers: Int, rows: Int) {
        _ = try archive.segmentEstimate(SegmentQuery(.all([]), now: asOf))
        _ = try archive.segmentCount(SegmentQuery(.all([]), now: asOf))
        return try archive.read { connection throws(ArchiveError) in
            let threshold = try connection.integer("SELECT threshold FROM sampled.archive_state")
            let position = try connection.integer("SELECT position FROM sampled.archive_state")
            #expect(
                try position == connection.integer("SELECT position FROM main.archive_state"))
            let root = "coalesce(l.customer, e.customer)"
            var wanted = ["events", "orders", "contacts"].map { table in
                (
                    table,
                    """
                    SELECT e.* FROM main.\(table) AS e LEFT JOIN main.links AS l
                    ON l.member = e.customer
                    WHERE e.customer <> 0 AND \(SampleLot.sql(root)) < \(threshold)
                    """
                )
            }
            for table in ["customer_summary", "customer_revenue"] {
                wanted.append(
                    (
                        table,
                        """
                        SELECT * FROM main.\(table) WHERE \(SampleLot.sql("customer")) < \(threshold)
                        """
                    ))
            }
            var rows = 0
            for (table, wanted) in wanted {
                let own = "SELECT * FROM sampled.\(table)"
                let different = try connection.integer(
                    """
                    SELECT (SELECT count(*) FROM (\(wanted) EXCEPT ALL \(own)))
                        + (SELECT count(*) FROM (\(own) EXCEPT ALL \(wanted)))
                    """)
                #expect(different == 0, "\(place): \(table)")
                rows += Int(try connection.integer("SELECT count(*) FROM (\(own))"))
            }
            let people = try connection.integer("SELECT count(*) FROM sampled.customer_summary")
            return (Int(people), rows)
        }
    }

    @Test(arguments: UInt64(1)...4)
    func `the sample has all that is its customers', and nothing else`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var source = RandomBatches(
            seed: seed, currencies: [try currency("USD"), try currency("JPY")])
        let folder = try TestFolder()
        let most = Int.random(in: 20...200, using: &random)
        var archive = try Self.open(folder, events: most)
        var batches: [ArchiveBatch] = []
        var sizes: [Int] = []
        for round in 1...7 {
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let batch = try source.next(events: Int.random(in: 1...40, using: &random))
                try archive.ingest(batch)
                batches.append(batch)
            }
            if Int.random(in: 0...3, using: &random) == 0 {
                archive = try Self.reopened(folder, &archive, events: most)
            }
            let found = try check(archive, "seed \(seed), round \(round)")
            sizes.append(found.customers)
        }
        // Anew, and in other pieces: to the same end.
        try archive.forgetFolded()
        _ = try check(archive, "seed \(seed), forgotten")
        for batch in batches { try archive.ingest(batch) }
        let anew = try check(archive, "seed \(seed), anew")
        #expect(anew.rows > 0 || sizes.last == 0, "seed \(seed)")
        #expect(sizes.contains { $0 < 40 }, "seed \(seed)")
    }

    private static func reopened(
        _ folder: TestFolder, _ archive: inout Archive, events: Int
    ) throws -> Archive {
        // The file has one owner at a time.
        let other = try TestFolder()
        archive = try open(other, events: events)
        return try open(folder, events: events)
    }

    @Test func `what was forgotten and folded to the same position isn't taken for the same`()
        throws
    {
        let folder = try TestFolder()
        let archive = try Self.open(folder, events: 1_000_000)
        var one = RandomBatches(seed: 1, currencies: [try currency("USD")])
        try archive.ingest(try one.next(events: 200))
        let before = try check(archive, "before")
        try archive.forgetFolded()
        var other = RandomBatches(seed: 2, currencies: [try currency("USD")])
        try archive.ingest(try other.next(events: 200))
        let after = try check(archive, "after")
        #expect(before != after)
    }

    /// As `AgreementTests`, of which this is the same history.
    @Test(arguments: UInt64(21)...22)
    func `where the sample is everybody the estimate is the count`(seed: UInt64) throws {
        var conditions = RandomConditions(seed: seed)
        var segments: [SegmentSet.Segment] = []
        for number in 0..<12 {
            let name = "s\(number)"
            let condition = conditions.condition()
            segments.append(
                SegmentSet.Segment(
                    SegmentDefinition(name: name, title: name, condition: condition), version: 1))
            conditions.segments.append(name)
        }
        let set = try SegmentSet(segments)
        let folder = try TestFolder()
        let archive = try Self.open(folder, events: 1_000_000)
        var history = SegmentHistory(seed: seed &* 7919, set: set)
        var members = 0
        for round in 1...3 {
            for _ in 0..<40 { try history.step() }
            try archive.ingest(history.takeBatch())
            history.quintiles = try archive.quintileEdges(
                asOf: history.now, version: Int64(round))
            for segment in set.segments {
                let query = SegmentQuery(
                    segment.definition.condition, now: history.now, quintiles: history.quintiles,
                    segments: set.conditions)
                let exact = try archive.segmentPreview(query)
                let estimate = try archive.segmentEstimate(query)
                #expect(estimate == SegmentEstimate(exact), "seed \(seed), round \(round)")
                members += exact.count
            }
            _ = try check(archive, "seed \(seed), round \(round)")
        }
        #expect(members > 0)
    }

    @Test func `a small archive is counted`() throws {
        let folder = try TestFolder()
        let archive = try folder.open()
        var source = RandomBatches(seed: 3, currencies: [try currency("USD")])
        try archive.ingest(try source.next(events: 300))
        let query = SegmentQuery(.frequency(CountRange(least: 3), .ever), now: asOf)
        #expect(
            try archive.segmentEstimate(query) == SegmentEstimate(try archive.segmentPreview(query))
        )
        let sampled = try archive.read { connection throws(ArchiveError) in
            try connection.integer("SELECT count(*) FROM sampled.events")
        }
        #expect(sampled == 0)
    }

    @Test func `new predictions are in the sample`() throws {
        let folder = try TestFolder()
        let archive = try Self.open(folder, events: 60)
        var source = RandomBatches(seed: 9, currencies: [try currency("USD")])
        try archive.ingest(try source.next(events: 400))
        for (run, churn) in [(Int64(7), 0.75), (8, 0.25)] {
            var columns = PredictionColumns()
            let count = 40
            columns.customers = (1...count).map { Int64($0) }
            columns.probabilityAlive = Array(repeating: 1 - churn, count: count)
            columns.churnProbability = Array(repeating: churn, count: count)
            columns.expectedOrders90 = Array(repeating: 1, count: count)
            columns.expectedOrders365 = Array(repeating: 4, count: count)
            columns.expectedSpend90Minor = Array(repeating: .nan, count: count)
            columns.expectedSpend365Minor = Array(repeating: .nan, count: count)
            columns.currency = Array(repeating: 0, count: count)
            columns.nextOrderMedianDays = Array(repeating: .nan, count: count)
            columns.nextOrderLowDays = Array(repeating: .nan, count: count)
            columns.nextOrderHighDays = Array(repeating: .nan, count: count)
            try archive.writePredictions(
                ModelRunRecord(
                    run: ID(rawValue: run), asOf: asOf.adding(days: Int(run)), parameters: "{}"),
                columns)
            let found = try check(archive, "run \(run)")
            let limit = try #require(NumberLiteral("0.5"))
            let estimate = try archive.segmentEstimate(
                SegmentQuery(
                    .prediction(
                        PredictionTest(
                            field: .churnProbability, test: .number(.greaterThan, limit))),
                    now: asOf))
            #expect(found.customers > 0 && estimate.asked == found.customers)
            #expect(estimate.count == (churn > 0.5 ? estimate.people : 0))
            #expect(estimate.asked < estimate.people && !estimate.isExact)
        }
    }

    @Test func `estimates are told while events are archived and put away`() throws {
        let folder = try TestFolder()
        let archive = try Self.open(folder, events: 100)
        var source = RandomBatches(seed: 5, currencies: [try currency("USD")])
        let batches = try (0..<12).map { _ in try source.next(events: 30) }
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { side in
            do throws(ArchiveError) {
                for batch in batches {
                    if side == 0 {
                        try archive.ingest(batch)
                        try archive.checkpoint()
                    } else {
                        _ = try archive.segmentEstimate(SegmentQuery(.all([]), now: asOf))
                    }
                }
            } catch {
                failures.withLock { $0.append(error.description) }
            }
        }
        #expect(failures.withLock { $0 } == [])
        #expect(try check(archive, "at the end").rows > 0)
    }

    @Test func `the interval holds the exact count nearly always`() throws {
        let folder = try TestFolder()
        let archive = try Self.open(folder, events: 4000)
        var random = SeededRandom(seed: 77)
        let (customers, names) = (2000, 60)
        // Each event has a share of the customers of its own.
        let shares = (0..<names).map { Double($0 * $0) / Double(names * names) }
        var position = Int64(customers) + 1
        var batch = ArchiveBatch(throughPosition: 0)
        for customer in 1...Int64(customers) {
            batch.contacts.append(
                ArchivedContact(
                    position: customer, customer: customer, label: "", email: "", phone: "",
                    userID: "", firstSeenAt: asOf, lastSeenAt: asOf))
            for name in 0..<names where random.unit() < shares[name] {
                position += 1
                try batch.append(
                    ArchivedEvent(
                        position: position, customer: customer, kind: .track, flags: [],
                        name: "event \(name)", occurredAt: asOf, receivedAt: asOf, properties: "",
                        context: ""))
            }
        }
        batch.throughPosition = position
        try archive.ingest(batch)
        var held = 0
        for name in 0..<names {
            let trace = EventTrace(EventSelector(event: "event \(name)", view: nil))
            let query = SegmentQuery(.did(trace, .once, .ever), now: asOf)
            let exact = try archive.segmentCount(query)
            let estimate = try archive.segmentEstimate(query)
            #expect(estimate.people == customers && estimate.asked < customers / 4)
            if estimate.range.contains(exact) { held += 1 }
        }
        #expect(held * 100 >= names * 90, "\(held) of \(names)")
    }
}
