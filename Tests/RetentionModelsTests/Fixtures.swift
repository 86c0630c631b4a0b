import Foundation

@testable import RetentionModels

/// The files that the tests read.
enum Fixtures {
    /// The package's folder of fixtures.
    static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// The folder of data that can't be shipped; tests that need it skip where it's missing.
    static let data: URL = {
        if let path = ProcessInfo.processInfo.environment["PERENNIAL_TEST_DATA"] {
            return URL(filePath: path)
        }
        return folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "../shared/data")
    }()

    /// Every transaction of CDNOW, gzipped.
    static let fullCDNOW = data.appending(path: "cdnow_full_transactions.csv.gz")

    static let hasFullCDNOW = FileManager.default.fileExists(atPath: fullCDNOW.path)

    /// A file of comma-separated numbers, as columns by header.
    static func columns(_ name: String) throws -> [String: [Double]] {
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline)
        let header = (lines.first ?? "").split(separator: ",").map(String.init)
        var columns = [[Double]](repeating: [], count: header.count)
        for line in lines.dropFirst() {
            for (i, field) in line.split(separator: ",", omittingEmptySubsequences: false)
                .enumerated()
            {
                columns[i].append(Double(field) ?? .nan)
            }
        }
        return Dictionary(uniqueKeysWithValues: zip(header, columns))
    }

    /// A file with columns x, t_x and T.
    static func histories(_ name: String, spend: String? = nil) throws -> PurchaseHistories {
        let columns = try columns(name)
        return try PurchaseHistories(
            frequency: (columns["x"] ?? []).map { Int($0) }, recency: columns["t_x"] ?? [],
            age: columns["T"] ?? [], meanRepeatSpend: spend.map { columns[$0] ?? [] })
    }

    /// The figures computed in 50-digit arithmetic.
    static func golden() throws -> Golden {
        try JSONDecoder().decode(
            Golden.self, from: Data(contentsOf: folder.appending(path: "golden_clv.json")))
    }
}

/// The part of `golden_clv.json` that the tests read; its figures are decimal strings.
struct Golden: Decodable {
    struct History: Decodable {
        var params: [Double]
        var x: Int
        var tx: Double
        var T: Double
        var ll: String
        var palive: String
        var EY39: String
    }
    struct Opportunities: Decodable {
        var params: [Double]
        var x: Int
        var tx: Int
        var n: Int
        var ll: String
        var palive_n1: String
        var EX5: String
    }
    struct NewCustomer: Decodable {
        var params: [Double]
        var t: Double
        var EX: String
    }
    struct Spend: Decodable {
        var params: [Double]
        var x: Int
        var zbar: Double
        var EM: String
        var ll: String?
    }
    struct Special: Decodable {
        struct Gamma: Decodable {
            var x: Double
            var lg: String
            var dg: String
            var tg: String
        }
        struct F1: Decodable {
            var b: Double
            var c: Double
            var z: Double
            var val: String
        }
        var F1: [F1]
        var lngamma_digamma: [Gamma]
    }
    var bgnbd: [History]
    var bgnbd_EX: [NewCustomer]
    var mbgnbd: [History]
    var mbgnbd_EX: [NewCustomer]
    var pareto: [History]
    var pareto_EX: [NewCustomer]
    var bgbb: [Opportunities]
    var gamma_gamma: [Spend]
    var special: Special
}

/// The distance of a figure from what it should be, relative to that.
func relativeError(_ value: Double, _ expected: Double) -> Double {
    value == expected ? 0 : abs(value - expected) / abs(expected)
}
