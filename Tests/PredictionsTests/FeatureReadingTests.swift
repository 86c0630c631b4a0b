import RetentionModels
import Testing

@testable import Predictions

@Suite struct FeatureReadingTests {
    private func column(_ name: String, _ rows: [String]) -> LabelledColumn {
        LabelledColumn(name: name, rows: rows)
    }

    @Test(
        arguments: [
            (["1", "2.5", "", "-3"], [1, 2.5, .nan, -3]),
            (["1,234.50", "7", "N/A", "12"], [1234.5, 7, .nan, 12]),
            (["12,5", "3", "1234,25", "0,1"], [12.5, 3, 1234.25, 0.1]),
            (["£3", "£4.50", "unknown", "£0"], [3, 4.5, .nan, 0]),
            (["10%", "20 %", "5%", "-"], [10, 20, 5, .nan]),
        ] as [([String], [Double])])
    func `numbers are read as their column writes them`(texts: [String], numbers: [Double]) throws {
        let found = try column("x", texts).numbers()

        #expect(zip(found, numbers).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN })
    }

    @Test(arguments: [["1", "two"], ["0x10", "3"], ["1,5", "1.5", "1,23,4"], ["inf", "1"]])
    func `a text that is no number keeps a column from being one of numbers`(texts: [String]) {
        #expect(throws: TableFault.self) { try column("x", texts).numbers() }
        #expect(NumberText.read(texts) == nil)
    }

    @Test func `the row with the first text that is no number is told`() {
        #expect(throws: TableFault.noNumber(column: "x", text: "two", row: 2)) {
            try column("x", ["1", "two", "three"]).numbers()
        }
    }

    @Test func `columns are numbers, categories, or nothing to learn from`() throws {
        let count = 40
        func rows(_ make: (Int) -> String) -> [String] { (0..<count).map(make) }
        let reading = try FeatureReading(
            [
                column("tenure", rows { "\($0 % 7)" }),
                column("plan", rows { ["b", "a", ""][$0 % 3] }),
                column("flag", rows { $0 < 9 ? "x" : "" }), column("same", rows { _ in "x" }),
                column("blank", rows { _ in "" }), column("row", rows { "\($0 + 100)" }),
                column("customerID", rows { "\($0 * $0)" }), column("name", rows { "c-\($0)" }),
                column("since", rows { "2024-01-\($0 % 28 + 1)" }),
                column("spend", rows { "\(Double($0) * 1.37)" }),
                column("left", rows { "\($0 % 2)" }),
            ], except: ["left"])

        #expect(
            reading.table.features == [
                .number("tenure"), .category("plan", levels: ["a", "b"]),
                .category("flag", levels: ["x"]), .number("spend"),
            ])
        #expect(reading.table.value(row: 0, feature: 1) == .category("b"))
        #expect(reading.table.value(row: 2, feature: 1) == .missing)
        #expect(
            reading.leftOut.map(\.name) == ["same", "blank", "row", "customerID", "name", "since"])
    }

    @Test func `the rarest of many categories are one`() throws {
        let rows = (0..<200).map { "c\($0 % 40 < 35 ? $0 % 29 : $0 % 40)" }
        let reading = try FeatureReading([column("x", rows)], except: [])

        guard case .category(let levels) = reading.table.features[0].kind else {
            Issue.record("no category")
            return
        }
        #expect(levels.count == FeatureReading.levelsMax)
        #expect(levels.last == FeatureReading.otherLevel)
        #expect(reading.table.columns[0].allSatisfy { !$0.isNaN })
    }

    @Test func `a table without features is refused`() {
        #expect(throws: TableFault.noFeatures) {
            try FeatureReading([column("x", ["a", "a"])], except: [])
        }
    }

    @Test func `a choice is a column and maybe a value`() throws {
        let plan = column("plan", ["gold", "", "basic", "gold"])
        #expect(ColumnChoice("plan=gold").description == "plan=gold")
        #expect(ColumnChoice("a=b=c") == ColumnChoice(column: "a", value: "b=c"))
        #expect(try ColumnChoice("plan=gold").matches(plan) == [true, nil, false, true])
        let left = column("left", ["Yes", "no", "", "1"])
        #expect(try ColumnChoice("left").matches(left) == [true, false, nil, true])
        let values = ["'gold'", "blank", "'basic'"]
        #expect(throws: TableFault.valueNeverThere(column: "plan", value: "x", values: values)) {
            try ColumnChoice("plan=x").matches(plan)
        }
        #expect(throws: TableFault.valueNeeded(column: "plan", values: values)) {
            try ColumnChoice("plan").matches(plan)
        }
        #expect(throws: TableFault.unknownColumn("x", columns: ["plan", "left"])) {
            try [plan, left].named("x")
        }
    }
}
