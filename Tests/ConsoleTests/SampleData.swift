import Console
import Insights
import Kernel

@testable import Predictions

/// A small shop with hostile names in every place where text from outside is shown.
enum SampleData {
    static let hostile = "<script>alert('x')</script>\"'&\u{301}\u{202E}מ"
    /// A quotation mark with a combining mark on it: one character, and still the end of an
    /// attribute.
    static let combining = "\"\u{301} onmouseover=alert(1) <\u{338}b>"
    static let password = "correct horse"
    static let token = "0123456789abcdef"
    static let customer = ID<Customer>(rawValue: 1021)
    static let mergedAway = ID<Customer>(rawValue: 1022)
    static let merge = ID<Merge>(rawValue: 9)
    static let member = ID<Member>(rawValue: 5)
    static let asOf = Timestamp(milliseconds: 1_291_924_860_000)  // 2010-12-09T20:01:00Z

    static func pounds(_ minor: Int64) -> Amounts {
        Currency("GBP").map { Amounts([$0: minor]) } ?? Amounts()
    }

    static func settings(isSecure: Bool = false) -> ConsoleSettings {
        ConsoleSettings(
            workspaceName: "Shop \(hostile)", zone: .utc, isDemo: true, isSecure: isSecure,
            formKey: SipHash.Key(low: 1, high: 2))
    }

    static func row(_ number: Int) -> CustomerRow {
        var prediction = CustomerPrediction(
            run: ID(rawValue: 77), asOf: asOf, probabilityAlive: 0.9, churnProbability: 0.41,
            expectedOrders90: 0.8, expectedOrders365: 2.6)
        prediction.currency = Currency("GBP")
        prediction.expectedSpend365Minor = 123_456.4
        prediction.expectedSpend90Minor = 23_456
        prediction.nextOrderMedianDays = 40
        prediction.nextOrderLowDays = 5
        return CustomerRow(
            customer: ID(rawValue: customer.rawValue + Int64(number)),
            label: number == 0 ? hostile : combining, email: "c\(number)@example.test",
            state: .active, orders: 4, revenue: pounds(123_456),
            firstOrderAt: asOf.adding(days: -200), lastOrderAt: asOf.adding(days: -4),
            firstSeenAt: asOf.adding(days: -200), lastSeenAt: asOf, prediction: prediction)
    }

    static func overview() -> OverviewPageData {
        var figures = OverviewFigures()
        figures.customers = 4314
        figures.orders = 20_951
        figures.ordersWithoutCustomer = 17
        figures.revenue = pounds(1_028_429_900)
        figures.revenueWithoutCustomer = pounds(100)
        figures.refunded = pounds(574)
        figures.repeatPurchaseRate = 0.6734
        if let pound = Currency("GBP") { figures.averageOrderValueMinor = [pound: 49_088] }
        figures.ordersPerCustomer = 4.45
        figures.churnRate = 0.382
        figures.churnRateBefore = 0.421
        figures.asOf = asOf
        figures.firstOrderAt = asOf.adding(days: -373)
        figures.lastOrderAt = asOf
        let lifecycle = LifecycleState.allCases.map {
            LifecycleFigures(state: $0, customers: 100, expectedSpend: pounds(5000))
        }
        return OverviewPageData(
            figures: figures, activeAtStart: 2312, months: months(), cohorts: cohorts(),
            lifecycle: lifecycle,
            troubles: [.rowsRejected(file: hostile, rows: 3, at: asOf), .neverScored])
    }

    static func months() -> [MonthFigures] {
        (0..<4).map { index in
            MonthFigures(
                month: CalendarMonth(index: CalendarMonth(year: 2010, month: 9).index + index),
                orders: 100 + index, customers: 80 + index, newCustomers: 20,
                revenue: pounds(50_000 + Int64(index)), refunded: pounds(10), returningShare: 0.75)
        }
    }

    static func cohorts() -> CohortTable {
        CohortTable(
            rows: (0..<4).map { index in
                CohortTable.Row(
                    cohort: CalendarMonth(index: CalendarMonth(year: 2010, month: 9).index + index),
                    size: 40, retained: [40, 12, 10, 8].prefix(4 - index).map { $0 })
            })
    }

    static func timeline() -> TimelinePage {
        let entries = TimelineEntry.Kind.allCases.map { kind in
            TimelineEntry(
                kind: kind, title: hostile, occurredAt: asOf,
                amount: Currency("GBP").map { Money(minor: 1299, currency: $0) },
                facts: [.init(name: combining, value: hostile)], why: hostile)
        }
        return TimelinePage(entries: entries, next: "cursor&1")
    }

    static func mergeRow() -> MergeRow {
        MergeRow(
            merge: merge, into: customer, intoLabel: hostile, fromLabel: combining,
            reason: hostile, at: asOf)
    }

