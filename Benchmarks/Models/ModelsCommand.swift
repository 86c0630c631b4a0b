import ArgumentParser
import Glibc

/// Does what `Benchmarks/rivals/compare.py` asks for on standard input, a request a line, and answers
/// each with a line, so that ours and the rival can be timed turn by turn over the same data.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Times the models as standard input asks.")

    @Argument(help: "Where columns are left for the rival.")
    var folder: String

    func run() throws {
        let columns = ColumnFolder(path: folder)
        var purchases: PurchaseTasks?
        var survival: SurvivalTasks?
        var factors: FactorTasks?
        var films: MovieLensTasks?
        while let line = readLine() {
            let request = ModelRequest(line)
            let answer: ModelAnswer
            switch request.name {
            case "purchases":
                let made = try PurchaseTasks(request, columns)
                purchases = made
                answer = made.summary
            case "cdnow":
                let made = try PurchaseTasks(cdnow: request, columns)
                purchases = made
                answer = made.summary
            case "fit", "likelihood", "predict":
                guard let purchases else { throw BenchmarkFailure("ask for purchases first") }
                answer = try purchases.answer(request)
            case "durations":
                let made = try SurvivalTasks(request, columns)
                survival = made
                answer = made.summary
            case "km", "cox":
                guard let survival else { throw BenchmarkFailure("ask for durations first") }
                answer = try survival.answer(request)
            case "interactions":
                let made = try FactorTasks(request, columns)
                factors = made
                answer = made.summary
            case "als":
                guard let factors else { throw BenchmarkFailure("ask for interactions first") }
                answer = try factors.answer(request)
            case "films":
                let made = try MovieLensTasks(request, columns)
                films = made
                answer = made.summary
            case "ease", "ials", "blend":
                guard let films else { throw BenchmarkFailure("ask for films first") }
                answer = try films.answer(request)
            case "churn": answer = try ChurnTask(request, columns).answer()
            default: throw BenchmarkFailure("there is no request \(request.name)")
            }
            print(answer.line)
            fflush(nil)
        }
    }
}
