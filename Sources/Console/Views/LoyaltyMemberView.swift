import Kernel

/// How a customer stands in one program.
struct MemberStandingView {
    struct Lot {
        let number: String
        let from: String
        let earned: String
        let available: String
        let ends: String
        let left: String
        let issued: String
        let held: String?
    }

    struct Fact {
        let name: String
        let value: String
        /// Nil for none.
        let note: String?
    }

    let title: String
    let unit: String
    let path: String
    let customerPath: String
    let name: String
    let programPath: String
    let asOf: String
    let available: String
    let facts: [Fact]
    let tier: String?
    let lots: [Lot]
    let hasLots: Bool
    /// How many more there are; nil for none.
    let moreLots: String?

    private static let lotsShown = 30

    init(_ data: MemberStanding, formats: Formats) {
        let words = formats.words
        title = data.title
        unit = data.unit
        name = data.name
        programPath = "/loyalty/\(FormFields.encode(data.program))"
        path = "\(programPath)/members/\(data.customer)"
        customerPath = "/customers/\(data.customer)"
        asOf = words("loyalty.asOf", formats.day(data.asOf))
        available = formats.points(data.available, data.unit)
        var facts = [Fact(name: words("loyalty.available"), value: available, note: nil)]
        func add(_ key: String, _ count: Int) {
            guard count > 0 else { return }
            facts.append(
                Fact(name: words("loyalty.\(key)"), value: formats.integer(count), note: nil))
        }
        add("pending", data.pending)
        add("reserved", data.held)
        add("owes", data.owed)
        if let tier = data.tier {
            let note = tier.next.map { words("loyalty.tier.missing", tier.missing, $0) }
            facts.append(Fact(name: words("loyalty.tier"), value: tier.title, note: note))
            if let until = tier.heldUntil {
                facts.append(
                    Fact(
                        name: words("loyalty.tier.held"), value: formats.day(until),
                        note: words("loyalty.tier.held.note")))
            }
            if !tier.benefits.isEmpty {
                facts.append(
                    Fact(
                        name: words("loyalty.tier.benefits"),
                        value: tier.benefits.joined(separator: ", "), note: nil))
            }
        }
        let next = data.lots.filter { $0.expiresAt != nil }.min {
            ($0.expiresAt ?? .latest) < ($1.expiresAt ?? .latest)
        }
        if let next, let at = next.expiresAt {
            let count = data.lots.filter { $0.expiresAt == at }.reduce(0) { $0 + $1.left }
            facts.append(
                Fact(
                    name: words("loyalty.nextEnd"), value: formats.moment(at),
                    note: formats.points(count, data.unit)))
        }
        self.facts = facts
        tier = data.tier?.title
        let rest = data.lots.count - Self.lotsShown
        moreLots =
            rest > 0 ? words("loyalty.lots.more", count: rest, formats.integer(rest)) : nil
        lots = data.lots.prefix(Self.lotsShown).map { lot in
            Lot(
                number: formats.integer(lot.number), from: lot.from,
                earned: formats.day(lot.earnedAt),
                available: lot.availableAt.map {
                    $0 <= data.asOf ? words("loyalty.lot.now") : formats.day($0)
                } ?? words("loyalty.lot.waits"),
                ends: lot.expiresAt.map { formats.moment($0) } ?? words("loyalty.lot.never"),
                left: formats.integer(lot.left), issued: formats.integer(lot.issued),
                held: lot.held > 0 ? formats.integer(lot.held) : nil)
        }
        hasLots = !lots.isEmpty
    }
}

/// The page of a member: the balance explained.
struct MemberView {
    let standing: MemberStandingView
    let movements: [MovementView]
    let hasMovements: Bool
    let nextPath: String?
    let firstPath: String?
    let form: AdjustmentView
    let approvalsPath: String

    init(
        _ data: MemberStanding, _ page: MovementPage, isFirstPage: Bool, form: AdjustmentForm,
        problem: String? = nil, formats: Formats
    ) {
        standing = MemberStandingView(data, formats: formats)
        movements = page.movements.map { MovementView($0, formats) }
        hasMovements = !movements.isEmpty
        let path = standing.path
        approvalsPath = "/loyalty/\(FormFields.encode(data.program))/approvals"
        nextPath = page.next.map { "\(path)?before=\(FormFields.encode($0))" }
        firstPath = isFirstPage ? nil : path
        self.form = AdjustmentView(form, path: path + "/adjust", problem: problem)
    }
}

/// The form for a correction by hand.
struct AdjustmentView {
    let id: String
    let points: String
    let reason: String
    let path: String
    let problem: String?

    init(_ form: AdjustmentForm, path: String, problem: String?) {
        id = form.id
        points = form.points
        reason = form.reason
        self.path = path
        self.problem = problem
    }
}
