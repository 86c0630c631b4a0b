import RetentionModels

/// Fits and predictions of how often customers order and what they spend.
struct PurchaseTasks {
    private let columns: [String: PurchaseColumns]
    let summary: ModelAnswer

    /// Simulated customers: `purchases customers= seed=`.
    init(_ request: ModelRequest, _ folder: ColumnFolder) throws {
        let customers = try request.count("customers")
        var simulation = PurchaseSimulation(seed: UInt64(try request.count("seed")))
        let bgnbd = simulation.betaGeometric(customers)
        try self.init(["bgnbd": bgnbd, "pareto": simulation.pareto(customers)], folder)
    }

    /// All of CDNOW up to the day that its calibration ends: `cdnow file=`.
    init(cdnow request: ModelRequest, _ folder: ColumnFolder) throws {
        let lines = TextFile.lines(try TextFile.read(try request.text("file")))
        let columns = try CDNOW.columns(of: lines, until: CDNOW.calibrationEnd)
        try self.init(["bgnbd": columns, "pareto": columns], folder)
    }

    private init(_ columns: [String: PurchaseColumns], _ folder: ColumnFolder) throws {
        self.columns = columns
        var summary = ModelAnswer()
        for (name, columns) in columns.sorted(by: { $0.key < $1.key }) {
            try columns.write(name, to: folder)
            summary.add("\(name).customers", columns.frequency.count)
            summary.add("\(name).distinct", try columns.histories().grouped().count)
        }
        self.summary = summary
    }

    func answer(_ request: ModelRequest) throws -> ModelAnswer {
        let model = try request.text("model")
        guard let columns = columns[model == "spend" ? "bgnbd" : model] else {
            throw BenchmarkFailure("there is no model \(model)")
        }
        switch (request.name, model) {
        case ("fit", "spend"): return try spendFit(request, columns)
        case ("fit", "pareto"): return try fit(ParetoNBD.self, request, columns)
        case ("fit", _): return try fit(BGNBD.self, request, columns)
        case ("likelihood", "spend"): return try spendLikelihood(request, columns)
        case ("likelihood", "pareto"): return try likelihood(ParetoNBD.self, request, columns)
        case ("likelihood", _): return try likelihood(BGNBD.self, request, columns)
        case (_, "pareto"): return try predict(ParetoNBD.self, request, columns)
        default: return try predict(BGNBD.self, request, columns)
        }
    }

    /// From the columns to the fit: checking and grouping are in the time.
    private func fit<Model: BuyTillYouDieModel>(
        _: Model.Type, _ request: ModelRequest, _ columns: PurchaseColumns
    ) throws -> ModelAnswer {
        let workers = try request.workers()
        var found: ModelFit<Model>?
        let duration = try ContinuousClock().measure {
            found = try Model.fit(
                try columns.histories().grouped(), options: FitOptions(), workers: workers)
        }
        var answer = ModelAnswer(duration)
        guard let found else { return answer }
        answer.add("likelihood", found.logLikelihood)
        answer.add("parameters", found.model.parameters)
        answer.add("evaluations", found.evaluations)
        return answer
    }

    private func spendFit(
        _ request: ModelRequest, _ columns: PurchaseColumns
    ) throws -> ModelAnswer {
        let workers = try request.workers()
        var found: GammaGammaFit?
        let duration = try ContinuousClock().measure {
            found = try GammaGamma.fit(try columns.histories(), workers: workers)
        }
        var answer = ModelAnswer(duration)
        guard let found else { return answer }
        answer.add("likelihood", found.logLikelihood)
        answer.add("parameters", found.model.parameters)
        answer.add("customers", found.customers)
        return answer
    }

    /// What the data says of somebody else's parameters.
    private func likelihood<Model: BuyTillYouDieModel>(
        _: Model.Type, _ request: ModelRequest, _ columns: PurchaseColumns
    ) throws -> ModelAnswer {
        guard let model = Model(parameters: try request.numbers("parameters")) else {
            throw BenchmarkFailure("no \(Model.name) has such parameters")
        }
        var answer = ModelAnswer()
        answer.add("likelihood", model.logLikelihood(try columns.histories().grouped()))
        return answer
    }

    private func spendLikelihood(
        _ request: ModelRequest, _ columns: PurchaseColumns
    ) throws -> ModelAnswer {
        guard let model = GammaGamma(parameters: try request.numbers("parameters")) else {
            throw BenchmarkFailure("no \(GammaGamma.name) has such parameters")
        }
        var sum = 0.0
        for (frequency, spend) in zip(columns.frequency, columns.spend) where frequency > 0 {
            sum += model.logLikelihood(frequency: frequency, meanSpend: spend)
        }
        var answer = ModelAnswer()
        answer.add("likelihood", sum)
        return answer
    }

    /// The orders that each customer is expected to make: with `from=groups` from histories that are
    /// grouped already, as they are after a fit; with `from=columns` from columns that are checked first,
    /// and not grouped at all.
    private func predict<Model: BuyTillYouDieModel>(
        _: Model.Type, _ request: ModelRequest, _ columns: PurchaseColumns
    ) throws -> ModelAnswer {
        guard let model = Model(parameters: try request.numbers("parameters")) else {
            throw BenchmarkFailure("no \(Model.name) has such parameters")
        }
        let weeks = try request.number("weeks")
        let source = try request.text("from")
        let workers = try request.workers()
        let kept = source == "groups" ? try columns.histories().grouped() : nil
        var orders: [Double] = []
        let duration = try ContinuousClock().measure {
            if let kept {
                let byGroup = model.expectedOrders(kept, within: weeks, workers: workers)
                orders = kept.byCustomer(byGroup)
            } else {
                orders = model.expectedOrders(
                    try columns.histories(), within: weeks, workers: workers)
            }
        }
        var answer = ModelAnswer(duration)
        answer.add("orders", orders.reduce(0, +))
        return answer
    }
}
