/// How large what is received may be. Each limit itself is allowed; one more is refused.
package enum SegmentLimits {
    /// One event's JSON (Segment's own limit is 32 KB).
    package static let eventBytesMax = 32 * 1024
    /// A batch's whole body (Segment's own limit is 500 KB).
    package static let batchBytesMax = 500 * 1024
    package static let batchEventsMax = 2500
    package static let messageIDBytesMax = 255
    /// userId, anonymousId, groupId and previousId.
    package static let identifierBytesMax = 1024
    /// Names of events, pages and screens.
    package static let nameBytesMax = 1024
    /// A batch's own `context`, which is written into each of its events.
    package static let sharedContextBytesMax = 8 * 1024
    /// How far an event may lie after its receipt: a day, for clocks and zones that are wrong.
    package static let futureMsMax: Int64 = 86_400_000
    /// Events before this instant (1970) are refused: what claims to be older is an unset date
    /// (`0001-01-01`, `1900-01-00`), which would make cohorts of people who were never there.
    package static let earliestMs: Int64 = 0
}
