import Analytics
import Console
import Customers
import Documents
import JSONParsing
import Kernel
import Loyalty
import Records
import Runtime
import YAMLText

/// What the console's pages of loyalty programs show, read from the workspace.
struct ConsoleLoyalty: Sendable {
    private static let monthsBack = 24
    private static let monthsAhead = 12
    private static let newestShown = 20
    private static let costMonths = 6
    private static let expectedMonths = 12
    /// Who asks for corrections over the API.
    static let keyAsker = "key"

    let workspace: Workspace
    private let kept: KeptAnswers<String, ProgramPageData>
    private let liabilities: KeptAnswers<String, LoyaltyLiability>

    init(workspace: Workspace) {
        self.workspace = workspace
        kept = KeptAnswers(clock: workspace.clock, seconds: 30)
        liabilities = KeptAnswers(clock: workspace.clock, seconds: 300)
    }

    var data: LoyaltyData {
        var data = LoyaltyData()
        data.programs = {
            try await Blocking.run { try workspace.loyalty.programs.map { try page($0).row } }
        }
        data.program = { name in
            try await Blocking.run {
                try workspace.loyalty.program(name).map { try withExpectation($0) }
            }
        }
        data.basket = { program, amount in basket(program, amount) }
        data.standings = { id in try await Blocking.run { try standings(id) } }
        data.member = { program, id in try await Blocking.run { try member(program, id) } }
        data.movements = { program, id, before, limit in
            try await Blocking.run { try movements(program, id, before, limit) }
        }
        data.adjust = { program, id, form, member in
            try await adjust(program, id, form, by: member)
        }
        data.approvals = ConsoleApprovals(self).data
        data.referrals = ConsoleReferrals(self).data
        data.rewards = ConsoleRewards(self).data
        fillPublic(&data)
        return data
    }

    // MARK: Programs

    private func page(_ inForce: LoyaltyInForce) throws -> ProgramPageData {
        try kept.value(inForce.program.name) { try made(inForce) }
    }

    private func made(_ inForce: LoyaltyInForce) throws -> ProgramPageData {
        let (program, zone) = (inForce.program, inForce.zone)
        let now = workspace.loyalty.now
        let month = zone.day(of: now).month
        func start(_ month: CalendarMonth) -> Timestamp {
            let day = CalendarDay(year: month.index / 12, month: month.index % 12 + 1, day: 1)
            return day.map { zone.start(of: $0) } ?? now
        }
        let months = (0..<Self.monthsBack).reversed().map { CalendarMonth(index: month.index - $0) }
        let ahead = (0..<Self.monthsAhead).map { CalendarMonth(index: month.index + $0) }
        let figures = try workspace.loyalty.store.figures(
            program: program.name, starts: months.map(start),
            ends: ahead.map { start(CalendarMonth(index: $0.index + 1)) }, now: now)
        var liability: [ProgramPageData.Month] = []
        var total: Int64 = 0
        for (place, span) in figures.spans.enumerated() {
            total += span.values.reduce(0, +)
            if place > 0 {
                liability.append(.init(month: months[place - 1], points: Int(total)))
            }
        }
        // Months before the first movement say nothing.
        while let first = liability.first, first.points == 0 { liability.removeFirst() }
        return ProgramPageData(
            row: ProgramRow(
                name: program.name, title: program.title, unit: program.unit,
                version: Int(inForce.version), members: figures.accounts,
                outstanding: Int(figures.outstanding)),
            appliedAt: inForce.since, asOf: now, pending: Int(figures.pending),
            held: Int(figures.held), owed: Int(figures.owed), ever: Self.flow(figures.spans),
            year: Self.flow(Array(figures.spans.suffix(12))), liability: liability,
            ending: zip(ahead, figures.ending).map { .init(month: $0, points: Int($1)) },
            tiers: tiers(program, figures), rules: LoyaltyWords.rules(program),
            yaml: try yaml(program.name), newest: try newest(program))
    }

