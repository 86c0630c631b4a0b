/// How the offers are made, and how that did on purchases that were held back: their model card.
package struct OfferReport: Codable, Sendable, Equatable {
    /// Where offers come from.
    package enum Source: String, Codable, CaseIterable, Sendable {
        case ease, implicitALS, neighbours, boughtTogether, bestSellers

        /// As people who know it call it.
        package var name: String {
            switch self {
            case .ease: "EASE"
            case .implicitALS: "iALS"
            case .neighbours: "item neighbours"
            case .boughtTogether: "bought together"
            case .bestSellers: "best sellers"
            }
        }
    }

    /// One way of making offers, on the held-back purchases: means over those who bought something
    /// they never had before, of lists of ten.
    package struct Contestant: Codable, Sendable, Equatable {
        package var source: Source
        /// The share of a list that was bought.
        package var precision: Double
        /// The share of what was bought that the list names.
        package var recall: Double
        package var ndcg: Double
        /// The share of products that are on anybody's list.
        package var coverage: Double
        /// How much greater the NDCG is than best sellers', and the half-width of the 95 % interval
        /// of that.
        package var gain: Double
        package var gainError: Double
    }

    /// Purchases held back.
    package struct Check: Codable, Sendable, Equatable {
        /// The last day that the models saw, days since 1970.
        package var trainedUntil: Int
        package var heldBackDays: Int
        /// Those with an order before who bought something new after.
        package var judges: Int
        /// Of these, as many as were judged.
        package var judged: Int
        /// Best sellers are among them.
        package var contestants: [Contestant]
    }

    package enum Verdict: String, Codable, Sendable {
        /// Better than best sellers beyond chance.
        case usable
        /// No better: offers are best sellers.
        case noBetter
        case tooLittleData
    }

    /// The last day, days since 1970.
    package var asOf: Int
    package var lines: Int
    /// Where older lines were left out, the first day that wasn't.
    package var cutBefore: Int?
    package var customers: Int
    package var orders: Int
    package var products: Int
    /// Products with enough buyers to be offered.
    package var offeredProducts: Int
    package var check: Check?
    package var chosen: Source
    package var verdict: Verdict
    /// The settings that decide, by name.
    package var parameters: [String: Double]

    /// The verdict in plain words.
    package var sentence: String {
        func rounded(_ value: Double) -> String {
            let hundredths = Int((value * 100).rounded())
            let digits = String(hundredths % 100)
            return String(hundredths / 100) + (digits.count == 1 ? ".0" : ".") + digits
        }
        let settings = OfferSettings()
        switch verdict {
        case .tooLittleData:
            guard let check else {
                return
                    "Too little data: a quarter of the days since the first order is less than four "
                    + "weeks, so nothing can be checked. Offers are what was bought together, then "
                    + "best sellers; how well they do isn't known."
            }
            return
                "Too little data: \(check.judges) customers bought something new in the held-back "
                + "days; \(settings.judgesMin) are needed. Offers are what was bought together, "
                + "then best sellers; how well they do isn't known."
        case .noBetter:
            return
                "No better than best sellers: on the held-back purchases no model beat them beyond "
                + "chance. So offers are best sellers."
        case .usable:
            guard let check, let best = check.contestants.first(where: { $0.source == chosen }),
                let sellers = check.contestants.first(where: { $0.source == .bestSellers })
            else { return "" }
            return
                "Usable: of ten offers by \(chosen.name), \(rounded(10 * best.precision)) were bought "
                + "in the \(check.heldBackDays) days held back, \(rounded(10 * sellers.precision)) "
                + "of ten best sellers."
        }
    }
}
