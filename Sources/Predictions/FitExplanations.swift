import RetentionModels

extension Prior {
    /// As reports name it.
    var name: String {
        switch self {
        case .none: "none"
        case .weak: "weak"
        }
    }
}

extension FitFailure {
    /// Why there is no fit, for people.
    var explanation: String {
        switch self {
        case .tooFewCustomers(let count, let minimum):
            "Not fitted: \(count) customers are too few; \(minimum) are needed."
        case .noRepeats: "Not fitted: nobody has ordered on a second day yet."
        case .noSpend: "Not fitted: no repeat order has an amount above zero."
        case .noTime: "Not fitted: no time has passed since the first orders."
        case .notConverged(let evaluations, _):
            "Not fitted: the search found no maximum in \(evaluations) evaluations."
        }
    }
}

extension FitLimit {
    /// What a fit at a limit means, for people.
    var explanation: String {
        switch self {
        case .noDropoutIdentifiable:
            "The data show no customer leaving; churn is told by the gaps between orders alone."
        case .dropoutAlike: "Customers leave at one common rate, as far as the data tell."
        case .dropoutAllOrNothing:
            "Customers leave after the first order or not at all, as far as the data tell."
        case .ratesAlike: "Customers order at one common rate, as far as the data tell."
        case .meanSpendUnbounded:
            "The spread of spend is so wide that its mean has no bound; a weak prior was used."
        case .spendAlike: "Customers spend alike, as far as the data tell."
        case .flat: "The likelihood is flat: other parameters fit nearly as well."
        case .atRangeEnd(let parameter): "\(parameter) is at the end of its range."
        }
    }
}
