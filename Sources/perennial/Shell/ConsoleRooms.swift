import Analytics
import Console
import Customers
import Insights
import Kernel
import Predictions
import Records
import RetentionModels
import Runtime
import Settings

/// What the console's pages show, read from the workspace.
struct ConsoleRooms: Sendable {
    let workspace: Workspace
    let doors: Doors
    private let automation: ConsoleAutomation
    private let mail: ConsoleMail
    private let loyalty: ConsoleLoyalty
    private let promotions: ConsolePromotions
    private let homeFigures: KeptFigures<OverviewPageData>
    private let retentionFigures: KeptFigures<RetentionPageData>

    /// - Parameter mail: What sends mail; nil where none is set up.
    init(workspace: Workspace, doors: Doors, settings: WorkspaceSettings, mail: MailRoom?) {
        self.workspace = workspace
        self.doors = doors
        automation = ConsoleAutomation(workspace: workspace)
        loyalty = ConsoleLoyalty(workspace: workspace)
        promotions = ConsolePromotions(workspace: workspace)
        self.mail = ConsoleMail(automation: automation, settings: settings, room: mail)
        homeFigures = KeptFigures(clock: workspace.clock)
        retentionFigures = KeptFigures(clock: workspace.clock)
    }

    private static let ordersShown = 20
    private static let timelineShown = 30
    private static let offersShown = 6

    private var loyaltyData: LoyaltyData {
        var data = loyalty.data
        data.editor = ConsolePrograms(workspace: workspace, automation: automation).data
        return data
    }

    var data: ConsoleData {
        ConsoleData(
            overview: {
                try await Blocking.run {
                    try homeFigures.value(
                        position: workspace.engine.status.archivedPosition, overview)
                }
            },
            retention: {
                try await Blocking.run {
                    try retentionFigures.value(
                        position: workspace.engine.status.archivedPosition, retention)
                }
            },
            customers: { query in try await Blocking.run { try customers(query) } },
            customer: { id in try await Blocking.run { try customer(id) } },
            timeline: { id, before, limit in
                try await Blocking.run { try timeline(id, before: before, limit: limit) }
            },
            offers: { id in try await offers(id) },
            offerReport: { try await offerReport() },
            merge: { id in
                try await Blocking.run { try workspace.records.merge(id).map(row) }
            },
            undoMerge: { id, member in try await undo(id, by: member) },
            models: { try await Blocking.run { try models() } },
            settings: { try await Blocking.run { try settings() } },
            signIn: { try await doors.signIn($0) },
            session: { try await doors.session($0) },
            signOut: { try await doors.signOut($0) },
            changePassword: { try await doors.changePassword($0) },
            automation: automation.data, mail: mail.data, loyalty: loyaltyData,
            promotions: promotions.data)
    }

    // MARK: Figures

    private func overview() throws -> OverviewPageData {
        let asOf = try workspace.figuresAsOf()
        let days = workspace.options.activeDays
        let archive = workspace.archive
        let figures = try archive.overview(asOf: asOf, activeDays: days)
        let start = asOf.adding(days: -days)
        return OverviewPageData(
            figures: figures,
            activeAtStart: try archive.overview(asOf: start, activeDays: days).activeCustomers,
            months: try archive.months(), cohorts: try archive.cohorts(),
            lifecycle: try archive.lifecycle(asOf: asOf, activeDays: days),
            troubles: try troubles(figures))
    }

    private func retention() throws -> RetentionPageData {
        RetentionPageData(
            figures: try workspace.archive.overview(
                asOf: try workspace.figuresAsOf(), activeDays: workspace.options.activeDays),
            months: try workspace.archive.months(), cohorts: try workspace.archive.cohorts())
    }

    private func troubles(_ figures: OverviewFigures) throws -> [Trouble] {
        var troubles: [Trouble] = []
        let status = workspace.engine.status
        let behind = workspace.log.lastPosition - status.archivedPosition
        if status.failure != nil || behind > 100_000 {
            troubles.append(.archiveBehind(events: Int(behind)))
        }
        guard figures.customers > 0, let last = figures.lastOrderAt else { return troubles }
        guard let run = try workspace.newestModelRun() else { return troubles + [.neverScored] }
        let staleDays = (last.milliseconds - run.asOf.milliseconds) / 86_400_000
        if staleDays > 7 { troubles.append(.scoresStale(days: Int(staleDays))) }
        if run.report.frequency == nil, let model = run.report.models.first {
            troubles.append(.modelFailed(reason: model.notes.first ?? ""))
        }
        return troubles
    }

    private func models() throws -> ModelsPageData {
        guard let run = try workspace.newestModelRun() else { return ModelsPageData(cards: []) }
        return ModelsPageData(
            cards: ModelCards.cards(of: run), backtest: run.report.backtest,
            drift: run.report.drift)
    }

    private func settings() throws -> SettingsPageData {
        SettingsPageData(
            members: try workspace.records.members().map { member in
                .init(
                    member: member.id, name: member.name, email: member.email, role: member.role,
                    addedAt: member.createdAt, lastSignedInAt: nil)
            },
            keys: try workspace.records.apiKeys().map { key in
                .init(
                    key: key.id, name: key.name, scope: key.scope, hint: key.shownPrefix,
                    createdAt: key.createdAt, revokedAt: key.revokedAt)
            })
    }

    // MARK: Customers

    private func customers(_ query: CustomerQuery) throws -> CustomerPage {
        try workspace.archive.customers(
            query, asOf: try workspace.figuresAsOf(), activeDays: workspace.options.activeDays)
    }

