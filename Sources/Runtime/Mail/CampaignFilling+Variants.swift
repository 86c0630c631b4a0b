import Documents
import Experiments
import JSONParsing
import Journeys
import Kernel
import Logging
import Records
import Synchronization

/// When campaigns' variants were last compared, so that it isn't done at each turn of a busy worker.
final class VariantLooks: Sendable {
    private let looked = Mutex<[Int64: Timestamp]>([:])

    /// Whether it is time to compare a run's again, which is noted.
    func take(_ run: CampaignRun, everyMs: Int64, now: Timestamp) -> Bool {
        looked.withLock { looked in
            if let last = looked[run.number], now.milliseconds - last.milliseconds < everyMs {
                return false
            }
            looked[run.number] = now
            return true
        }
    }
}

/// Tries a campaign's variants out and finds the one that the rest gets.
extension CampaignFilling {
    /// What somebody of the segment gets in the piece at hand.
    enum Place: Equatable {
        /// - isDrawn: Whether chance gave it to them.
        case variant(String, isDrawn: Bool)
        case heldOut
        /// Nothing now: they wait for the winner, or have their message.
        case passed
    }

    /// What is put into the outbox for everybody with the same place.
    struct Payload: Hashable {
        let variant: String
        let isDrawn: Bool

        init(_ variant: String, _ isDrawn: Bool) {
            self.variant = variant
            self.isDrawn = isDrawn
        }
    }

    /// What is compared of clicks and opens costs next to nothing; orders are looked up in the archive.
    private static func lookMs(_ goal: Campaign.Goal) -> Int64 { goal == .orders ? 60_000 : 5_000 }

    static func key(_ run: CampaignRun, _ customer: Int64) -> String {
        "campaign/\(run.campaign)/\(run.number)/\(customer)"
    }

    /// Where each customer stands in a run.
    ///
    /// Places are drawn anew for each run, so that what one did to somebody doesn't colour the next; within a run they
    /// stay, whatever stops in between.
    func places(
        _ customers: [Int64], _ run: CampaignRun, _ campaign: Campaign
    ) throws -> [Place] {
        let isHeldOut = try workspace.holdouts(of: campaign)
        guard !campaign.variants.isEmpty else {
            return customers.map {
                isHeldOut(ID(rawValue: $0)) ? .heldOut : .variant("", isDrawn: false)
            }
        }
        let assignment = StickyAssignment(hash: workspace.hash)
        let experiment = "campaign/\(run.campaign)/\(run.number)/"
        var places = customers.map { number -> Place in
            let customer = ID<Customer>(rawValue: number)
            if isHeldOut(customer) { return .heldOut }
            guard
                campaign.triesOut(place: assignment.place(of: customer, in: experiment + "test"))
            else {
                return run.winner.isEmpty ? .passed : .variant(run.winner, isDrawn: false)
            }
            let place = assignment.place(of: customer, in: experiment + "variant")
            return .variant(campaign.variant(at: place).name, isDrawn: true)
        }
        guard !run.winner.isEmpty else { return places }
        // Who tried one out has it; who came to the segment since gets the winner.
        let early = places.indices.filter { places[$0] != .variant(run.winner, isDrawn: false) }
        let there = try workspace.records.outboxKeys(
            among: early.map { Self.key(run, customers[$0]) })
        for index in early {
            if there.contains(Self.key(run, customers[index])) {
                places[index] = .passed
            } else if places[index] != .heldOut {
                places[index] = .variant(run.winner, isDrawn: false)
            }
        }
        return places
    }

    /// What goes into the outbox, by variant and whether chance gave it.
    static func payloads(_ campaign: Campaign) throws -> [Payload: [UInt8]] {
        var payloads: [Payload: [UInt8]] = [:]
        for variant in campaign.messages {
            for isDrawn in campaign.variants.isEmpty ? [false] : [false, true] {
                payloads[Payload(variant.name, isDrawn)] = payload(campaign, variant, isDrawn)
            }
        }
        return payloads
    }

    private static func payload(
        _ campaign: Campaign, _ variant: Campaign.Variant, _ isDrawn: Bool
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("channel", "email")
        json.member("template", variant.template)
        json.member("topic", campaign.topic)
        json.member("campaign", campaign.name)
        if !variant.name.isEmpty {
            json.member("variant", variant.name)
            if isDrawn { json.member("drawn", true) }
        }
        json.key("data")
        campaign.data(for: variant).write(to: &json)
        json.endObject()
        return json.bytes
    }

    // MARK: Finding the winner

    /// Compares the variants where it is time to.
    ///
    /// - Returns: When to compare them again; nil where the winner is chosen now.
    func look(at run: CampaignRun, _ campaign: Campaign, now: Timestamp) throws -> Timestamp? {
        guard let test = campaign.test else { return now }
        let isOver = run.testEndsAt.map { $0 <= now } ?? false
        let everyMs = Self.lookMs(test.goal)
        let next = min(
            now.adding(milliseconds: everyMs),
            run.testEndsAt ?? now.adding(milliseconds: everyMs))
        guard workspace.variantLooks.take(run, everyMs: everyMs, now: now) || isOver else {
            return next
        }
        // What was told is noted on messages before this; orders are as far as the archive is.
        let figures = try workspace.variantFigures(
            of: run, campaign, withOrders: test.goal == .orders)
        let contest = figures.contest(test.goal)
        guard let winner = contest.winner ?? (isOver ? contest.leader : nil) else { return next }
        let isProven = contest.winner != nil
        return try decide(
            run, figures[winner].name, isProven ? "evidence" : "time", figures, now: now)
            ? nil : next
    }

    /// Waits for results once the messages by which the variants are tried out went: mail that is held or kept up takes
    /// nothing of the test's time. The last tenth may be stragglers, which servers put off for days.
    ///
    /// - Parameter open: Messages of the campaign that wait in the outbox.
    func wait(
        _ run: CampaignRun, _ campaign: Campaign, _ lookAt: Timestamp?, open: Int, now: Timestamp
    ) throws -> Timestamp? {
        guard let test = campaign.test, run.testEndsAt == nil, open * 10 <= run.queued
        else { return lookAt }
        // With nobody to try them out, nothing is to be waited for.
        let spanMs = run.queued > 0 ? test.span.milliseconds : 0
        let last = max(now, run.nextAt ?? now)
        try workspace.records.waitForVariants(
            of: run, until: last.adding(milliseconds: spanMs))
        return now
    }

    private func decide(
        _ run: CampaignRun, _ winner: String, _ actor: String, _ figures: [VariantFigures],
        now: Timestamp
    ) throws -> Bool {
        guard
            try workspace.records.decide(
                run, winner: winner, by: actor, on: figures.json, at: now)
        else { return false }
        workspace.logger.notice(
            "a campaign's variant is chosen",
            metadata: [
                "campaign": "\(run.campaign)", "variant": "\(winner)", "by": "\(actor)",
            ])
        return true
    }
}
