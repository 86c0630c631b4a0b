import Events
import Kernel
import Testing

@testable import Imports

struct RejectionFileTests {
    /// The file of an import's rejections, complete with the rows that had to be read again.
    private func rejectionFile(_ text: String, _ options: ImportOptions) -> String {
        var importer = FileImporter(options: options)
        var builder = EventBlockBuilder()
        importer.supply(text.utf8Span.span)
        importer.endInput()
        var rejections: [RowRejection] = []
        do {
            while try importer.advance(into: &builder) != .finished {
                rejections += importer.takeRejections()
            }
        } catch {
            Issue.record("\(error)")
        }
        rejections += importer.takeRejections()
        let absent = rejections.filter { $0.cells.isEmpty }
        var again = FileImporter(
            options: options,
            collecting: Dictionary(uniqueKeysWithValues: absent.map { ($0.rowNumber, $0) }))
        again.supply(text.utf8Span.span)
        again.endInput()
        do {
            #expect(try again.advance(into: &builder) == .finished)
        } catch {
            Issue.record("\(error)")
        }
        let found = again.takeRejections()
        #expect(found.count == absent.count)
        var writer = RejectionWriter(columns: importer.columns)
        for rejection in rejections where !rejection.cells.isEmpty { writer.append(rejection) }
        for rejection in found { writer.append(rejection) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `rejected rows keep their columns behind what was wrong`() {
        let text = "order_id;customer;date;total\nA;1;2024-01-01;5\nB;\"x;y\";never;\"1,5\"\n"
        #expect(
            rejectionFile(text, options())
                == "row_number,error_code,error_message,order_id,customer,date,total\n"
                + "2,invalid_time,\"'never' isn't a time\",B,x;y,never,\"1,5\"\n")
    }

    @Test func `a file of rejections is imported once it is mended`() {
        let text =
            "order_id,customer,date,total,note\nA,1,2024-01-01,5.5,\nB,=1+2,never,-6.5,'=quoted\n"
            + "C,+44 x,never,+7.5,\"a \"\"b\"\"\"\n"
        var keeping = options()
        keeping.keepsColumns = true
        let file = rejectionFile(text, keeping)
        let mended = file.replacing(",never,", with: ",2024-01-02,")
        let result = importing(mended, keeping, pieces: [5])
        #expect(result.rejections.isEmpty)
        let direct = importing(text.replacing(",never,", with: ",2024-01-02,"), keeping)
        #expect(result.drafts == Array(direct.drafts.dropFirst()))
        #expect(
            rejectionFile(file, keeping).hasSuffix(",C,\"'+44 x\",never,+7.5,\"a \"\"b\"\"\"\n"))
    }

    @Test func `an order that is left out is there with all its lines`() {
        let text =
            "order_id,customer,date,quantity,unit_price\n"
            + "A,1,2024-01-01,1,5\nB,1,2024-01-01,1,5\nA,1,2024-01-01,x,5\nA,1,2024-01-01,3,5\n"
        let file = rejectionFile(text, options())
        let rows = file.split(separator: "\n")
        #expect(rows.count == 4)
        #expect(rows[1].hasPrefix("3,invalid_quantity,"))
        #expect(rows[2].hasPrefix("1,order_incomplete,"))
        #expect(rows[3].hasPrefix("4,order_incomplete,"))
        let result = importing(
            file.replacing("A,1,2024-01-01,x,", with: "A,1,2024-01-01,2,"), options())
        #expect(result.rejections.isEmpty)
        #expect(result.properties.first?.contains("\"total\":30.00") == true)
    }

    @Test func `a JSON line is rejected as it stands`() {
        let line = #"{"order_id":"A","customer_id":"a","date":"never","total":1}"#
        let file = rejectionFile(line + "\nnot json\n", options())
        #expect(
            file.hasPrefix(
                "row_number,error_code,error_message,row\n1,invalid_time,\"'never' isn't a time\","
                    + "\"" + line.replacing("\"", with: "\"\"") + "\"\n2,invalid_json,"))
    }

    @Test func `a file of rejected JSON lines is imported once it is mended`() {
        let text =
            #"{"order_id":"A","customer_id":"a","date":"never","total":1.5,"note":"é\"=x\""}"#
            + "\n"
            + "not json\n" + #"{"order_id":"B","date":"2024-01-01","total":2}"# + "\n"
            + #"{"order_id":"C","total":3}"# + "\n"
        let file = rejectionFile(text, options())
        #expect(rejectionFile(file, options()) == file.replacing("\n4,", with: "\n3,"))
        let result = importing(
            file.replacing("never", with: "2024-01-02"), options(), pieces: [11])
        #expect(result.rejected == ["2 invalid_json", "3 missing_time"])
        let direct = importing(text.replacing("never", with: "2024-01-02"), options())
        #expect(result.drafts == Array(direct.drafts.prefix(1)))
        #expect(
            importing("row_number,error_code,error_message,row\n", options()).failure != nil)
    }

    @Test func `what isn't a row is told with its text cut`() {
        let long = String(repeating: "x", count: ImportLimits.rowBytesMax + 1)
        let result = importing("customer,date,total\n\(long)\n\"open\n", options())
        #expect(result.rejected == ["1 row_too_long", "2 unclosed_quote"])
        #expect(result.rejections[0].cells[0].utf8.count == ImportLimits.rejectedTextBytesMax)
        #expect(result.rejections[1].cells == ["\"open"])
    }

    static let guarded: [(cell: String, written: String)] = [
        ("=cmd|' /C calc'!A0,\"q\"", "\"'=cmd|' /C calc'!A0,\"\"q\"\"\""), ("+1", "+1"),
        ("-1.5", "-1.5"), ("-1+cmd", "\"'-1+cmd\""), ("@a", "\"'@a\""), ("\ta", "\"'\ta\""),
        ("\ra", "\"'\ra\""), ("\0a", "\"'\0a\""), ("'=a", "\"''=a\""), ("'a", "\"'a\""),
        (" a", "\" a\""), ("", ""),
    ]

    @Test(arguments: guarded.indices)
    func `cells are written so that a spreadsheet runs nothing and are read as they were`(
        _ index: Int
    ) {
        let (cell, written) = Self.guarded[index]
        var writer = RejectionWriter(columns: ["c"])
        writer.append(
            RowRejection(rowNumber: 3, code: .fieldCount, message: "m", cells: [cell, "z"]))
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            text == "row_number,error_code,error_message,c\n3,field_count,\"m\",\(written),z\n")
        var reader = DelimitedReader(delimiter: UInt8(ascii: ","))
        reader.append(text.utf8Span.span)
        reader.finish()
        _ = reader.next()
        _ = reader.next()
        reader.removeFormulaGuards()
        #expect(reader.row.cells(from: 3) == [cell, "z"])
    }

    @Test func `rejections wait for their bytes too`() throws {
        let cell = String(repeating: "x", count: ImportLimits.rowBytesMax / 2)
        var list = RejectionList()
        for number in 1...8 {
            #expect(!list.isFull)
            list.append(
                RowRejection(rowNumber: number, code: .fieldCount, message: "m", cells: [cell]))
        }
        #expect(list.isFull)
        #expect(list.take().count == 8)
        #expect(!list.isFull)
        #expect(list.count == 8)
    }
}
