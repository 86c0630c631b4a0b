import Kernel

/// The list of loyalty programs.
struct LoyaltyView {
    struct Row {
        let title: String
        let name: String
        let path: String
        let members: String
        let outstanding: String
    }

    let rows: [Row]
    let hasRows: Bool

    init(_ programs: [ProgramRow], formats: Formats) {
        rows = programs.map { program in
            Row(
                title: program.title, name: program.name,
                path: "/loyalty/\(FormFields.encode(program.name))",
                members: formats.integer(program.members),
                outstanding: formats.points(program.outstanding, program.unit))
        }
        hasRows = !rows.isEmpty
    }
}

/// The page of one program.
struct ProgramView {
    struct Fact {
        let label: String
        let value: String
        let note: String
    }

    struct Flow {
        let label: String
        let ever: String
        let year: String
    }

    struct Tier {
        let title: String
        let from: String
        /// Nil for none.
        let benefits: String?
        let members: String
        let share: String
        /// Of 1000, how far the bar reaches.
        let width: Int
    }

    struct Ending {
        let month: String
        let points: String
    }

    struct Cost {
        let month: String
        let tier: String
        let issued: String
        let spent: String
    }

    struct Basket {
        let amount: String
        let isWrong: Bool
        let lines: [Fact]
        let isAnswered: Bool
    }

    let title: String
    let name: String
    let path: String
    let subtitle: String
    let asOf: String
    let facts: [Fact]
    let flows: [Flow]
    let chart: ChartView?
    let tiers: [Tier]
    let hasTiers: Bool
    let ending: [Ending]
    let hasEnding: Bool
    let rules: [String]
    let yaml: String
    let movements: [MovementView]
    let hasMovements: Bool
    let basket: Basket
    let unit: String
    let expectation: [String]
    let hasExpectation: Bool
    let costs: [Cost]
    let hasCosts: Bool

    init(_ data: ProgramPageData, basket: BasketAnswer?, formats: Formats) {
        let words = formats.words
        let row = data.row
        title = row.title
        name = row.name
        unit = row.unit
        path = "/loyalty/\(FormFields.encode(row.name))"
        subtitle = words(
            "definition.version", formats.integer(row.version), formats.moment(data.appliedAt))
        asOf = words("loyalty.asOf", formats.day(data.asOf))
        let ratio = row.members > 0 ? row.outstanding / row.members : 0
        facts = [
            Fact(
                label: words("loyalty.outstanding"), value: formats.integer(row.outstanding),
                note: words(
                    "loyalty.outstanding.note", formats.integer(data.pending),
                    formats.integer(data.held))),
            Fact(
                label: words("loyalty.members"), value: formats.integer(row.members),
                note: words("loyalty.members.note", formats.integer(ratio))),
            Fact(
                label: words("loyalty.owed"), value: formats.integer(data.owed),
                note: words("loyalty.owed.note")),
        ]
        func flow(_ key: String, _ value: (ProgramPageData.Flow) -> Int) -> Flow {
            Flow(
                label: words("loyalty.flow.\(key)"), ever: formats.integer(value(data.ever)),
                year: formats.integer(value(data.year)))
        }
        flows = [
            flow("issued") { $0.issued }, flow("spent") { $0.spent },
            flow("takenBack") { $0.takenBack }, flow("expired") { $0.expired },
        ]
        chart = ChartView.liability(data.liability, unit: row.unit, formats: formats)
        tiers = data.tiers.map { tier in
            let share = row.members > 0 ? Double(tier.members) / Double(row.members) : 0
            return Tier(
                title: tier.title, from: tier.from,
                benefits: tier.benefits.isEmpty ? nil : tier.benefits.joined(separator: ", "),
                members: formats.integer(tier.members), share: formats.percent(share),
                width: Int((share * 1000).rounded()))
        }
        hasTiers = !tiers.isEmpty
        ending = data.ending.filter { $0.points > 0 }.map {
            Ending(month: formats.month($0.month), points: formats.integer($0.points))
        }
        hasEnding = !ending.isEmpty
        rules = data.rules
        expectation = data.expectation
        hasExpectation = !expectation.isEmpty
        costs = data.costs.map {
            Cost(
                month: formats.month($0.month), tier: $0.tier, issued: formats.integer($0.issued),
                spent: formats.integer($0.spent))
        }
        hasCosts = !costs.isEmpty
        yaml = data.yaml
        movements = data.newest.map { MovementView($0, formats) }
        hasMovements = !movements.isEmpty
        self.basket = Basket(
            amount: basket?.amount ?? "", isWrong: basket.map { $0.lines == nil } ?? false,
            lines: (basket?.lines ?? []).map { line in
                Fact(
                    label: line.tier ?? words("loyalty.basket.anybody"),
                    value: formats.points(line.points, row.unit), note: "")
            }, isAnswered: basket?.lines != nil)
    }
}

/// One movement of points.
struct MovementView {
    let at: String
    let points: String
    let balance: String
    let reason: String
    let lot: String
    let isTaken: Bool
    /// Nil where the page is about one customer.
    let customerPath: String?
    let name: String

    init(_ row: MovementRow, _ formats: Formats) {
        at = formats.moment(row.at)
        points =
            (row.points > 0 ? "+" : row.points < 0 ? "−" : "") + formats.integer(abs(row.points))
        balance = formats.integer(row.balance)
        reason = row.reason
        lot = row.lot > 0 ? formats.integer(row.lot) : "–"
        isTaken = row.points < 0
        customerPath = row.customer.map { "/customers/\($0)" }
        name = row.name
    }
}

extension ChartView {
    /// What is outstanding at the end of each month.
    static func liability(
        _ months: [ProgramPageData.Month], unit: String, formats: Formats
    ) -> ChartView? {
        guard months.count > 1 else { return nil }
        let expected = Series(
            name: formats.words("loyalty.liability.expected"),
            values: months.map { $0.expected.map { Double($0.points) } },
            texts: months.map { month in
                month.expected.map {
                    formats.words(
                        "loyalty.liability.interval", formats.integer($0.points),
                        formats.integer($0.from), formats.integer($0.to))
                } ?? "–"
            }, colour: "second")
        return ChartView(
            id: "liability", kind: "line", label: formats.words("loyalty.liability"),
            head: formats.words("chart.month"), isShare: false,
            rows: months.map { (formats.month($0.month), formats.shortMonth($0.month), "") },
            series: [
                Series(
                    name: unit, values: months.map { Double($0.points) },
                    texts: months.map { formats.integer($0.points) }, colour: "accent")
            ] + (months.contains { $0.expected != nil } ? [expected] : []), isLastPartial: true)
    }
}
