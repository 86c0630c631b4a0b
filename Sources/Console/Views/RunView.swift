/// A segment that a customer is in, and why.
struct MembershipView {
    let title: String
    let path: String
    let since: String?
    let reason: String

    init(_ membership: MembershipRow, _ formats: Formats) {
        title = membership.title.isEmpty ? membership.name : membership.title
        path = "/segments/\(FormFields.encode(membership.name))"
        since = membership.since.map { formats.words("customer.since", formats.day($0)) }
        reason = membership.reason
    }
}

/// A journey that a customer is on, or was.
struct RunView {
    let title: String
    let path: String
    let standing: String
    let reason: String
    let note: String
    let mark: String

    init(_ run: RunRow, _ formats: Formats) {
        let words = formats.words
        let title = run.title.isEmpty ? run.journey : run.title
        self.title = run.key.isEmpty ? title : words("run.keyed", title, run.key)
        path = "/journeys/\(FormFields.encode(run.journey))"
        standing = run.standing
        reason = run.reason
        let entered = words("run.entered", formats.day(run.enteredAt))
        let ended = run.endedAt.map { words("run.ended", formats.day($0)) }
        let heldOut = run.isHeldOut ? words("run.heldOut") : nil
        note = [entered, ended, heldOut].compactMap { $0 }.joined(separator: " · ")
        mark = run.endedAt == nil ? "state-active" : "state-prospect"
    }
}
