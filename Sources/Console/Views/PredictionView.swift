import Insights
import Kernel

/// What the models say of one customer, in plain words.
struct PredictionView {
    struct Item {
        let label: String
        let value: String
        let sentence: String
        let how: HowView
        /// How full its meter is, of 100; nil for figures that aren't shares.
        let meter: Int?
    }

    let items: [Item]
    let asOf: String

    init(_ prediction: CustomerPrediction, _ formats: Formats) {
        let words = formats.words
        asOf = words("prediction.asOf", formats.day(prediction.asOf))
        items = [
            Self.churn(prediction, formats), Self.nextOrder(prediction, formats),
            Self.value(prediction, formats), Self.alive(prediction, formats),
        ]
    }

    private static func churn(_ prediction: CustomerPrediction, _ formats: Formats) -> Item {
        let words = formats.words
        let percent = formats.chance(prediction.churnProbability)
        let key =
            switch prediction.churnBand ?? ChurnBand(prediction.churnProbability) {
            case .low: "prediction.churn.low"
            case .middle: "prediction.churn.middle"
            case .high: "prediction.churn.high"
            }
        return Item(
            label: words("prediction.churn"), value: percent,
            sentence: words(key, percent) + churnRange(prediction, formats),
            how: HowView(.churnProbability, words("prediction.churn"), words),
            meter: Self.meter(prediction.churnProbability))
    }

    private static func churnRange(
        _ prediction: CustomerPrediction, _ formats: Formats
    ) -> String {
        guard let range = prediction.churnRange else { return "" }
        let low = formats.chance(range.lowerBound)
        let high = formats.chance(range.upperBound)
        return low == high ? "" : " " + formats.words("prediction.churn.range", low, high)
    }

    /// Beyond three years a date would say more than the model knows.
    private static let farDays = 1095

    private static func nextOrder(_ prediction: CustomerPrediction, _ formats: Formats) -> Item {
        let words = formats.words
        let label = words("prediction.next")
        let how = HowView(.nextOrder, label, words)
        func day(_ days: Double) -> String {
            let whole = days.isFinite && days < 400_000 ? Int(days.rounded()) : 400_000
            return formats.day(prediction.asOf.adding(days: whole))
        }
        guard let median = prediction.nextOrderMedianDays else {
            return Item(
                label: label, value: words("prediction.next.never"),
                sentence: words("prediction.next.never.sentence"), how: how, meter: nil)
        }
        guard median <= Double(farDays) else {
            return Item(
                label: label, value: words("prediction.next.far"),
                sentence: words("prediction.next.far.sentence"), how: how, meter: nil)
        }
        let sentence =
            switch (prediction.nextOrderLowDays, prediction.nextOrderHighDays) {
            case (let low?, let high?): words("prediction.next.range", day(low), day(high))
            case (let low?, nil): words("prediction.next.open", day(low))
            default: words("prediction.next.median")
            }
        return Item(
            label: label, value: words("prediction.next.around", day(median)), sentence: sentence,
            how: how, meter: nil)
    }

    private static func value(_ prediction: CustomerPrediction, _ formats: Formats) -> Item {
        let words = formats.words
        let label = words("prediction.value")
        let how = HowView(.expectedSpend, label, words)
        let orders = formats.numbers.decimal(prediction.expectedOrders365, digits: 1)
        guard let currency = prediction.currency, let spend = prediction.expectedSpend365Minor
        else {
            return Item(
                label: label, value: "–", sentence: words("prediction.value.none", orders),
                how: how, meter: nil)
        }
        let soon = prediction.expectedSpend90Minor.map { formats.prediction(minor: $0, currency) }
        return Item(
            label: label, value: formats.prediction(minor: spend, currency),
            sentence: words("prediction.value.sentence", orders, soon ?? "–")
                + valueRange(prediction, currency, formats), how: how, meter: nil)
    }

    private static func valueRange(
        _ prediction: CustomerPrediction, _ currency: Currency, _ formats: Formats
    ) -> String {
        guard let spend = prediction.spend365RangeMinor, let orders = prediction.orders365Range
        else { return "" }
        func count(_ value: Double) -> String { formats.numbers.decimal(value, digits: 0) }
        return " "
            + formats.words(
                "prediction.value.range", formats.prediction(minor: spend.lowerBound, currency),
                formats.prediction(minor: spend.upperBound, currency), count(orders.lowerBound),
                count(orders.upperBound))
    }

    private static func alive(_ prediction: CustomerPrediction, _ formats: Formats) -> Item {
        let words = formats.words
        let percent = formats.chance(prediction.probabilityAlive)
        return Item(
            label: words("prediction.alive"), value: percent,
            sentence: words("prediction.alive.sentence", percent),
            how: HowView(.probabilityAlive, words("prediction.alive"), words),
            meter: Self.meter(prediction.probabilityAlive))
    }

    private static func meter(_ share: Double) -> Int? {
        share.isFinite ? Int((min(max(share, 0), 1) * 100).rounded()) : nil
    }
}
