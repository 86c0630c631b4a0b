import ArgumentParser
import Kernel
import RetentionModels

/// Fits BG/NBD to the CDNOW file on standard input and prints seconds.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bgnbd",
        abstract: "Times BG/NBD on customer_id,date,… lines from standard input.")

    @Option(help: "The last day of the calibration.")
    var until = "1997-09-30"

    @Option(help: "How often; each time is printed.")
    var times = 5

    func run() throws {
        guard let end = CalendarDay(until) else {
            throw ValidationError("\(until) is not a day, such as 1997-09-30")
        }
        let columns = readColumns(until: end.daysSinceEpoch)
        for _ in 0..<times {
            var text = ""
            let duration = try ContinuousClock().measure {
                let histories = try PurchaseHistories(
                    frequency: columns.frequency, recency: columns.recency, age: columns.age)
                let fit = try BGNBD.fit(histories)
                text = "\(fit.customers) \(fit.groups) \(fit.evaluations) \(fit.logLikelihood)"
            }
            print(duration.seconds, text)
        }
    }

    /// Orders of one day are one transaction; the unit is the week.
    private func readColumns(
        until end: Int
    ) -> (frequency: [Int], recency: [Double], age: [Double]) {
        var days: [Substring: Set<Int>] = [:]
        while let line = readLine() {
            let fields = line.split(separator: ",")
            guard fields.count >= 2, let day = CalendarDay(String(fields[1])),
                day.daysSinceEpoch <= end
            else { continue }
            days[fields[0], default: []].insert(day.daysSinceEpoch)
        }
        var columns: (frequency: [Int], recency: [Double], age: [Double]) = ([], [], [])
        for ordered in days.values {
            let first = ordered.min() ?? end
            let last = ordered.max() ?? end
            columns.frequency.append(ordered.count - 1)
            columns.recency.append(Double(last - first) / 7)
            columns.age.append(Double(end - first) / 7)
        }
        return columns
    }
}