    /// The page with what the list of programs doesn't show, and what takes longer.
    private func withExpectation(_ inForce: LoyaltyInForce) throws -> ProgramPageData {
        let expected = try liabilities.value(inForce.program.name) {
            try workspace.liability(of: inForce, months: Self.expectedMonths)
        }
        var page = try page(inForce)
        page.expectation = Array(LiabilityText.lines(expected).dropFirst())
        for month in expected.months {
            guard let estimate = month.expected,
                let place = page.liability.firstIndex(where: { $0.month == month.month })
            else { continue }
            page.liability[place].expected = .init(
                points: Int(estimate.value.rounded()),
                from: Int(estimate.interval95.lowerBound.rounded()),
                to: Int(estimate.interval95.upperBound.rounded()))
        }
        page.costs = expected.months.suffix(Self.costMonths).reversed().flatMap { month in
            zip(LiabilityText.tierTitles(expected), zip(month.issued, month.spent))
                .filter { $0.1 != (0, 0) }
                .map { .init(month: month.month, tier: $0, issued: Int($1.0), spent: Int($1.1)) }
        }
        return page
    }

    private static func flow(_ spans: [LedgerFigures.Sums]) -> ProgramPageData.Flow {
        func sum(_ kinds: LoyaltyEntry.Kind...) -> Int {
            Int(
                spans.reduce(0) { sum, span in kinds.reduce(sum) { $0 + (span[$1.rawValue] ?? 0) } }
            )
        }
        return ProgramPageData.Flow(
            issued: sum(.award, .adjust), spent: -sum(.spend, .giveBack),
            takenBack: -sum(.reverse, .owe), expired: -sum(.expire))
    }

    private func tiers(_ program: LoyaltyProgram, _ figures: LedgerFigures) -> [TierRow] {
        guard let rules = program.tiers else { return [] }
        return rules.levels.enumerated().map { place, level in
            TierRow(
                title: level.title, from: LoyaltyWords.from(level, rules, program),
                benefits: level.benefits, members: figures.tiers[place] ?? 0)
        }
    }

    private func yaml(_ name: String) throws -> String {
        let row = try workspace.records.definitionsInForce().first {
            $0.kind == "program" && $0.name == name
        }
        return row?.source ?? ""
    }

    private func newest(_ program: LoyaltyProgram) throws -> [MovementRow] {
        try workspace.loyalty.store.newest(program: program.name, limit: Self.newestShown)
            .map { entry, customer in
                let reason = LoyaltyReason(json: entry.reason)
                return MovementRow(
                    at: entry.at, points: Int(entry.amount), balance: Int(entry.balance),
                    reason: reason?.sentence(points: entry.amount, unit: program.unit) ?? "",
                    lot: Int(entry.lot), customer: customer, name: try label(customer))
            }
    }

    /// What a member of the team is called; the text itself where it isn't one's id.
    func memberName(_ who: String) throws -> String {
        guard let id = ID<Member>(who) else { return who }
        return try workspace.records.member(id)?.name ?? who
    }

    func label(_ id: ID<Customer>) throws -> String {
        var profile = Profile()
        for bytes in try workspace.records.profiles(of: try workspace.records.members(of: id)) {
            profile.merge(try Profile(decoding: bytes.span))
        }
        return profile.label ?? id.description
    }

    /// What a basket of one line would earn, in each tier.
    private func basket(_ name: String, _ text: String) -> BasketAnswer {
        guard let inForce = workspace.loyalty.program(name),
            let minor = try? DecimalText.minor(
                Array(text.utf8).span, digits: inForce.program.currency.minorDigits),
            (1...100_000_000_000).contains(minor)
        else { return BasketAnswer(amount: text, lines: nil) }
        let tiers =
            inForce.program.tiers?.levels.map { ($0.title, Optional($0.name)) } ?? [("", nil)]
        return BasketAnswer(
            amount: text,
            lines: tiers.map { title, tier in
                .init(
                    tier: tier == nil ? nil : title,
                    points: Int(
                        inForce.program.worth(
                            of: [OrderLine(id: "1", product: "", amount: minor)], tier: tier,
                            at: workspace.clock.now, zone: inForce.zone
                        ).points))
            })
    }

    // MARK: Members

    func standings(_ id: ID<Customer>) throws -> [MemberStanding] {
        try workspace.loyalty.programs.compactMap { inForce in
            let member = try workspace.loyaltyMember(id, in: inForce)
            return member.number == nil ? nil : try standing(member)
        }
    }

    private func member(_ program: String, _ id: ID<Customer>) throws -> MemberStanding? {
        guard let inForce = workspace.loyalty.program(program),
            let root = try workspace.records.root(of: id)
        else { return nil }
        return try standing(try workspace.loyaltyMember(root, in: inForce))
    }

