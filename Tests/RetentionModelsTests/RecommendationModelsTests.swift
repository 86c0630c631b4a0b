import Testing

@testable import RetentionModels

/// Two tastes: even and odd items, with some noise.
private func tastes(
    users: Int, items: Int, seed: UInt64, userOrder: [Int]? = nil, itemOrder: [Int]? = nil
) throws -> Interactions {
    var random = SeededRandom(seed: seed)
    var (rows, columns) = ([Int](), [Int]())
    for user in 0..<users {
        for item in 0..<items where random.uniform() < (user % 2 == item % 2 ? 0.5 : 0.05) {
            rows.append(userOrder?[user] ?? user)
            columns.append(itemOrder?[item] ?? item)
        }
    }
    return try Interactions(userCount: users, itemCount: items, users: rows, items: columns)
}

@Suite struct RecommendationModelsTests {
    @Test func `EASE by hand`() throws {
        // Three users: {0, 1}, {0, 1}, {2}. G + 1 = [[3, 2, 0], [2, 3, 0], [0, 0, 2]], of which the
        // inverse is [[.6, −.4, 0], [−.4, .6, 0], [0, 0, .5]]: B₀₁ = B₁₀ = 2/3.
        let rows = try Interactions(
            userCount: 3, itemCount: 4, users: [0, 0, 1, 1, 2], items: [0, 1, 0, 1, 2])
        let model = try EASE(rows, ridge: 1)
        let scores = try #require(model.scores([TakenItem(item: 0)]))
        #expect(abs(scores[1] - 2.0 / 3) < 1e-6)
        #expect(scores[0] == 0 && scores[2] == 0 && scores[3] == -.infinity)
        #expect(model.scores([TakenItem(item: 3)]) == nil)
        #expect(model.scores([]) == nil)
        #expect(model.scores([TakenItem(item: 99), TakenItem(item: -1)]) == nil)
    }

