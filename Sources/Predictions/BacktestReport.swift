/// What the models would have said on an earlier day, beside what came: the contest that chooses between them.
package struct BacktestReport: Codable, Sendable, Equatable {
    /// Customers who are alike, and the means of what was predicted and of what came.
    package struct Group: Codable, Sendable, Equatable {
        /// Repeat orders before the day (the last group holds more, too), or a place from 1.
        package var key: Int
        package var customers: Int
        package var predicted: Double
        package var actual: Double
    }

    /// Spend in one currency, in major units, over all customers.
    package struct Spend: Codable, Sendable, Equatable {
        package var currency: String
        package var predicted: Double
        package var actual: Double
    }

    /// How one model did.
    package struct Contestant: Codable, Sendable, Equatable {
        /// `FrequencyModel`'s name, or one of `Challenger`'s.
        package var model: String
        /// Nil where it could not be fitted; `note` says why.
        package var figures: Figures?
        package var note: String?
    }

    package struct Figures: Codable, Sendable, Equatable {
        /// Empty for others than models of frequency.
        package var parameters: [String: Double]
        package var predictedOrders: Double
        /// By how much the total of orders was over-predicted, as a share; nil where none came.
        package var totalError: Double?
        /// Of orders, by customer.
        package var meanAbsoluteError: Double?
        package var rootMeanSquaredError: Double?
        package var byRepeats: [Group]
        /// The share of all orders that the tenth with the highest predictions made.
        package var topDecileCapture: Double?
        package var topDecileLift: Double?
        package var normalisedGini: Double?
        /// Of the probability that no order comes.
        package var brier: Double?
        package var brierSkill: Double?
        package var logLoss: Double?
        package var areaUnderCurve: Double?
        package var calibrationError: Double?
        /// By predicted probability of no order, ascending.
        package var calibration: [Group]
        package var spend: [Spend]
        /// Cumulative repeat orders expected by the end of each week, from the first order of all; empty where
        /// it says nothing of that.
        package var tracking: [Double]
    }

    package var calibratedUntil: String
    package var until: String
    package var customers: Int
    package var repeatCustomers: Int
    package var actualOrders: Int
    /// The share of customers who did not order in the held-back time.
    package var silentShare: Double
    package var contestants: [Contestant]
    /// The model of frequency with the lowest log loss, which orders, spend and dates are foretold by; nil
    /// where none could be fitted.
    package var chosen: String?
    /// The contestant with the lowest log loss of all, which the churn probability is by; absent in reports of
    /// before there were others than models of frequency.
    package var churnBy: String?
    /// Cumulative repeat orders by the end of each week.
    package var actualTracking: [Int]

    /// How the chosen model did.
    package var best: Figures? {
        contestants.first { $0.model == chosen }?.figures
    }

    /// How the contestant that the churn probability is by did.
    package var bestChurn: Figures? {
        contestants.first { $0.model == churnBy ?? chosen }?.figures
    }
}

extension BacktestReport {
    /// What the figures come to, in plain words.
    package enum Verdict: String, Codable, Sendable {
        case usable, weak
        case tooLittleData
    }

    /// Below these nothing can be said.
    package static let customersMin = 100
    package static let repeatersMin = 20
    package static let ordersMin = 30
    /// Beyond these a model is weak.
    package static let areaMin = 0.65
    package static let skillMin = 0.05
    package static let totalErrorMax = 0.25

    package var verdict: (verdict: Verdict, reasons: [String]) {
        var missing: [String] = []
        if customers < Self.customersMin {
            missing.append("\(customers) customers; \(Self.customersMin) are needed")
        }
        if repeatCustomers < Self.repeatersMin {
            missing.append(
                "\(repeatCustomers) customers with a repeat order; \(Self.repeatersMin) are needed")
        }
        if actualOrders < Self.ordersMin {
            missing.append(
                "\(actualOrders) orders in the held-back time; \(Self.ordersMin) are needed")
        }
        if !missing.isEmpty { return (.tooLittleData, missing) }
        guard let best else { return (.tooLittleData, ["no model could be fitted"]) }
        var faults: [String] = []
        if let area = bestChurn?.areaUnderCurve, area < Self.areaMin {
            faults.append(
                "it hardly tells who will order from who won't (AUC \(rounded(area)))")
        }
        if let skill = bestChurn?.brierSkill, skill < Self.skillMin {
            faults.append(
                "its probabilities are little better than one for everybody "
                    + "(Brier skill \(rounded(skill)))")
        }
        if let error = best.totalError, abs(error) > Self.totalErrorMax {
            faults.append(
                "it expected \(Int((abs(error) * 100).rounded())) % "
                    + (error > 0 ? "more" : "fewer") + " orders than came")
        }
        for spend in best.spend where spend.actual > 0 {
            let error = spend.predicted / spend.actual - 1
            guard abs(error) > Self.totalErrorMax else { continue }
            faults.append(
                "it expected \(Int((abs(error) * 100).rounded())) % "
                    + (error > 0 ? "more" : "less") + " \(spend.currency) of spend than came"
                    + (error < 0 ? " (a season in the held-back time does that)" : ""))
        }
        return faults.isEmpty ? (.usable, []) : (.weak, faults)
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
}