    func standing(_ member: LoyaltyMember) throws -> MemberStanding {
        let (program, account) = (member.inForce.program, member.account)
        let now = workspace.loyalty.now
        let lots = account.lots.filter { $0.remaining > 0 }.sorted {
            (($0.expiresAt ?? .latest).milliseconds, $0.id)
                < (($1.expiresAt ?? .latest).milliseconds, $1.id)
        }
        return MemberStanding(
            program: program.name, title: program.title, unit: program.unit,
            customer: member.customer, name: try label(member.customer),
            asOf: max(now, account.latest), available: Int(account.available(at: account.latest)),
            pending: Int(account.pending(at: account.latest)), held: Int(account.held),
            owed: Int(account.debt), tier: tier(member),
            lots: lots.map { lot in
                .init(
                    number: Int(lot.id), from: lot.source.phrase, earnedAt: lot.createdAt,
                    availableAt: lot.availableAt, expiresAt: lot.expiresAt,
                    issued: Int(lot.issued), left: Int(lot.remaining), held: Int(lot.held))
            })
    }

    private func tier(_ member: LoyaltyMember) -> MemberStanding.Tier? {
        let program = member.inForce.program
        guard let rules = program.tiers,
            let standing = member.account.standing(program, member.inForce.zone)
        else { return nil }
        let level = rules.levels[standing.tier]
        return MemberStanding.Tier(
            title: level.title, amount: LoyaltyWords.amounts(standing, program),
            next: standing.next.map { rules.levels[$0].title },
            missing: LoyaltyWords.missing(standing, rules, program),
            heldUntil: standing.heldUntil, benefits: level.benefits)
    }

    /// - Parameter isPublic: Whether the member reads it.
    func movements(
        _ program: String, _ id: ID<Customer>, _ before: String?, _ limit: Int,
        isPublic: Bool = false
    ) throws -> MovementPage {
        guard let inForce = workspace.loyalty.program(program) else { return MovementPage() }
        let member = try workspace.loyaltyMember(id, in: inForce)
        guard let number = member.number else { return MovementPage() }
        let found = try workspace.loyaltyHistory(
            of: number, before: before.flatMap { Int64($0) }, limit: limit)
        let next = found.count == limit ? found.last?.entry.sequence : nil
        return MovementPage(
            movements: found.map { movement in
                MovementRow(
                    at: movement.entry.at, points: Int(movement.entry.amount),
                    balance: Int(movement.entry.balance),
                    reason: isPublic
                        ? movement.publicSentence(unit: inForce.program.unit)
                        : movement.entry.reason.sentence(
                            points: movement.entry.amount, unit: inForce.program.unit),
                    lot: Int(movement.entry.lot))
            }, next: next.flatMap { $0 > 1 ? String($0) : nil })
    }

    private func adjust(
        _ program: String, _ id: ID<Customer>, _ form: AdjustmentForm, by member: ID<Member>
    ) async throws -> AdjustmentOutcome {
        let root = try await Blocking.run { try workspace.records.root(of: id) }
        // Of who was merged into another the page was out of date.
        guard workspace.loyalty.program(program) != nil, root == id else { return .unknown }
        let text = form.points.filter { $0 != " " && $0 != "+" }.map { $0 == "−" ? "-" : $0 }
        guard let points = Int64(String(text)), points != 0, points != .min,
            abs(points) <= LoyaltyProgram.pointsMax
        else { return .refused("\(form.points) is not a whole number other than 0") }
        let name = try await Blocking.run { try workspace.records.member(member)?.name }
        let reason = form.reason + (name.map { " (by \($0))" } ?? "")
        let ask = try workspace.loyalty.ask(
            program, id, id: "console:\(form.id)",
            LoyaltyRequest(.adjust(points: points, reason: String(reason.prefix(255)))))
        do {
            guard
                case .answered(let answer) = try await workspace.adjust(
                    ask, by: member.description)
            else { return .waiting }
            let done = try JSONLookup.member(named: "done", in: answer.bytes.span)
            if done?.text(in: answer.bytes.span) == "true" { return .done }
            let detail = try JSONLookup.member(named: "detail", in: answer.bytes.span)
            return .refused(detail?.text(in: answer.bytes.span) ?? "it was refused")
        } catch let failure as LoyaltyDesk.Failure {
            return .refused(failure.description)
        }
    }
}