    @Test(arguments: [1, 3, 4, 63, 64, 65, 130])
    func `an inverse times its matrix is the identity`(size: Int) {
        var random = SeededRandom(seed: UInt64(size))
        let factor = (0..<size * size).map { _ in random.normal() }
        var matrix = SymmetricInverse(size: size)
        var full = [Double](repeating: 0, count: size * size)
        for i in 0..<size {
            for j in 0..<size {
                let product = (0..<size).reduce(0) {
                    $0 + factor[i * size + $1] * factor[j * size + $1]
                }
                full[i * size + j] = product + (i == j ? 1 : 0)
                if j <= i { matrix[i, j] = full[i * size + j] }
            }
        }
        let isInverted = matrix.invert(.one)
        #expect(isInverted)
        for i in 0..<size {
            for j in 0..<size {
                let product = (0..<size).reduce(0) {
                    $0 + full[i * size + $1] * (j <= $1 ? matrix[$1, j] : matrix[j, $1])
                }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-9)
            }
        }
    }

    @Test func `a matrix that isn't positive definite has no inverse`() {
        var matrix = SymmetricInverse(size: 2)
        (matrix[0, 0], matrix[1, 0], matrix[1, 1]) = (1, 2, 1)
        let isInverted = matrix.invert(.one)
        #expect(!isInverted)
        var broken = SymmetricInverse(size: 1)
        broken[0, 0] = .nan
        let isRepaired = broken.invert(.one)
        #expect(!isRepaired)
    }

    @Test func `eigenvalues and vectors put the matrix together`() {
        var random = SeededRandom(seed: 5)
        for size in [1, 2, 8, 24] {
            var matrix = [Double](repeating: 0, count: size * size)
            for _ in 0..<2 * size {
                let x = (0..<size).map { _ in random.normal() }
                for i in 0..<size { for j in 0..<size { matrix[i * size + j] += x[i] * x[j] } }
            }
            let eigen = SymmetricEigen(matrix, size: size)
            for i in 0..<size {
                for j in 0..<size {
                    let value = (0..<size).reduce(0) {
                        $0 + eigen.vectors[i * size + $1] * eigen.values[$1]
                            * eigen.vectors[j * size + $1]
                    }
                    #expect(abs(value - matrix[i * size + j]) < 1e-7 * Double(size))
                }
            }
        }
    }

    @Test func `more steps lower the loss, and iterations too`() throws {
        let rows = try tastes(users: 60, items: 40, seed: 1)
        var settings = ImplicitALS.Settings()
        (settings.factors, settings.regularisation) = (12, 0.05)
        var losses: [Double] = []
        for iterations in [1, 3, 30] {
            settings.iterations = iterations
            losses.append(try ImplicitALS(rows, settings).loss(rows))
        }
        #expect(losses[0] > losses[1] && losses[1] > losses[2])
        settings.steps = 50
        let exact = try ImplicitALS(rows, settings).loss(rows)
        #expect(relativeError(losses[2], exact) < 0.01)
    }

    @Test func `a solved row has no slope`() throws {
        let rows = try tastes(users: 30, items: 20, seed: 2)
        var settings = ImplicitALS.Settings()
        (settings.factors, settings.steps, settings.unobservedWeight) = (8, 100, 0.3)
        settings.regularisation = 0.1
        let fixed = FactorRows(rowCount: 20, factors: 8, deviation: 1, seed: 9)
        let solver = FactorSolver(fixed, settings, .one)
        let solved = solver.solve(rows, .one)
        func number(_ rows: FactorRows, _ row: Int, _ i: Int) -> Double {
            Double(rows[row].first.map { $0[i] } ?? .nan)
        }
        for user in 0..<30 {
            let history = rows.history(of: user)
            let ridge = settings.ridge(entries: history.count, among: 20)
            for i in 0..<8 {
                var slope = ridge * number(solved, user, i)
                for item in 0..<20 {
                    let score = (0..<8).reduce(0) {
                        $0 + number(solved, user, $1) * number(solver.fixed, item, $1)
                    }
                    let weight = history.first { $0.item == item }?.weight ?? 0
                    slope +=
                        (0.3 * score + weight * (score - 1)) * number(solver.fixed, item, i)
                }
                #expect(abs(slope) < 2e-3)
            }
        }
    }

    @Test(arguments: 0..<3)
    func `the order of users and items means nothing`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let userOrder = (0..<50).map { _ in random.bits() }.enumerated()
            .sorted { $0.element < $1.element }.map(\.offset)
        let itemOrder = (0..<30).map { _ in random.bits() }.enumerated()
            .sorted { $0.element < $1.element }.map(\.offset)
        let plain = try tastes(users: 50, items: 30, seed: seed)
        let moved = try tastes(
            users: 50, items: 30, seed: seed, userOrder: userOrder, itemOrder: itemOrder)
        let history = [0, 2, 7].map { TakenItem(item: $0) }
        let movedHistory = history.map { TakenItem(item: itemOrder[$0.item]) }
        func expectSame(_ a: some ItemModel, _ b: some ItemModel) throws {
            let first = try #require(a.scores(history))
            let second = try #require(b.scores(movedHistory))
            for item in 0..<30 where first[item].isFinite {
                #expect(abs(first[item] - second[itemOrder[item]]) < 1e-4)
            }
        }
        try expectSame(EASE(plain, ridge: 5), EASE(moved, ridge: 5))
        try expectSame(ItemNeighbours(plain), ItemNeighbours(moved))
        try expectSame(
            ItemNeighbours(plain, .bm25(k: 1.2, b: 0.75)),
            ItemNeighbours(moved, .bm25(k: 1.2, b: 0.75)))
        try expectSame(
            BoughtTogether(plain, minimumOrders: 1), BoughtTogether(moved, minimumOrders: 1))
        try expectSame(BestSellers(plain), BestSellers(moved))
    }

    @Test func `threads change nothing`() throws {
        let rows = try tastes(users: 5000, items: 40, seed: 8)
        let backwards = Workers { pieces, body in (0..<pieces).reversed().forEach(body) }
        var settings = ImplicitALS.Settings()
        (settings.factors, settings.iterations) = (8, 2)
        let history = [TakenItem(item: 4)]
        #expect(
            try ImplicitALS(rows, settings).scores(history)
                == ImplicitALS(rows, settings, workers: backwards).scores(history))
        #expect(
            try EASE(rows, ridge: 5).scores(history)
                == EASE(rows, ridge: 5, workers: backwards).scores(history))
    }

    @Test func `what the history contributes adds up to the score`() throws {
        let rows = try tastes(users: 80, items: 30, seed: 4)
        let history = [TakenItem(item: 0, weight: 2), TakenItem(item: 2), TakenItem(item: 5)]
        var settings = ImplicitALS.Settings()
        (settings.factors, settings.steps) = (8, 200)
        func expectSums(_ model: some ItemModel, within error: Double) throws {
            let scores = try #require(model.scores(history))
            for item in 0..<30 where scores[item].isFinite {
                let sum = model.contributions(of: history, to: item).reduce(0, +)
                #expect(abs(sum - Double(scores[item])) < error)
            }
        }
        let (ease, als) = (try EASE(rows, ridge: 10), try ImplicitALS(rows, settings))
        try expectSums(ease, within: 1e-5)
        try expectSums(als, within: 2e-3)
        try expectSums(ItemBlend(ease, als, share: 0.4), within: 2e-3)
        try expectSums(ItemNeighbours(rows), within: 1e-5)
        try expectSums(BoughtTogether(rows), within: 1e-5)
    }

    @Test func `tastes are found by every model`() throws {
        let rows = try tastes(users: 400, items: 30, seed: 6)
        let history = [0, 4, 8, 10, 14, 18, 22].map { TakenItem(item: $0) }
        var settings = ImplicitALS.Settings()
        settings.factors = 8
        func expectEven(_ model: some ItemModel) throws {
            let scores = try #require(model.scores(history))
            let best = highest(5, of: scores) { item in !history.contains { $0.item == item } }
            #expect(
                best.count == 5 && best.allSatisfy { $0 % 2 == 0 }, "\(type(of: model)): \(best)")
        }
        try expectEven(EASE(rows, ridge: 10))
        try expectEven(ImplicitALS(rows, settings))
        try expectEven(ItemNeighbours(rows))
        try expectEven(ItemNeighbours(rows, .bm25(k: 1.2, b: 0.75)))
        try expectEven(BoughtTogether(rows))
    }

    @Test func `cosines by hand`() throws {
        // Item 0 by users 0, 1; item 1 by users 0, 1, 2; item 2 by user 2.
        let rows = try Interactions(
            userCount: 3, itemCount: 3, users: [0, 0, 1, 1, 2, 2], items: [0, 1, 0, 1, 1, 2])
        let model = try ItemNeighbours(rows)
        #expect(model.neighbours[0].map(\.item) == [1])
        #expect(abs(model.neighbours[0][0].likeness - 2 / Float(6).squareRoot()) < 1e-6)
        #expect(model.neighbours[1].map(\.item) == [0, 2])
        #expect(try ItemNeighbours(rows, minimumPairs: 2).neighbours[2].isEmpty)
        #expect(try ItemNeighbours(rows, neighboursMax: 1).neighbours[1].map(\.item) == [0])
        #expect(try ItemNeighbours(rows, entriesMax: 1).neighbours.allSatisfy(\.isEmpty))
    }

    @Test func `lift and confidence by hand`() throws {
        // Four orders: {0, 1}, {0, 1}, {0, 2}, {2}.
        let orders = try Interactions(
            userCount: 4, itemCount: 3, users: [0, 0, 1, 1, 2, 2, 3],
            items: [0, 1, 0, 1, 0, 2, 2])
        let model = try BoughtTogether(orders, minimumOrders: 1, minimumLift: 0)
        let first = try #require(model.companions[0].first)
        #expect(first.item == 1 && first.orders == 2)
        #expect(abs(first.lift - 2 * 4 / (3.0 * 2)) < 1e-12)
        #expect(abs(first.confidence - 2.0 / 3) < 1e-12)
        // Two of them are bought less together than apart: 1 · 4 / (3 · 2) < 1.
        #expect(try BoughtTogether(orders, minimumOrders: 1).companions[2].isEmpty)
        #expect(try BoughtTogether(orders, minimumOrders: 3).companions.allSatisfy(\.isEmpty))
    }

    @Test func `nothing to learn from, and settings out of range, are said`() throws {
        let none = try Interactions(userCount: 2, itemCount: 2, users: [], items: [])
        let one = try Interactions(userCount: 2, itemCount: 2, users: [0, 1], items: [1, 1])
        #expect(throws: ItemModelFailure.noEntries) { try EASE(none, ridge: 1) }
        #expect(throws: ItemModelFailure.noEntries) { try EASE(one, ridge: 1, minimumSupport: 3) }
        #expect(throws: ItemModelFailure.noEntries) { try ImplicitALS(none) }
        #expect(throws: ItemModelFailure.noEntries) { try ItemNeighbours(none) }
        #expect(throws: ItemModelFailure.noEntries) { try BoughtTogether(none) }
        #expect(BestSellers(none).scores([]) == nil)
        for ridge in [0, -1, .nan, .infinity] {
            #expect(throws: ItemModelFailure.settingOutOfRange) { try EASE(one, ridge: ridge) }
        }
        #expect(throws: ItemModelFailure.tooManyItems(limit: 1)) {
            try EASE(
                Interactions(userCount: 1, itemCount: 2, users: [0, 0], items: [0, 1]), ridge: 1,
                itemsMax: 1)
        }
        #expect(throws: ItemModelFailure.settingOutOfRange) {
            try ItemNeighbours(one, .bm25(k: 0, b: 0.5))
        }
        #expect(throws: ItemModelFailure.settingOutOfRange) {
            try BoughtTogether(one, minimumOrders: 0)
        }
        for change: (inout ImplicitALS.Settings) -> Void in [
            { $0.factors = 0 }, { $0.factors = 1025 }, { $0.regularisation = 0 },
            { $0.unobservedWeight = .nan }, { $0.iterations = 0 }, { $0.steps = 0 },
            { $0.frequencyExponent = .infinity },
        ] {
            var settings = ImplicitALS.Settings()
            change(&settings)
            #expect(throws: ItemModelFailure.settingOutOfRange) { try ImplicitALS(one, settings) }
        }
        // One item that everybody has: a model, with nothing else to offer.
        #expect(try EASE(one, ridge: 1).scores([TakenItem(item: 1)]) == [-.infinity, 0])
        #expect(try ItemNeighbours(one).scores([TakenItem(item: 1)]) == nil)
        #expect(try #require(ImplicitALS(one).scores([TakenItem(item: 1)]))[1] > 0.5)
    }
}
