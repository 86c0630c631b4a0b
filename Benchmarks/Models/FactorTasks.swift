import Glibc
import Kernel
import RetentionModels

/// Who took what, simulated: popular items and busy people by power laws, and each person with a taste
/// for one of twenty kinds of items.
struct FactorTasks {
    private let interactions: Interactions
    private(set) var summary = ModelAnswer()

    /// `interactions rows= users= items= seed=`.
    init(_ request: ModelRequest, _ folder: ColumnFolder) throws {
        let rows = try request.count("rows")
        let (userCount, itemCount) = (try request.count("users"), try request.count("items"))
        var random = SeededRandom(seed: UInt64(try request.count("seed")))
        let activity = PowerLaw(count: userCount, offset: 100, exponent: 0.6)
        let popularity = PowerLaw(count: itemCount, offset: 50, exponent: 0.9)
        let kinds = 20
        var taken = Set<Int>(minimumCapacity: rows)
        var (users, items) = ([Int](), [Int]())
        while users.count < rows {
            let user = activity.draw(&random)
            var item = popularity.draw(&random)
            // Half of what people take is of their kind.
            if random.unit() < 0.5 { item = item / kinds * kinds + user % kinds }
            guard item < itemCount, taken.insert(user * itemCount + item).inserted else { continue }
            users.append(user)
            items.append(item)
        }
        interactions = try Interactions(
            userCount: userCount, itemCount: itemCount, users: users, items: items)
        try folder.write("users", users)
        try folder.write("items", items)
        summary.add("rows", interactions.entryCount)
    }

    /// `als factors= iterations= unobserved= regularisation= threads=`.
    func answer(_ request: ModelRequest) throws -> ModelAnswer {
        let workers = try request.workers()
        var settings = ImplicitALS.Settings()
        settings.factors = try request.count("factors")
        settings.iterations = try request.count("iterations")
        settings.unobservedWeight = try request.number("unobserved")
        settings.regularisation = try request.number("regularisation")
        // The same penalty for every row, as the rival has it.
        settings.frequencyExponent = 0
        var model: ImplicitALS?
        let duration = try ContinuousClock().measure {
            model = try ImplicitALS(interactions, settings, workers: workers)
        }
        var answer = ModelAnswer(duration)
        if let model { answer.add("loss", model.loss(interactions, workers: workers)) }
        return answer
    }
}

/// Draws places from 0 with probabilities falling as (place + offset)^(−exponent).
private struct PowerLaw {
    private let cumulative: [Double]

    init(count: Int, offset: Double, exponent: Double) {
        var sum = 0.0
        cumulative = (0..<count).map { place in
            sum += pow(Double(place) + offset, -exponent)
            return sum
        }
    }

    func draw(_ random: inout SeededRandom) -> Int {
        let wanted = random.unit() * (cumulative.last ?? 0)
        var (low, high) = (0, cumulative.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if cumulative[middle] > wanted { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
