import Foundation
import TestPrograms
import Testing

@testable import RetentionModels

/// The histories of all CDNOW customers, in weeks, calibrated to 1997-09-30.
enum FullCDNOW {
    static func histories() throws -> PurchaseHistories {
        // Orders of one customer on one day are one order.
        var spendByDay: [Int: [Int: Double]] = [:]
        for line in try lines().dropFirst() {
            let fields = line.split(separator: ",")
            let customer = try #require(Int(fields[0]))
            let day = try #require(dayNumber(fields[1]))
            spendByDay[customer, default: [:]][day, default: 0] += try #require(Double(fields[3]))
        }
        let end = try #require(dayNumber("1997-09-30"))
        var (frequency, recency, age, spend) = ([Int](), [Double](), [Double](), [Double]())
        for customer in spendByDay.keys.sorted() {
            let days = (spendByDay[customer] ?? [:]).filter { $0.key <= end }
                .sorted { $0.key < $1.key }
            guard let first = days.first, let last = days.last else { continue }
            frequency.append(days.count - 1)
            recency.append(Double(last.key - first.key) / 7)
            age.append(Double(end - first.key) / 7)
            let repeats = days.dropFirst().reduce(0) { $0 + $1.value }
            spend.append(days.count > 1 ? repeats / Double(days.count - 1) : 0)
        }
        return try PurchaseHistories(
            frequency: frequency, recency: recency, age: age, meanRepeatSpend: spend)
    }

    private static func lines() throws -> [Substring] {
        let bytes = try ChildProcess.output(of: "gzip", ["-dc", Fixtures.fullCDNOW.path])
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    }

    /// Days since 1970-01-01 (Hinnant 2013, "days from civil").
    private static func dayNumber(_ date: some StringProtocol) -> Int? {
        let parts = date.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        let y = parts[1] <= 2 ? parts[0] - 1 : parts[0]
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * ((parts[1] + 9) % 12) + 2) / 5 + parts[2] - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
            - 719_468
    }
}
