package import Kernel

extension Archive {
    /// The names of track events, the most frequent first.
    package func eventNames(limit: Int) throws(ArchiveError) -> [String] {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                """
                SELECT name FROM events WHERE kind = 2 AND name <> ''
                GROUP BY name ORDER BY count(*) DESC, name LIMIT ?
                """, [.integer(Int64(limit))])
            var names: [String] = []
            while rows.next() { names.append(rows.string(0)) }
            return names
        }
    }

    /// The days of the first and the last order of a customer; nil before the first.
    package func orderDays() throws(ArchiveError) -> (first: CalendarDay, last: CalendarDay)? {
        try read { connection throws(ArchiveError) in
            let rows = try connection.rows(
                "SELECT min(local_day), max(local_day) FROM orders WHERE NOT cancelled", [])
            guard rows.next(), !rows.isNull(0) else { return nil }
            return (
                CalendarDay(daysSinceEpoch: rows.int(0)), CalendarDay(daysSinceEpoch: rows.int(1))
            )
        }
    }
}
