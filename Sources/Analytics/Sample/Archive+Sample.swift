/// What the sample of customers is kept up with: a connection of its own, to whose statements the sample's tables are
/// the archive's.
///
/// Nothing is written to the sample when events are archived: it catches up when it is asked. It writes no table of
/// the archive's, so it needn't wait for who does.
struct Sampler: Sendable {
    private var connection: Connection?

    /// Lends the connection, with the sample as of now.
    mutating func read<Result>(
        _ database: Database, _ options: Archive.Options,
        _ body: (Connection) throws(ArchiveError) -> Result
    ) throws(ArchiveError) -> Result {
        let connection: Connection
        if let open = self.connection {
            connection = open
        } else {
            connection = try Connection(database)
            try connection.execute("SET schema = 'sampled'")
        }
        // After an error it is closed, whatever state it is in.
        self.connection = nil
        try connection.transaction { () throws(ArchiveError) in
            try connection.catchUp(options)
        }
        let result = try connection.transaction { () throws(ArchiveError) in
            try body(connection)
        }
        self.connection = connection
        return result
    }
}

/// How far the sample goes.
private struct SampleState {
    var position: Int64
    var version: Int64
    var epoch: Int64
    var threshold: Int64
    var run: Int64

    /// Whether a customer is in the sample.
    func has(_ customer: String) -> String { "\(SampleLot.sql(customer)) < \(threshold)" }

    /// Whether what a row of fragments (`f`) with its link, if any (`l`), has is in the sample.
    func hasFragment(_ fragment: String) -> String {
        "coalesce(\(has("l.customer")), \(has(fragment)))"
    }
}

/// Within the schema of the sample.
extension Connection {
    /// Tables with a column for the fragment whose a row is.
    private static let tables = ["events", "orders", "contacts"]

    fileprivate func catchUp(_ options: Archive.Options) throws(ArchiveError) {
        let archive = try rows(
            """
            SELECT position, version, epoch,
                (SELECT coalesce(arg_max(run, (as_of_ms, run)), -1) FROM main.model_runs)
            FROM main.archive_state
            """)
        let own = try rows("SELECT position, version, epoch, threshold, run FROM archive_state")
        guard archive.next(), own.next() else {
            throw .damaged(reason: "the archive's state is missing")
        }
        var state = SampleState(
            position: own.int64(0), version: own.int64(1), epoch: own.int64(2),
            threshold: own.int64(3), run: own.int64(4))
        if state.version == archive.int64(1), state.epoch == archive.int64(2) { return }
        var isAnew = state.epoch != archive.int64(2)
        if isAnew {
            for table in Self.tables + ["links", "predictions"] {
                try execute("DELETE FROM \(table)")
            }
            state = SampleState(
                position: 0, version: -1, epoch: archive.int64(2), threshold: SampleLot.bound,
                run: -1)
        }
        if try shrink(&state, toFit: options) { isAnew = true }
        try stageNothing()
        try followLinks(state)
        try addLater(state)
        // A few customers may have more than the others together.
        if try shrink(&state, toFit: options, afterwards: true) { isAnew = true }
        if state.run != archive.int64(3) {
            state.run = archive.int64(3)
            try execute(
                """
                DELETE FROM predictions;
                INSERT INTO predictions SELECT * FROM main.predictions
                WHERE run = \(state.run) AND \(state.has("customer"))
                """)
            isAnew = true
        }
        try fillSummary(onlyStaged: !isAnew)
        _ = try rows(
            """
            UPDATE archive_state SET position = ?, version = ?, epoch = ?, threshold = ?, run = ?
            """,
            [
                .integer(archive.int64(0)), .integer(archive.int64(1)), .integer(state.epoch),
                .integer(state.threshold), .integer(state.run),
            ])
    }

    /// Those of whom something changed are gathered in `staged`.
    private func stageNothing() throws(ArchiveError) {
        try execute("CREATE OR REPLACE TEMPORARY TABLE staged (number BIGINT)")
    }

    /// Draws fewer customers while there are too many events, and takes what is others' out.
    ///
    /// - Parameter afterwards: Whether what is in the sample counts, and not what is to be expected.
    /// - Returns: Whether it did.
    private func shrink(
        _ state: inout SampleState, toFit options: Archive.Options, afterwards: Bool = false
    ) throws(ArchiveError) -> Bool {
        let people = try integer("SELECT count(*) FROM main.contacts")
        let all = try integer("SELECT count(*) FROM main.events")
        let eventsMax = options.sampledEventsMax
        let times = people / Int64(max(options.sampledCustomersMin, 1))
        let least = SampleLot.bound / max(times, 1)
        var threshold = state.threshold
        func isTooMuch() throws(ArchiveError) -> Bool {
            guard people > 0, threshold > least else { return false }
            if !afterwards {
                return Double(all) * Double(threshold) / Double(SampleLot.bound) > Double(eventsMax)
            }
            if threshold == state.threshold,
                try integer("SELECT count(*) FROM events") <= Int64(eventsMax) * 2
            {
                return false
            }
            var fewer = state
            fewer.threshold = threshold
            let events = try integer(
                """
                SELECT count(*) FROM events AS e LEFT JOIN links AS l ON l.member = e.customer
                WHERE \(fewer.hasFragment("e.customer"))
                """)
            return events > Int64(eventsMax) * 2
        }
        while try isTooMuch() { threshold /= 2 }
        if threshold == state.threshold { return false }
        state.threshold = threshold
        for table in Self.tables {
            try execute(
                """
                DELETE FROM \(table) WHERE customer IN (
                    SELECT e.customer FROM \(table) AS e LEFT JOIN links AS l ON l.member = e.customer
                    WHERE NOT \(state.hasFragment("e.customer")))
                """)
        }
        try execute(
            """
            DELETE FROM links WHERE NOT (\(state.has("member")) OR \(state.has("customer")));
            DELETE FROM predictions WHERE NOT \(state.has("customer"))
            """)
        return true
    }

