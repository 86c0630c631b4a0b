import Glibc
import Kernel
import RetentionModels

/// MovieLens 100K: ratings of 4 and 5 are what people took. A rating in the file's order is for
/// training where the next number of the seed is below 0.8. Settings are judged on each user's latest
/// fifth of the training part, or, chosen, on the test part.
struct MovieLensTasks {
    private struct Part {
        var users: [Int] = []
        var items: [Int] = []
        var times: [Double] = []

        func interactions() throws(InteractionFault) -> Interactions {
            try Interactions(
                userCount: 943, itemCount: 1682, users: users, items: items, times: times)
        }
    }

    private let training: Interactions
    private let test: Interactions
    /// The training part without the latest fifth, and that.
    private let earlier: Interactions
    private let latest: Interactions
    private(set) var summary = ModelAnswer()

    /// `films file= seed=`.
    init(_ request: ModelRequest, _ folder: ColumnFolder) throws {
        let seed = UInt64(try request.count("seed"))
        var random = SeededRandom(seed: seed)
        var (train, held) = (Part(), Part())
        for line in TextFile.lines(try TextFile.read(try request.text("file"))).dropFirst() {
            let fields = line.split(separator: ",").compactMap { Int($0) }
            guard fields.count == 4, fields[2] >= 4 else { continue }
            func add(to part: inout Part) {
                part.users.append(fields[0] - 1)
                part.items.append(fields[1] - 1)
                part.times.append(Double(fields[3]))
            }
            if random.unit() < 0.8 { add(to: &train) } else { add(to: &held) }
        }
        training = try train.interactions()
        test = try held.interactions()
        (earlier, latest) = training.latestApart(share: 0.2, seed: seed)
        for (name, part) in [
            ("training", training), ("test", test), ("earlier", earlier), ("latest", latest),
        ] {
            let histories = (0..<part.userCount).map { part.history(of: $0) }
            try folder.write(
                "\(name).users",
                histories.enumerated().flatMap { user, taken in taken.map { _ in user } })
            try folder.write("\(name).items", histories.flatMap { $0.map(\.item) })
            summary.add(name, part.entryCount)
        }
    }

    /// `ease ridge=`, `ials factors= unobserved= regularisation= exponent=`, or `blend` with all of
    /// these and `share=`; `on=latest` to choose by and `on=test` to show.
    func answer(_ request: ModelRequest) throws -> ModelAnswer {
        let isFinal = try request.text("on") == "test"
        let known = isFinal ? training : earlier
        let workers = try request.workers()
        let quality: RankingQuality
        func measure(_ model: some ItemModel) -> RankingQuality {
            RankingQuality(
                of: model, known: known, later: isFinal ? test : latest, workers: workers)
        }
        let start = ContinuousClock.now
        switch request.name {
        case "ease": quality = measure(try ease(request, known, workers))
        case "ials": quality = measure(try factors(request, known, workers))
        default:
            quality = measure(
                try ItemBlend(
                    try ease(request, known, workers), try factors(request, known, workers),
                    share: try request.number("share")))
        }
        var answer = ModelAnswer(ContinuousClock.now - start)
        answer.add("precision", quality.precision)
        answer.add("ndcg", quality.ndcg)
        answer.add("users", quality.users)
        return answer
    }

    private func ease(
        _ request: ModelRequest, _ known: Interactions, _ workers: Workers
    ) throws -> EASE {
        try EASE(known, ridge: try request.number("ridge"), workers: workers)
    }

    private func factors(
        _ request: ModelRequest, _ known: Interactions, _ workers: Workers
    ) throws -> ImplicitALS {
        var settings = ImplicitALS.Settings()
        settings.factors = try request.count("factors")
        settings.unobservedWeight = try request.number("unobserved")
        settings.frequencyExponent = try request.number("exponent")
        // Penalties of different exponents are made alike for a row of average length.
        let size = 38 + settings.unobservedWeight * 1300
        settings.regularisation =
            try request.number("regularisation") * pow(size, 1 - settings.frequencyExponent)
        return try ImplicitALS(known, settings, workers: workers)
    }
}
