import Insights
import Kernel

/// The page of one customer.
struct CustomerView {
    struct Pair {
        let name: String
        let value: String
        /// Nil for none.
        let note: String?

        init(name: String, value: String, note: String = "") {
            self.name = name
            self.value = value
            self.note = note.isEmpty ? nil : note
        }
    }

    struct Order {
        let id: String
        let kind: String
        let mark: String
        let at: String
        let total: String
        let lineCount: String
        let lines: [Line]
        let hasLines: Bool
    }

    struct Line {
        let name: String
        let sku: String
        let quantity: String
        let price: String
    }

    struct MergeLine {
        let text: String
        let note: String
        /// Nil where it was undone already.
        let undoPath: String?
    }

    let id: String
    let label: String
    let path: String
    let email: String?
    let state: StateView
    let stateHow: HowView
    let facts: [Pair]
    let identifiers: [Pair]
    let attributes: [Pair]
    let hasAttributes: Bool
    let prediction: PredictionView?
    /// Nil where they are asked for once the page is there.
    let offers: OffersView?
    let offersPath: String
    let hasOrders: Bool
    let chart: ChartView?
    let chartHow: HowView
    /// Why the predictions are what they are; nil for none.
    let rhythm: String?
    /// The churn probability by run; nil before there were three.
    let risk: ChartView?
    let riskHow: HowView
    let orders: [Order]
    let timeline: TimelineView
    let merges: [MergeLine]
    let hasMerges: Bool
    let memberships: [MembershipView]
    let hasMemberships: Bool
    let runs: [RunView]
    let hasRuns: Bool
    let tasks: [TaskView]
    let hasTasks: Bool
    let newTaskPath: String
    let standings: [MemberStandingView]
    /// Nil where nothing is known of mail.
    let mail: CustomerMailView?

    init(
        _ data: CustomerPageData, offers: OffersOutcome? = nil, mail: CustomerMail?,
        formats: Formats
    ) {
        let words = formats.words
        let row = data.row
        id = row.customer.description
        label = row.label
        path = "/customers/\(row.customer)"
        email = row.email == row.label || row.email.isEmpty ? nil : row.email
        state = StateView(row.state, words)
        stateHow = HowView(.lifecycleState, words("column.state"), words)
        facts = Self.facts(row, refunded: data.refunded, formats)
        identifiers = data.identifiers.map { identifier in
            Pair(
                name: words("identifier.\(identifier.kind.rawValue)"), value: identifier.value,
                note: identifier.firstSeenAt.map { words("customer.since", formats.day($0)) } ?? "")
        }
        attributes = data.attributes.map { attribute in
            let day = attribute.setAt.map { formats.day($0) } ?? ""
            return Pair(
                name: attribute.name, value: attribute.value,
                note: attribute.setBy.isEmpty ? day : words("customer.setBy", attribute.setBy, day))
        }
        hasAttributes = !attributes.isEmpty
        prediction = row.prediction.map { PredictionView($0, formats) }
        self.offers = offers.map { OffersView($0, formats) }
        offersPath = "\(path)/offers"
        hasOrders = row.orders > 0
        chart = ChartView.alive(data.aliveCurve, formats: formats)
        chartHow = HowView(.probabilityAlive, words("chart.alive"), words)
        rhythm = data.why.isEmpty || data.row.prediction == nil ? nil : data.why
        risk = ChartView.risk(data.predictions, formats: formats)
        riskHow = HowView(.churnProbability, words("chart.risk"), words)
        orders = data.orders.map { Order($0, formats) }
        timeline = TimelineView(data.timeline, customer: row.customer, formats: formats)
        merges = data.merges.map { MergeLine($0, formats) }
        hasMerges = !merges.isEmpty
        memberships = data.segments.map { MembershipView($0, formats) }
        hasMemberships = !memberships.isEmpty
        runs = data.runs.map { RunView($0, formats) }
        hasRuns = !runs.isEmpty
        tasks = data.tasks.map { TaskView($0, formats) }
        hasTasks = !tasks.isEmpty
        standings = data.loyalty.map { MemberStandingView($0, formats: formats) }
        self.mail = mail.map { CustomerMailView($0, formats) }
        newTaskPath = "/tasks/new?customer=\(row.customer)&next=\(FormFields.encode(path))"
    }

    private static func facts(
        _ row: CustomerRow, refunded: Amounts, _ formats: Formats
    ) -> [Pair] {
        let words = formats.words
        var facts = [
            Pair(name: words("fact.orders"), value: formats.integer(row.orders)),
            Pair(
                name: words("fact.revenue"), value: formats.all(row.revenue),
                note: refunded.minorByCurrency.isEmpty
                    ? "" : words("fact.refunded", formats.all(refunded))),
        ]
        if let first = row.firstOrderAt {
            facts.append(Pair(name: words("fact.firstOrder"), value: formats.day(first)))
        }
        if let last = row.lastOrderAt {
            facts.append(Pair(name: words("fact.lastOrder"), value: formats.day(last)))
        }
        facts.append(Pair(name: words("fact.lastSeen"), value: formats.day(row.lastSeenAt)))
        return facts
    }
}

extension CustomerView.Order {
    init(_ order: OrderRow, _ formats: Formats) {
        let words = formats.words
        id = order.orderID
        kind = words("order.\(order.kind.rawValue)")
        mark = "kind-\(order.kind.rawValue)"
        at = formats.moment(order.occurredAt)
        var shown = order.total
        if order.kind == .refunded { shown.minor = -shown.minor }
        total = formats.money(shown)
        lineCount =
            order.lines.isEmpty
            ? ""
            : words("order.lines", count: order.lines.count, formats.integer(order.lines.count))
        lines = order.lines.map { line in
            let thousandths = line.quantityMilli % 1000 != 0
            return CustomerView.Line(
                name: line.name, sku: line.sku,
                quantity: formats.numbers.decimal(
                    Double(line.quantityMilli) / 1000, digits: thousandths ? 3 : 0),
                price: formats.money(line.unitPrice))
        }
        hasLines = !lines.isEmpty
    }
}

extension CustomerView.MergeLine {
    init(_ merge: MergeRow, _ formats: Formats) {
        let words = formats.words
        text = words("merge.line", merge.fromLabel, merge.intoLabel)
        if let undone = merge.undoneAt {
            note = words("merge.undone", merge.reason, formats.day(merge.at), formats.day(undone))
            undoPath = nil
        } else {
            note = words("merge.note", merge.reason, formats.day(merge.at))
            undoPath = "/customers/\(merge.into)/merges/\(merge.merge)/undo"
        }
    }
}
