import Foundation
import RetentionModels

/// A telecom's customers and who cancelled (IBM's sample data), which can't be shipped.
struct SurvivalTelco {
    static let path: URL = {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let folder =
            ProcessInfo.processInfo.environment["PERENNIAL_TEST_DATA"]
            ?? root.appending(path: "../shared/data").path
        return URL(filePath: folder).appending(path: "telco_churn.csv")
    }()

    static let isThere = FileManager.default.fileExists(atPath: path.path)

    let names: [String]
    /// By column.
    let texts: [[String]]

    init() throws {
        let text = try String(contentsOf: Self.path, encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline)
        names = (lines.first ?? "").split(separator: ",").map(String.init)
        var texts = [[String]](repeating: [], count: names.count)
        for line in lines.dropFirst() {
            for (place, field) in line.split(separator: ",", omittingEmptySubsequences: false)
                .enumerated()
            { texts[place].append(String(field)) }
        }
        self.texts = texts
    }

    func texts(_ name: String) -> [String] {
        names.firstIndex(of: name).map { texts[$0] } ?? []
    }

    func numbers(_ name: String) -> [Double] { texts(name).map { Double($0) ?? .nan } }

    /// 1 where the column says this, else 0.
    func indicator(_ name: String, _ level: String) -> [Double] {
        texts(name).map { $0 == level ? 1 : 0 }
    }

    var tenure: [Double] { numbers("tenure") }
    var cancelled: [Bool] { texts("Churn").map { $0 == "Yes" } }

    /// Every column but the customer's number and the outcome.
    func features() throws -> FeatureTable {
        var (features, columns) = ([Feature](), [[Double]]())
        for name in names where name != "customerID" && name != "Churn" {
            if ["tenure", "MonthlyCharges", "TotalCharges"].contains(name) {
                features.append(.number(name))
                columns.append(numbers(name))
            } else {
                let levels = Set(texts(name)).sorted()
                features.append(.category(name, levels: levels))
                columns.append(texts(name).map { Double(levels.firstIndex(of: $0) ?? 0) })
            }
        }
        return try FeatureTable(features: features, columns: columns)
    }
}
