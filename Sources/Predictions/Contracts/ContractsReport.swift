import RetentionModels

/// What a workspace's subscriptions say of how long contracts last, and which are likely to end.
package struct ContractsReport: Codable, Equatable, Sendable {
    /// A contract that lasts, and the probability that it is cancelled soon.
    package struct Risk: Codable, Equatable, Sendable {
        package var customer: Int64
        package var subscription: String
        package var plan: String
        package var months: Double
        /// Within the next `withinMonths`.
        package var probability: Double
    }

    /// The last day that counts.
    package var asOf: String
    package var contracts: Int
    package var ended: Int
    /// Nil where no contract has lasted a while.
    package var retention: TenureRetention?
    package var withinMonths: Int
    /// Contracts that last, the likeliest to end first.
    package var risks: [Risk]
    package var endsWithoutStart: Int
    package var notes: [String]

    /// What the figures come to, in plain words.
    package enum Verdict: String, Codable, Sendable {
        case usable, tooLittleData
    }

    /// With fewer ends a curve says little.
    private static let endsEnough = 30

    package var verdict: (verdict: Verdict, reason: String?) {
        guard ended < Self.endsEnough else { return (.usable, nil) }
        return (
            .tooLittleData,
            "\(ended) contracts have ended; \(Self.endsEnough - ended) more would do"
        )
    }

    /// A mean month of the Gregorian calendar.
    private static let monthMs = 365.2425 / 12 * 86_400_000

    /// - Parameter asOfMs: What happens later isn't known; contracts that started later aren't there.
    package init(_ fold: SubscriptionFold, asOf: String, asOfMs: Int64, withinMonths: Int = 3) {
        self.asOf = asOf
        self.withinMonths = withinMonths
        endsWithoutStart = fold.endsWithoutStart
        notes = []
        risks = []
        let contracts = fold.contracts.filter { $0.startedMs <= asOfMs }
        let ended = contracts.map { ($0.endedMs ?? .max) <= asOfMs }
        let months = zip(contracts, ended).map { contract, ended in
            Double((ended ? contract.endedMs ?? asOfMs : asOfMs) - contract.startedMs)
                / Self.monthMs
        }
        let plans = contracts.map { $0.plan.isEmpty ? "no plan" : $0.plan }
        let hasPlans = Set(plans).count > 1
        self.contracts = contracts.count
        self.ended = ended.count { $0 }
        retention = TenureRetention(
            column: "months", tenures: months, ended: ended, groupColumn: hasPlans ? "plan" : nil,
            groups: hasPlans ? plans : nil)
        addRisks(contracts, months, ended, plans)
    }

    private mutating func addRisks(
        _ contracts: [Contract], _ months: [Double], _ ended: [Bool], _ plans: [String]
    ) {
        let names = Array(Set(plans)).sorted()
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let rows = months.indices.filter { months[$0] >= 1 || ended[$0] }
        do {
            let spells = try ContractSpells(
                periods: rows.map { TenureRetention.periods(months[$0], ended: ended[$0]) },
                ended: rows.map { ended[$0] }, plans: rows.map { places[plans[$0]] ?? 0 },
                planCount: names.count)
            let model = try DiscreteHazard.fit(spells, periodsMax: TenureRetention.periodsMax)
            risks = contracts.indices.filter { !ended[$0] }.map { row in
                Risk(
                    customer: contracts[row].customer, subscription: contracts[row].subscription,
                    plan: contracts[row].plan, months: months[row],
                    probability: model.probabilityOfCancelling(
                        lasted: Int(months[row]), within: withinMonths,
                        plan: places[plans[row]] ?? 0))
            }.sorted {
                (-$0.probability, $0.customer, $0.subscription)
                    < (-$1.probability, $1.customer, $1.subscription)
            }
        } catch .noEvents {
            notes.append("No contract has ended yet, so none can be said to be likely to.")
        } catch .noRows {
            notes.append("No contract has lasted a month yet.")
        } catch {
            notes.append("Which contracts are likely to end can't be told: \(error).")
        }
    }
}
