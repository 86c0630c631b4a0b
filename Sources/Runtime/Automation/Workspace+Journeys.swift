import Documents
package import Experiments
package import Journeys
package import Kernel
package import Records

/// A journey as it stands.
package struct JourneyStanding: Sendable {
    package var journey: Journey
    package var row: DefinitionRow
    /// On their way now.
    package var inside: Int64
    /// Ever entered, those held out included.
    package var entered: Int64
    package var heldOut: Int64
    package var result: JourneyResult
}

/// What a journey brought so far.
package struct JourneyResult: Sendable {
    /// Those whose goal's window is over.
    package var treated = TrialArm()
    package var heldOut = TrialArm()
    /// Of the revenue in both; nil before anybody bought.
    package var currency: Currency?
    /// Nil without anybody held out, or without a goal.
    package var lift: Lift?
}

extension Workspace {
    /// All journeys in force, by name; of one with very many runs as it stood up to a minute ago. Blocks.
    package func journeyStandings() throws -> [JourneyStanding] {
        try definitions().journeys.sorted { $0.row.name < $1.row.name }.map { item in
            let figures = try keptRunFigures.figures(
                ofJourney: item.row.subject, version: item.row.version, now: clock.now
            ) {
                try runFigures(of: item.definition, number: item.row.subject)
            }
            var standing = JourneyStanding(
                journey: item.definition, row: item.row, inside: 0, entered: 0, heldOut: 0,
                result: Self.result(of: figures.arms))
            for count in figures.counts {
                standing.entered += count.count
                if count.isHeldOut { standing.heldOut += count.count }
                if count.state == .active { standing.inside += count.count }
            }
            return standing
        }
    }

    private func runFigures(
        of journey: Journey, number: Int64
    ) throws -> KeptRunFigures.Figures {
        var figures = KeptRunFigures.Figures(
            counts: try records.runCounts(ofJourney: number), arms: [])
        if let goal = journey.goal {
            let end = clock.now.adding(milliseconds: -goal.within.milliseconds)
            figures.arms = try records.arms(ofJourney: number, enteredBy: end)
        }
        return figures
    }

    /// What those did whose time for the goal is over, with and without the journey.
    private static func result(of arms: [ArmFigures]) -> JourneyResult {
        var result = JourneyResult()
        if arms.isEmpty { return result }
        // Of several currencies the one that most revenue is in.
        let packed = arms.filter { $0.currency != 0 }
            .max { $0.revenueMinor < $1.revenueMinor }?.currency
        result.currency = packed.flatMap { Currency(packed: $0) }
        for arm in arms {
            let isCounted = arm.currency == packed
            let part = TrialArm(
                people: Int(arm.runs), conversions: Int(arm.conversions),
                revenueMinor: isCounted ? arm.revenueMinor : 0,
                revenueSquares: isCounted ? arm.revenueSquares : 0)
            if arm.isHeldOut {
                result.heldOut = result.heldOut + part
            } else {
                result.treated = result.treated + part
            }
        }
        result.lift = Lift(treated: result.treated, heldOut: result.heldOut)
        return result
    }

    package enum StartFailure: Error, Equatable, CustomStringConvertible {
        case unknownJourney(String)
        case unknownCustomer(String)
        case notOpen(String)

        package var description: String {
            switch self {
            case .unknownJourney(let name): "there is no journey \(name)"
            case .unknownCustomer(let key): "nobody is known as \(key)"
            case .notOpen(let name): "\(name) isn't live: nobody enters"
            }
        }
    }

    /// Enters a customer into a journey, by hand or by the API.
    ///
    /// - Returns: What was decided; also where they weren't let in, with the reason.
    package func start(
        _ start: JourneyStart, for customer: ID<Customer>
    ) async throws -> [Decision] {
        try await settle()
        guard let item = try definitions().journeys.first(where: { $0.row.name == start.journey })
        else { throw StartFailure.unknownJourney(start.journey) }
        guard item.definition.status == .live else { throw StartFailure.notOpen(start.journey) }
        return try await engine.decide(.start(start), for: customer.rawValue)
    }

    /// Sets a journey's status, as a new version of its definition.
    package func setStatus(
        _ status: Journey.Status, ofJourney name: String, by actor: String
    ) async throws {
        guard let item = try definitions().journeys.first(where: { $0.row.name == name }) else {
            throw StartFailure.unknownJourney(name)
        }
        let document = item.definition.document(with: status)
        let source = String(decoding: document.json, as: UTF8.self)
        _ = try await apply(
            [DefinitionDraft(document: document, source: source, file: name)], by: actor)
    }
}