    static func customerPage() -> CustomerPageData {
        let pound = Currency("GBP")
        let orders = OrderRow.Kind.allCases.compactMap { kind in
            pound.map { pound in
                OrderRow(
                    orderID: hostile, kind: kind, occurredAt: asOf,
                    total: Money(minor: 999, currency: pound),
                    lines: [
                        .init(
                            name: hostile, sku: combining, quantityMilli: 1500,
                            unitPrice: Money(minor: 255, currency: pound))
                    ])
            }
        }
        let today = ZoneRules.utc.day(of: asOf).daysSinceEpoch
        return CustomerPageData(
            row: row(0),
            identifiers: IdentifierRow.Kind.allCases.map {
                IdentifierRow(kind: $0, value: hostile, firstSeenAt: asOf)
            },
            attributes: [
                AttributeRow(name: combining, value: hostile, setAt: asOf, setBy: hostile)
            ], refunded: pounds(100), orders: orders, timeline: timeline(), merges: [mergeRow()],
            aliveCurve: (0..<20).map {
                AlivePoint(
                    day: CalendarDay(daysSinceEpoch: today - 20 + $0), probability: 0.9,
                    ordered: $0 % 7 == 0)
            },
            predictions: (0..<4).map {
                PastPrediction(
                    asOf: asOf.adding(days: -28 * $0), churnProbability: 0.1 * Double($0 + 1),
                    churnBand: .low, expectedOrders365: 3, expectedSpend365Minor: nil,
                    currency: nil)
            }, why: rhythm, segments: AutomationSample.memberships(),
            runs: AutomationSample.runs(), tasks: AutomationSample.tasks())
    }

    static func offers() -> OffersPageData {
        let product = OfferProduct(id: combining, name: hostile, category: hostile)
        let today = ZoneRules.utc.day(of: asOf)
        return OffersPageData(
            offers: CustomerOffers(
                offers: [
                    .init(
                        product: product, source: .ease, score: 0.5,
                        because: [
                            .init(product: product, share: 0.7),
                            .init(product: product, share: 0.3),
                        ]), .init(product: product, source: .bestSellers, score: 9, because: []),
                ],
                due: [
                    .init(
                        product: product, lastDay: today.daysSinceEpoch - 40,
                        medianDay: today.daysSinceEpoch + 2,
                        range: today.daysSinceEpoch - 9...today.daysSinceEpoch + 30,
                        ownIntervals: 1)
                ], knownProducts: 3), asOf: today, report: offerReport())
    }

    static func offerReport() -> OfferReport {
        let day = ZoneRules.utc.day(of: asOf).daysSinceEpoch
        return OfferReport(
            asOf: day, lines: 5000, customers: 400, orders: 2000, products: 90,
            offeredProducts: 80,
            check: .init(
                trainedUntil: day - 84, heldBackDays: 84, judges: 120, judged: 120,
                contestants: [
                    .init(
                        source: .ease, precision: 0.09, recall: 0.05, ndcg: 0.11, coverage: 0.26,
                        gain: 0.06, gainError: 0.01),
                    .init(
                        source: .bestSellers, precision: 0.05, recall: 0.02, ndcg: 0.05,
                        coverage: 0.02, gain: 0, gainError: 0),
                ]), chosen: .ease, verdict: .usable, parameters: ["ridge": 200])
    }

    static let rhythm = "Ordered on 3 days, and last \(hostile)"

    static func models() -> [ModelCard] {
        [
            ModelCard(
                kind: .bgnbd, run: ID(rawValue: 77), asOf: asOf, fittedAt: asOf, unit: .week,
                parameters: [
                    .init(name: "r", value: 0.2426), .init(name: "alpha", value: 4.4136),
                    .init(name: "a", value: 0.7929, standardError: 0.19),
                    .init(name: "b", value: 2.4259),
                ], logLikelihood: -9582.4292, customers: 2357, repeatCustomers: 946),
            ModelCard(
                kind: .gammaGamma, run: ID(rawValue: 77), asOf: asOf, fittedAt: asOf, unit: .week,
                parameters: [
                    .init(name: "p", value: 6.2488), .init(name: "q", value: 3.7446),
                    .init(name: "gamma", value: 15.4477),
                ], logLikelihood: -4055.92, customers: 946, repeatCustomers: 946,
                currency: Currency("USD"), converged: false),
        ]
    }

    static func settingsPage() -> SettingsPageData {
        SettingsPageData(
            members: [
                .init(
                    member: member, name: hostile, email: "ada@example.test", role: "owner",
                    addedAt: asOf, lastSignedInAt: nil)
            ],
            keys: [
                .init(
                    key: ID(rawValue: 6), name: combining, scope: "track", hint: "pk_1",
                    createdAt: asOf, revokedAt: asOf)
            ])
    }
}
