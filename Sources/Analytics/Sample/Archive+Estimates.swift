import Synchronization

/// About how many are in a segment, told from a sample of the customers, and some of them.
package struct SegmentEstimate: Sendable, Equatable {
    /// How many there are, about; exactly where `isExact`.
    package var count: Int
    /// Holds the exact count in 95 of 100 samples; this count alone where `isExact`.
    package var range: ClosedRange<Int>
    /// Whether all customers were looked at.
    package var isExact: Bool
    /// How many customers were looked at.
    package var asked: Int
    /// All customers there are.
    package var people: Int
    /// Members among those who were looked at; the same ones as long as the same are in it.
    package var sample: [SegmentPreview.Person]
    /// The last log position that was looked at.
    package var position: Int64

    /// The count and its range with no more digits than the range leaves a meaning; the range only grows by it.
    package var rounded: (count: Int, range: ClosedRange<Int>) {
        let reach = (range.upperBound - range.lowerBound) / 2
        var unit = 1
        while reach / unit >= 100 { unit *= 10 }
        let lower = range.lowerBound / unit * unit
        let upper = min((range.upperBound + unit - 1) / unit * unit, people)
        return (min(max((count + unit / 2) / unit * unit, lower), upper), lower...upper)
    }

    /// All customers were looked at.
    package init(_ preview: SegmentPreview) {
        count = preview.count
        range = preview.count...preview.count
        isExact = true
        asked = preview.people
        people = preview.people
        sample = preview.sample
        position = preview.position
    }

    /// - Parameter people: All customers there are.
    fileprivate init(_ preview: SegmentPreview, of people: Int) {
        let people = max(people, preview.people)
        let found = SampledCount(holding: preview.count, sampled: preview.people, people: people)
        count = found.count
        range = found.range
        isExact = preview.people == people
        asked = preview.people
        self.people = people
        sample = preview.sample
        position = preview.position
    }
}

extension Archive {
    /// About how many customers are in a segment, and some of them: asked of a sample of the customers by the same
    /// statement, in a time that doesn't grow with the archive. Of a small archive all customers are asked.
    ///
    /// What happened since the last estimate is brought into the sample first; the first of a large archive reads all
    /// its events once.
    package func segmentEstimate(
        _ query: SegmentQuery, sample: Int = 10
    ) throws(ArchiveError) -> SegmentEstimate {
        let events = try read { connection throws(ArchiveError) in
            try connection.integer("SELECT count(*) FROM events")
        }
        if events <= Int64(options.countedEventsMax) {
            return SegmentEstimate(try segmentPreview(query, sample: sample))
        }
        return try sampler.withLock { sampler throws(ArchiveError) in
            try sampler.read(database, options) { connection throws(ArchiveError) in
                let preview = try connection.segmentPreview(query, sample: sample)
                if try connection.integer("SELECT threshold FROM archive_state") == SampleLot.bound
                {
                    return SegmentEstimate(preview)
                }
                // Each fragment has a contact, and each but those with a link is a customer.
                let people = try connection.integer(
                    """
                    SELECT (SELECT count(*) FROM main.contacts) - (SELECT count(*) FROM main.links)
                    """)
                return SegmentEstimate(preview, of: Int(people))
            }
        }
    }
}
