import Testing

@testable import Imports

@Suite struct TextColumnsTests {
    private func read(_ text: String) throws(TextColumns.Failure) -> TextColumns {
        try TextColumns(file: Array(text.utf8))
    }

    private func rows(_ column: TextColumns.Column) -> [String] {
        column.places.map { column.texts[Int($0)] }
    }

    @Test func `columns keep each distinct text once`() throws {
        let table = try read("plan,note\nbasic, x \nbasic,\"a,\"\"b\"\"\"\n\ngold,x\n")

        #expect(table.columns.map(\.name) == ["plan", "note"])
        #expect(table.columns[0].texts == ["basic", "gold"])
        #expect(rows(table.columns[0]) == ["basic", "basic", "gold"])
        #expect(rows(table.columns[1]) == ["x", "a,\"b\"", "x"])
        #expect(table.rowCount == 3 && table.rowsLeftOut == 0 && table.firstProblem == nil)
    }

    @Test func `rows that don't fit the header are left out and the first is told`() throws {
        let table = try read("a;b\n1;2\n3\n4;5;6\n7;8")

        #expect(rows(table.columns[0]) == ["1", "7"])
        #expect(table.rowsLeftOut == 2)
        #expect(table.firstProblem == "row 2: it has 1 fields, not 2")
    }

    @Test func `a column without a name is left out`() throws {
        let table = try read(",a\n1,x\n2,y\n")

        #expect(table.columns.map(\.name) == ["a"])
        #expect(rows(table.columns[0]) == ["x", "y"])
    }

    @Test func `a file longer than the pieces it is read in is the same table`() throws {
        let line = String(repeating: "z", count: 999)
        let table = try read("a\n" + String(repeating: line + "\n", count: 3000))

        #expect(table.rowCount == 3000 && table.columns[0].texts == [line])
    }

    @Test(arguments: [
        ("", TextColumns.Failure.unreadable(.emptyFile)), ("a,b\n", .noRows),
        ("{\"a\": 1}\n", .jsonLines), ("a,b,a\n1,2,3\n", .repeatedColumn("a")),
        (
            "PK\u{3}\u{4}rest",
            .unreadable(.unsupportedFormat("a zip archive or a spreadsheet (save it as CSV)"))
        ),
    ])
    func `what is no table is refused`(text: String, failure: TextColumns.Failure) {
        #expect(throws: failure) { try read(text) }
    }

    @Test func `gzip data that break off are refused`() {
        #expect(throws: TextColumns.Failure.self) { try TextColumns(file: [0x1F, 0x8B, 8, 0]) }
    }
}