    /// Brings in the past of fragments that count for somebody in the sample now, and takes out that of those who
    /// don't any longer.
    ///
    /// Links are kept of sampled customers and of fragments whose own lot is in the sample, so that of each fragment
    /// without one here its own lot says whether it is in.
    private func followLinks(_ state: SampleState) throws(ArchiveError) {
        try execute(
            """
            CREATE OR REPLACE TEMPORARY TABLE relinked AS
            SELECT member, o.customer AS former, n.customer AS present,
                coalesce(\(state.has("o.customer")), \(state.has("member"))) AS was,
                coalesce(\(state.has("n.customer")), \(state.has("member"))) AS is_now
            FROM links AS o FULL JOIN (
                SELECT member, customer FROM main.links
                WHERE \(state.has("member")) OR \(state.has("customer"))
            ) AS n USING (member) WHERE o.customer IS DISTINCT FROM n.customer
            """)
        guard try integer("SELECT count(*) FROM relinked") > 0 else { return }
        try execute(
            """
            DELETE FROM links WHERE member IN (SELECT member FROM relinked);
            INSERT INTO links SELECT member, present FROM relinked WHERE present IS NOT NULL;
            INSERT INTO staged SELECT unnest([member, former, present]) FROM relinked
            """)
        for table in Self.tables {
            try execute(
                """
                DELETE FROM \(table)
                WHERE customer IN (SELECT member FROM relinked WHERE was AND NOT is_now)
                """)
        }
        guard try integer("SELECT count(*) FROM relinked WHERE is_now AND NOT was") > 0 else {
            return
        }
        for table in Self.tables {
            try execute(
                """
                INSERT INTO \(table) SELECT * FROM main.\(table) WHERE position <= \(state.position)
                AND customer IN (SELECT member FROM relinked WHERE is_now AND NOT was)
                """)
        }
    }

    /// Adds what the archive got since: of contacts and orders it may be a newer form of what is here.
    private func addLater(_ state: SampleState) throws(ArchiveError) {
        let after = state.position
        let hasLinks = try hasLinks()
        func add(_ table: String) -> String {
            """
            INSERT INTO \(table) SELECT e.* FROM main.\(table) AS e
            \(hasLinks ? "LEFT JOIN links AS l ON l.member = e.customer" : "")
            WHERE e.position > \(after) AND e.customer <> 0
                AND \(hasLinks ? state.hasFragment("e.customer") : state.has("e.customer"))
            """
        }
        if after > 0 {
            try execute(
                """
                INSERT INTO staged SELECT customer FROM main.contacts WHERE position > \(after);
                INSERT INTO staged SELECT customer FROM main.orders WHERE position > \(after);
                CREATE OR REPLACE TEMPORARY TABLE replaced AS SELECT position, customer FROM orders
                WHERE key IN (SELECT key FROM main.orders WHERE position > \(after));
                INSERT INTO staged SELECT customer FROM replaced;
                DELETE FROM orders WHERE position IN (SELECT position FROM replaced);
                DELETE FROM contacts
                WHERE customer IN (SELECT customer FROM main.contacts WHERE position > \(after));
                """)
        }
        for table in Self.tables { try execute(add(table)) }
        if after > 0 {
            try execute(
                """
                INSERT INTO staged SELECT customer FROM orders WHERE NOT cancelled
                AND key IN (SELECT key FROM main.cancellations WHERE position > \(after));
                UPDATE orders SET cancelled = true WHERE NOT cancelled
                AND key IN (SELECT key FROM main.cancellations WHERE position > \(after));
                """)
        }
        // The summary is of whom they count for, and no longer of who counts for somebody else.
        if hasLinks {
            try execute(
                """
                INSERT INTO staged SELECT customer FROM links
                WHERE member IN (SELECT number FROM staged)
                """)
        }
        try execute(
            """
            CREATE OR REPLACE TEMPORARY TABLE staged AS
            SELECT DISTINCT number FROM staged WHERE number IS NOT NULL AND number <> 0
            """)
    }
}