    private func customer(_ id: ID<Customer>) throws -> CustomerPageData? {
        guard let root = try workspace.records.root(of: id) else { return nil }
        let details = try workspace.details(of: root, timeline: Self.timelineShown)
        let profile = details.profile
        let row =
            details.row
            ?? CustomerRow(
                customer: root, label: profile.label ?? root.description, email: "",
                state: .prospect, orders: 0, revenue: Amounts(), firstOrderAt: nil,
                lastOrderAt: nil,
                firstSeenAt: profile.firstSeenAt ?? Timestamp(milliseconds: 0),
                lastSeenAt: profile.lastSeenAt ?? Timestamp(milliseconds: 0), prediction: nil)
        var refunded = Amounts()
        for total in profile.orders.totals where total.refundedMinor != 0 {
            refunded[total.currency] = total.refundedMinor
        }
        return CustomerPageData(
            row: row, identifiers: details.identifiers.map(self.row),
            attributes: attributes(profile),
            refunded: refunded,
            orders: details.orders.prefix(Self.ordersShown).map(self.row),
            timeline: try page(
                details.timeline, of: root, before: nil, limit: Self.timelineShown),
            merges: try details.merges.map(self.row),
            aliveCurve: try AliveCurve.points(
                details.orders, prediction: row.prediction, run: workspace.newestModelRun(),
                zone: workspace.zone), predictions: details.predictions,
            why: details.rhythm?.sentence ?? "", segments: try automation.memberships(of: root),
            runs: try automation.runs(of: root), tasks: try automation.tasks(of: details.members),
            loyalty: try loyalty.standings(root))
    }

    private func timeline(
        _ id: ID<Customer>, before: String?, limit: Int
    ) throws -> Console.TimelinePage {
        var place: TimelinePlace?
        if let before {
            let parts = before.split(separator: "-").compactMap { Int64($0) }
            guard parts.count == 2 else { return Console.TimelinePage(entries: [], next: nil) }
            place = TimelinePlace(
                occurredAt: Timestamp(milliseconds: parts[0]), position: parts[1])
        }
        let root = try workspace.records.root(of: id) ?? id
        let entries = try workspace.archive.timeline(
            customers: try workspace.records.members(of: root), before: place, limit: limit)
        return try page(entries, of: root, before: place?.occurredAt, limit: limit)
    }

    /// A stretch of events, and what was decided about the customer in the time that it spans.
    private func page(
        _ entries: [Analytics.TimelineEntry], of customer: ID<Customer>, before: Timestamp?,
        limit: Int
    ) throws -> Console.TimelinePage {
        let last = entries.count < limit ? nil : entries.last?.event
        let decided = try automation.decided(
            about: customer, from: last?.occurredAt, before: before)
        let shown = entries.map { TimelineText.entry($0) } + decided
        return Console.TimelinePage(
            entries: shown.sorted { $0.occurredAt > $1.occurredAt },
            next: last.map { "\($0.occurredAt.milliseconds)-\($0.position)" })
    }

    private func attributes(_ profile: Profile) -> [AttributeRow] {
        profile.attributes.all.filter { !$0.isRemoved }.map { attribute in
            AttributeRow(
                name: attribute.name,
                value: attribute.text ?? String(decoding: attribute.value, as: UTF8.self),
                setAt: attribute.at, setBy: "event \(attribute.position)")
        }
    }

    private func row(_ listing: IdentifierListing) -> IdentifierRow {
        let kind: IdentifierRow.Kind =
            switch listing.kind {
            case .userID: .userID
            case .email: .email
            case .phone: .phone
            case .anonymousID: .anonymousID
            }
        return IdentifierRow(kind: kind, value: listing.value, firstSeenAt: listing.firstAt)
    }

    private func row(_ record: Analytics.OrderRecord) -> OrderRow {
        let currency = record.order.currency
        let kind: OrderRow.Kind =
            record.isCancelled
            ? .cancelled : record.order.kind == .refunded ? .refunded : .completed
        return OrderRow(
            orderID: record.order.orderID, kind: kind, occurredAt: record.order.occurredAt,
            total: Money(minor: record.order.totalMinor, currency: currency),
            lines: record.lines.map { line in
                OrderRow.Line(
                    name: line.name, sku: line.productID, quantityMilli: line.quantityMilli,
                    unitPrice: Money(minor: line.unitPriceMinor, currency: currency))
            })
    }

    // MARK: Offers

    private func offers(_ id: ID<Customer>) async throws -> OffersOutcome {
        guard let root = try await Blocking.run({ try workspace.records.root(of: id) }) else {
            return .unknown
        }
        do {
            let (model, day) = try await OfferDesk.model(of: workspace)
            var rules = OfferRules()
            rules.count = Self.offersShown
            let shown = rules
            return try await Blocking.run {
                .offers(
                    OffersPageData(
                        offers: try workspace.offers(
                            to: root, by: model, asOf: day, rules: shown), asOf: day,
                        report: model.report))
            }
        } catch Workspace.OffersFailure.noLines {
            return .noLines
        }
    }

    private func offerReport() async throws -> OfferReport? {
        do {
            return try await OfferDesk.model(of: workspace).0.report
        } catch Workspace.OffersFailure.noLines {
            return nil
        }
    }

    // MARK: Merges

    private func row(_ merge: MergeListing) throws -> MergeRow {
        MergeRow(
            merge: merge.id, into: merge.winner,
            intoLabel: merge.winner.description, fromLabel: merge.loser.description,
            reason: MergeText.reason(merge), at: merge.mergedAt, undoneAt: merge.undoneAt)
    }

    private func undo(_ merge: ID<Merge>, by member: ID<Member>) async throws -> UndoOutcome {
        do {
            try await workspace.undo(merge, by: member.description)
            return .undone
        } catch Workspace.MergeFailure.alreadyUndone {
            return .alreadyUndone
        } catch Workspace.MergeFailure.unknownMerge {
            return .unknown
        }
    }
}
