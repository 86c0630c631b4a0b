import Kernel

/// The models as their newest runs left them.
struct ModelsView {
    struct Card {
        let name: String
        let purpose: String
        let asOf: String
        let facts: [CustomerView.Pair]
        let parameters: [Parameter]
        let logLikelihood: String
        let warning: String?
        let chosen: String?
        let notes: [String]
        let reading: [String]
        let how: HowView
    }

    struct Parameter {
        let name: String
        let value: String
        let error: String
        let interval: String
        let meaning: String
    }

    let cards: [Card]
    let backtest: BacktestView?
    /// Nil where it is asked for once the page is there.
    let offerCard: OfferCardView?
    let hasCards: Bool

    init(_ data: ModelsPageData, offerCard: OfferCardView? = nil, formats: Formats) {
        self.offerCard = offerCard
        hasCards = !data.cards.isEmpty
        cards = data.cards.map { Card($0, formats) }
        backtest = data.backtest.map { BacktestView($0, drift: data.drift, formats) }
    }
}

extension ModelsView.Card {
    init(_ model: ModelCard, _ formats: Formats) {
        let words = formats.words
        let kind = model.kind.rawValue
        name = words("model.\(kind)")
        purpose = words("model.\(kind).purpose")
        asOf = words("model.asOf", formats.day(model.asOf))
        let share =
            model.customers > 0 ? Double(model.repeatCustomers) / Double(model.customers) : 0
        facts = [
            .init(name: words("model.customers"), value: formats.integer(model.customers)),
            .init(
                name: words("model.repeatCustomers"), value: formats.integer(model.repeatCustomers),
                note: formats.percent(share)),
            .init(
                name: words("model.unit"),
                value: model.kind == .gammaGamma && model.currency != nil
                    ? model.currency?.description ?? "" : words("unit.\(model.unit.rawValue)")),
            .init(name: words("model.fitted"), value: formats.moment(model.fittedAt)),
            .init(name: words("model.run"), value: model.run.description),
        ]
        parameters = model.parameters.map { parameter in
            ModelsView.Parameter(
                name: parameter.name, value: formats.numbers.decimal(parameter.value, digits: 4),
                error: parameter.standardError.map { "± " + formats.numbers.decimal($0, digits: 4) }
                    ?? "–",
                interval: parameter.interval.map { range in
                    formats.numbers.decimal(range.lowerBound, digits: 4) + " – "
                        + (range.upperBound.isFinite
                            ? formats.numbers.decimal(range.upperBound, digits: 4) : "∞")
                } ?? "–", meaning: words("model.\(kind).\(parameter.name)"))
        }
        logLikelihood = formats.numbers.decimal(model.logLikelihood, digits: 2)
        chosen = model.isChosen ? words("model.chosen") : nil
        notes = model.notes
        warning = model.converged ? nil : words("model.notConverged")
        reading = Self.reading(model, formats)
        how = HowView(.modelParameters, name, words)
    }

    /// What the parameters mean for this shop, in sentences.
    private static func reading(_ model: ModelCard, _ formats: Formats) -> [String] {
        let words = formats.words
        func parameter(_ name: String) -> Double? {
            model.parameters.first { $0.name == name }?.value
        }
        switch model.kind {
        case .bgnbd, .mbgnbd:
            var sentences: [String] = []
            if let r = parameter("r"), let alpha = parameter("alpha"), r > 0, alpha > 0 {
                let unit = words("unit.\(model.unit.rawValue).many")
                sentences.append(
                    words("model.bg-nbd.rate", formats.numbers.decimal(alpha / r, digits: 1), unit))
            }
            if let a = parameter("a"), let b = parameter("b"), a + b > 0 {
                sentences.append(words("model.bg-nbd.dropout", formats.percent(a / (a + b))))
            }
            return sentences
        case .paretonbd:
            guard let r = parameter("r"), let alpha = parameter("alpha"), r > 0, alpha > 0 else {
                return []
            }
            return [
                words(
                    "model.bg-nbd.rate", formats.numbers.decimal(alpha / r, digits: 1),
                    words("unit.\(model.unit.rawValue).many"))
            ]
        case .gammaGamma:
            guard let p = parameter("p"), let q = parameter("q"), let gamma = parameter("gamma"),
                q > 1, let currency = model.currency
            else { return [] }
            let mean = p * gamma / (q - 1)
            return [
                words(
                    "model.gamma-gamma.mean",
                    formats.estimate(minor: mean * minorUnits(currency), currency))
            ]
        }
    }

    private static func minorUnits(_ currency: Currency) -> Double {
        (0..<currency.minorDigits).reduce(1.0) { unit, _ in unit * 10 }
    }
}
