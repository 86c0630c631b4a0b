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
        if let tenure = report.tenure { TenureParts.add(tenure, to: &card) }
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
                TenureParts.short(feature.name), Figures.fixed(feature.points, digits: 1),
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
            + TenureParts.short(part.values)
    }

}
