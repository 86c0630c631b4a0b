import Foundation
import Predictions

/// What a table says of who leaves, as a card.
struct ChurnCard {
    let report: ChurnReport
    let file: String

    private static let featuresMax = 10

    var document: CardDocument {
        var card = CardDocument(title: "Who leaves: \(report.outcome) in \(file)")
        card.sentence(
            "\(Figures.grouped(report.customers)) customers, of whom "
                + "\(Figures.grouped(report.left)) left "
                + "(\(Figures.percent(Double(report.left) / Double(report.customers))))."
                + (report.unknown == 0
                    ? "" : " Of \(Figures.grouped(report.unknown)) more it isn't known."))
        card.heading("Verdict")
        card.sentence(verdict)
        for giveaway in report.giveaways {
            card.sentence(
                "Was \(giveaway.name) known before? If it is written when somebody leaves, leave it "
                    + "out with --ignore \"\(giveaway.name)\".")
        }
        for note in report.notes { card.sentence(note) }
        figures(&card)
        contest(&card)
        strengths(&card)
        if let tenure = report.tenure { Self.tenure(tenure, &card) }
        return card
    }

    func json() throws -> String {
        struct Card: Encodable {
            let file: String
            let verdict: String
            let reasons: [String]
            let report: ChurnReport
        }
        let (verdict, reasons) = report.verdict
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let card = Card(file: file, verdict: verdict.rawValue, reasons: reasons, report: report)
        return String(decoding: try encoder.encode(card), as: UTF8.self)
    }

    /// In one sentence.
    private var verdict: String {
        let (verdict, reasons) = report.verdict
        let why = reasons.joined(separator: "; ")
        let first = report.figures.tenths.first
        switch verdict {
        case .usable:
            let lift = Figures.fixed(first?.lift ?? 1, digits: 1)
            return "Usable: of customers it hadn't seen, the tenth it thought likeliest to leave "
                + "left \(lift) times as often as all did, and the probabilities came true."
        case .weak: return "Weak: \(why)."
        case .tooLittleData: return "Too little data to rely on: \(why)."
        case .givenAway: return "Not to be trusted: \(why)."
        }
    }

    private func figures(_ card: inout CardDocument) {
        let figures = report.figures
        card.heading("Customers held back")
        card.sentence(
            "Each customer was judged by a model that learnt from others "
                + "(\(report.folds) parts, seed \(report.seed)).")
        var table = TextTable(headings: ["figure", "value", "meaning"], numeric: [1])
        table.rows = [
            [
                "AUC", Figures.fixed(figures.areaUnderCurve, digits: 3),
                "\(Figures.fixed(figures.areaLow, digits: 3)) to "
                    + "\(Figures.fixed(figures.areaHigh, digits: 3)) (95 %); 0.5 is chance, 1 is certainty",
            ],
            [
                "Brier", Figures.fixed(figures.brier, digits: 4),
                "\(Figures.percent(figures.brierSkill)) better than the base rate",
            ],
            ["log loss", Figures.fixed(figures.logLoss, digits: 4), ""],
            [
                "calibration", Figures.fixed(figures.calibrationError, digits: 3),
                "probabilities were off by so much on average",
            ],
        ]
        card.table(table)
        card.heading("By tenths of customers, the likeliest to leave first")
        var tenths = TextTable(
            headings: ["tenth", "customers", "said", "left", "lift", "of all who left"],
            numeric: [0, 1, 2, 3, 4, 5])
        for (place, tenth) in figures.tenths.enumerated() {
            tenths.rows.append([
                "\(place + 1)", Figures.grouped(tenth.customers), Figures.percent(tenth.predicted),
                Figures.percent(tenth.actual), Figures.fixed(tenth.lift, digits: 2),
                Figures.percent(tenth.captured),
            ])
        }
        card.table(tenths)
    }

    private func contest(_ card: inout CardDocument) {
        card.heading("Contest")
        var table = TextTable(
            headings: ["model", "log loss", "AUC", "Brier", "calibration"], numeric: [1, 2, 3, 4])
        for contestant in report.contest {
            table.rows.append([
                contestant.model + (contestant.model == report.winner ? " *" : ""),
                Figures.fixed(contestant.logLoss, digits: 4),
                Figures.fixed(contestant.areaUnderCurve, digits: 4),
                Figures.fixed(contestant.brier, digits: 4),
                Figures.fixed(contestant.calibrationError, digits: 3),
            ])
        }
        card.table(table)
        card.sentence(
            "* learns from all customers and speaks of new ones; its probabilities are calibrated: "
                + "\(report.calibration).")
    }

