import Console
import Kernel
import Predictions
import Runtime

/// A run's models as the console shows them, the chosen one first.
enum ModelCards {
    static func cards(of run: Workspace.ModelRunSummary) -> [ModelCard] {
        let cards = run.report.models.compactMap { model in card(model, run) }
        return cards.filter(\.isChosen) + cards.filter { !$0.isChosen }
    }

    private static func card(
        _ model: ModelReport.Model, _ run: Workspace.ModelRunSummary
    ) -> ModelCard {
        let kind: ModelCard.Kind =
            switch FrequencyModel(rawValue: model.model) {
            case .bgnbd: .bgnbd
            case .mbgnbd: .mbgnbd
            case .paretonbd: .paretonbd
            case nil: .gammaGamma
            }
        var card = ModelCard(
            kind: kind, run: run.run, asOf: run.asOf, fittedAt: run.fittedAt,
            unit: run.report.unit == .day ? .day : .week,
            parameters: ModelsReport.order(model.model).compactMap { name in
                model.parameters?[name].map {
                    ModelCard.Parameter(
                        name: name, value: $0, standardError: model.standardErrors?[name],
                        interval: interval(model, name))
                }
            },
            logLikelihood: model.logLikelihood ?? .nan, customers: model.customers,
            repeatCustomers: model.repeatCustomers,
            currency: model.currency.flatMap { Currency($0) }, converged: model.parameters != nil)
        card.isChosen = model.model == run.report.chosen
        card.notes = model.notes
        return card
    }

    private static func interval(
        _ model: ModelReport.Model, _ name: String
    ) -> ClosedRange<Double>? {
        guard let low = model.parameterLows?[name] else { return nil }
        let high = model.parameterHighs?[name] ?? .infinity
        return low <= high ? low...high : nil
    }
}
