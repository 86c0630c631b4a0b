import Documents
import JSONParsing
import Journeys
import Kernel
import Logging
import Records

/// Brings campaigns' messages into the outbox, a piece at a time: how far it is, is noted in the transaction that puts
/// them there, so that a machine that stops leaves nobody out and writes to nobody twice.
struct CampaignFilling {
    /// So many messages of a campaign are open in the outbox at most, whatever the size of its segment.
    static let openMax = 4_000
    static let pieceMax = 2_000
    /// With those that wait for their domain.
    static let waitingMax = 40_000
    /// A campaign with a rate is filled so far ahead.
    private static let aheadMs: Int64 = 20_000

    let workspace: Workspace

    /// Fills in what is open.
    ///
    /// - Returns: When to look again by itself; nil where nothing is open.
    func fill() throws -> Timestamp? {
        var next: Timestamp?
        func note(_ time: Timestamp) { next = next.map { min($0, time) } ?? time }
        let now = workspace.clock.now
        for run in try workspace.records.openCampaignRuns() {
            if run.state == .scheduled {
                guard let at = run.startsAt else { continue }
                guard at <= now else {
                    note(at)
                    continue
                }
                // Who is in a new segment isn't known before everyone was looked at.
                let isReady = try workspace.reviewedShare() == nil
                if isReady { try begin(run, at: now) }
                note(isReady ? now : now.adding(milliseconds: 1_000))
                continue
            }
            if let at = try fill(run, now: now) { note(at) }
        }
        return next
    }

    private func begin(_ run: CampaignRun, at now: Timestamp) throws {
        var begun = run
        guard let campaign = try campaign(of: run),
            let segment = try workspace.records.heading(kind: "segment", name: campaign.segment)
        else { return try end(run, "what it needs isn't defined any more", at: now) }
        guard try isAsWritten(run) else {
            // It was changed since it was approved: somebody approves it again.
            begun.state = .draft
            begun.approvedBy = ""
            begun.approvedAt = nil
            begun.startsAt = nil
            _ = try workspace.records.put(begun, before: .scheduled)
            return
        }
        begun.state = .running
        begun.beganAt = now
        begun.audience = Int(try workspace.records.segmentSizes()[segment.subject] ?? 0)
        _ = try workspace.records.put(begun, before: .scheduled)
    }

    /// - Returns: When it is to be filled again; nil where what is open comes first.
    private func fill(_ run: CampaignRun, now: Timestamp) throws -> Timestamp? {
        let records = workspace.records
        guard let campaign = try campaign(of: run),
            let segment = try records.heading(kind: "segment", name: campaign.segment)
        else {
            try end(run, "what it needs isn't defined any more", at: now)
            return nil
        }
        let isTesting = campaign.test != nil && run.winner.isEmpty
        var lookAt: Timestamp?
        if isTesting {
            lookAt = try look(at: run, campaign, now: now)
            // A winner was found: the rest is filled in from the start.
            if lookAt == nil { return now }
        }
        let aheadAt = now.adding(milliseconds: Self.aheadMs)
        if let at = run.nextAt, at > aheadAt {
            let due = at.adding(milliseconds: -Self.aheadMs)
            return lookAt.map { min($0, due) } ?? due
        }
        let open = try records.openMessages(inLane: run.lane, limit: Self.waitingMax)
        // Those that wait for a slow domain keep nobody else's from the outbox.
        let soon = try records.openMessages(
            inLane: run.lane, dueBy: aheadAt, limit: Self.openMax)
        guard soon < Self.openMax - Self.pieceMax / 2, open < Self.waitingMax else {
            return lookAt
        }
        let rate = campaign.ratePerHour.map { Double($0) / 3_600_000 }
        let limit = min(
            Self.pieceMax, max(1, rate.map { Int($0 * Double(Self.aheadMs)) } ?? Self.pieceMax))
        // Of those who are looked at, a test passes most by.
        let members = try records.members(
            of: segment.subject, after: run.throughCustomer,
            limit: campaign.test == nil ? limit : Self.pieceMax)
        if members.isEmpty {
            if isTesting { return try wait(run, campaign, lookAt, open: open, now: now) }
            if open == 0 { try finish(run, campaign, at: now) }
            return nil
        }
        var filled = run
        let places = try places(members.map(\.customer), run, campaign)
        let payloads = try Self.payloads(campaign)
        var drafts: [OutboxDraft] = []
        var due = max(now, run.nextAt ?? now)
        for (member, place) in zip(members, places) where drafts.count < limit {
            filled.throughCustomer = member.customer
            if place == .passed { continue }
            let isWithheld = place == .heldOut
            let payload: [UInt8]? =
                switch place {
                case .variant(let name, let isDrawn): payloads[Payload(name, isDrawn)]
                case .heldOut, .passed: payloads.values.first
                }
            guard let payload else { continue }
            drafts.append(
                OutboxDraft(
                    key: Self.key(run, member.customer),
                    customer: ID(rawValue: member.customer),
                    origin: OutboxOrigin(step: String(run.number)),
                    content: .send(lane: run.lane, message: payload), createdAt: now, dueAt: due,
                    isWithheld: isWithheld))
            if isWithheld {
                filled.heldOut += 1
            } else {
                filled.queued += 1
                if let rate {
                    let step = max(1, Int64((1 / rate).rounded()))
                    due = due.adding(milliseconds: step)
                }
            }
        }
        filled.nextAt = rate == nil ? nil : due
        _ = try records.fill(filled, with: drafts)
        return now
    }

    private func finish(_ run: CampaignRun, _ campaign: Campaign, at now: Timestamp) throws {
        var done = run
        done.state = .done
        done.endedAt = now
        var next: CampaignRun?
        if let every = campaign.every, let began = run.startsAt ?? run.beganAt,
            try isAsWritten(run)
        {
            // The next time that is yet to come.
            let behind = max(0, now.milliseconds - began.milliseconds)
            let turns = behind / every.milliseconds + 1
            var again = CampaignRun(campaign: run.campaign, version: run.version)
            again.approvedBy = run.approvedBy
            again.approvedAt = run.approvedAt
            again.state = .scheduled
            again.startsAt = began.adding(milliseconds: turns * every.milliseconds)
            next = again
        }
        _ = try workspace.records.finish(done, next: next)
    }

    /// Whether what was approved is what is in force.
    private func isAsWritten(_ run: CampaignRun) throws -> Bool {
        try workspace.records.heading(kind: "campaign", name: run.campaign)?.version == run.version
    }

    private func end(_ run: CampaignRun, _ reason: String, at now: Timestamp) throws {
        workspace.logger.error(
            "a campaign is cancelled",
            metadata: ["campaign": "\(run.campaign)", "reason": "\(reason)"])
        _ = try workspace.records.cancelCampaign(run, at: now)
    }

    /// As it was approved; nil where its name is out of force.
    private func campaign(of run: CampaignRun) throws -> Campaign? {
        try workspace.approvedCampaign(of: run)
    }
}