    private func strengths(_ card: inout CardDocument) {
        card.heading("What it goes by")
        var table = TextTable(
            headings: ["column", "points", "raises most", "lowers most"], numeric: [1])
        for feature in report.features.prefix(Self.featuresMax) where feature.points >= 0.05 {
            let (raises, lowers) = (feature.parts.first, feature.parts.last)
            table.rows.append([
                Self.short(feature.name), Figures.fixed(feature.points, digits: 1),
                raises.map { $0.points > 0 ? Self.part($0) : "" } ?? "",
                lowers.map { $0.points < 0 ? Self.part($0) : "" } ?? "",
            ])
        }
        card.table(table)
        card.sentence(
            "points: how far the column moved a customer's probability, on average. It shows what "
                + "goes with leaving, not what causes it.")
        for column in report.columnsLeftOut {
            card.sentence("\(column.name) was left out: \(column.reason).")
        }
    }

    private static func part(_ part: FeatureStrength.Part) -> String {
        "\(part.points > 0 ? "+" : "−")\(Figures.fixed(part.points.magnitude, digits: 1)) "
            + short(part.values)
    }

    private static func short(_ text: String) -> String {
        text.count <= 22 ? text : text.prefix(21) + "…"
    }

    private static func tenure(_ tenure: TenureRetention, _ card: inout CardDocument) {
        card.heading("Still there, by \(tenure.column)")
        for group in tenure.groups {
            let isAll = group.name == tenure.groups[0].name && tenure.groups.count == 1
            let name =
                isAll || group.name == "all" ? "All" : "\(tenure.groupColumn ?? "") \(group.name)"
            card.sentence(
                "\(name): \(Figures.grouped(group.contracts)) contracts, "
                    + "\(Figures.grouped(group.ended)) ended; "
                    + (group.median.map { "half by \(plain($0))" } ?? "more than half last") + ".")
        }
        var table = TextTable(
            headings: [tenure.column] + tenure.groups.map { short($0.name) },
            numeric: Set(0...tenure.groups.count))
        for at in tenure.tenures {
            table.rows.append(
                [plain(at)]
                    + tenure.groups.map { group in
                        guard let point = group.curve.first(where: { $0.tenure == at }) else {
                            return ""
                        }
                        guard let low = point.low, let high = point.high else {
                            return Figures.percent(point.share)
                        }
                        return
                            "\(Figures.percent(point.share)) (\(Figures.fixed(low * 100, digits: 0))–"
                            + "\(Figures.fixed(high * 100, digits: 0)))"
                    })
        }
        card.table(table)
        card.sentence(
            "Kaplan–Meier, with 95 % intervals; right if every customer who left is in it.")
        hazards(tenure, &card)
        projections(tenure, &card)
        if tenure.rowsLeftOut > 0 {
            card.sentence(
                "\(Figures.grouped(tenure.rowsLeftOut)) rows have no \(tenure.column) and were left out."
            )
        }
        for note in tenure.notes { card.sentence(note) }
    }

    private static func hazards(_ tenure: TenureRetention, _ card: inout CardDocument) {
        guard !tenure.hazards.isEmpty, !tenure.startedAt.isEmpty else { return }
        card.heading("Ends within the next \(tenure.within)")
        var table = TextTable(
            headings: [tenure.groupColumn ?? "", "contracts"]
                + tenure.startedAt.map { $0 == 0 ? "new" : "after \($0)" },
            numeric: Set(1...tenure.startedAt.count + 1))
        for hazard in tenure.hazards {
            table.rows.append(
                [short(hazard.name), Figures.grouped(hazard.contracts)]
                    + hazard.ends.map(Figures.percent))
        }
        card.table(table)
        if tenure.groupDeviation != nil {
            card.sentence(
                "Discrete-time hazard, groups partially pooled: one with few contracts lies near the "
                    + "others.")
        }
    }

    private static func projections(_ tenure: TenureRetention, _ card: inout CardDocument) {
        let projected = tenure.groups.compactMap { group in
            group.projection.map { (group.name, $0) }
        }
        guard !projected.isEmpty else { return }
        card.heading("Further on (shifted beta-geometric)")
        var table = TextTable(
            headings: ["", "alpha", "beta", "gap", "still there"], numeric: [1, 2, 3])
        for (name, projection) in projected {
            let points = projection.points.map {
                "\(Figures.percent($0.share)) at \(plain($0.tenure))"
            }
            table.rows.append([
                short(name), Figures.fixed(projection.alpha, digits: 3),
                Figures.fixed(projection.beta, digits: 3),
                Figures.percent(projection.largestGap),
                projection.isNear ? points.joined(separator: ", ") : "doesn't follow the curve",
            ])
        }
        card.table(table)
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded()
            ? Figures.fixed(value, digits: 0) : Figures.fixed(value, digits: 1)
    }
}
