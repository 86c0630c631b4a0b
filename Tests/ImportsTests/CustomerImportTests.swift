import Events
import FoundationEssentials
import Kernel
import Testing

@testable import Imports

struct CustomerImportTests {
    @Test func `a customer's columns are traits and empty cells are absent`() {
        let text =
            "user_id,email,phone,created_at,plan,age\n"
            + "1,a@example.test,,2024-01-01,gold,42\n2,,,,,\n,,,,x,\n"
        let result = importing(text, options(.customers))
        #expect(result.drafts.map(\.kind) == [.identify, .identify])
        #expect(
            result.properties == [
                #"{"email":"a@example.test","createdAt":"2024-01-01T00:00:00.000Z","#
                    + #""plan":"gold","age":42}"#,
                "{}",
            ])
        #expect(result.rejected == ["3 missing_customer"])
        var later = options(.customers)
        later.importedAt = Timestamp(milliseconds: 1_800_000_000_000)
        #expect(importing(text, later).messageIDs == result.messageIDs)
    }

    @Test func `names and addresses are the traits that Segment calls so`() {
        let text =
            "id,Name,First Name,surname,Job Title,DOB,Postcode,City,State\n"
            + "1,Ann Lee,Ann,Lee,CTO,1990-01-02,07030,Rome,RM\n"
        let result = importing(text, options(.customers, ["customer=id"]))
        #expect(
            result.properties == [
                #"{"name":"Ann Lee","firstName":"Ann","lastName":"Lee","title":"CTO","#
                    + #""birthday":"1990-01-02","region":"RM","city":"Rome","postalCode":"07030"}"#
            ])
        for field in ["name", "customerName", "customer_name"] {
            let mapped = importing(
                "id,n\n1,Ann\n", options(.customers, ["customer=id", "\(field)=n"]))
            #expect(mapped.properties == [#"{"name":"Ann"}"#])
        }
    }

    @Test func `a customer's row happened when it says or has no time of its own`() {
        let text =
            "user_id,created_at,updated_at\n1,2024-01-01,2024-02-01\n2,2024-01-01,\n3,,\n"
        let result = importing(text, options(.customers))
        #expect(
            result.drafts.map(\.occurredAt) == [
                Timestamp("2024-02-01"), Timestamp("2024-01-01"), options(.customers).importedAt,
            ])
        #expect(
            result.drafts.map(\.flags) == [.imported, .imported, [.imported, .undated]])
    }

    @Test func `an object of traits is taken in with the columns`() {
        let result = importing(
            #"{"userId":"1","traits":{"plan":"gold","n":[1]},"plan":"x","city":"Rome"}"#,
            options(.customers))
        #expect(result.failure == nil)
        #expect(result.properties == [#"{"city":"Rome","plan":"gold","n":[1]}"#])
    }

    @Test func `a first line of any length tells a file's members`() {
        let long = String(repeating: "x", count: InputFormat.headBytesMax)
        for end in ["", "\n", "\n{\"userId\":\"2\"}"] {
            let result = importing(
                "\u{FEFF}{\"note\":\"\(long)\",\"userId\":\"1\"}" + end, options(.customers),
                pieces: [10_000])
            #expect(result.failure == nil)
            #expect(result.drafts.first?.userID == "1")
        }
    }

    @Test func `an order's names go with its customer`() {
        let result = importing(
            "customer,billing_first_name,last_name,date,total\n1,Ann,Lee,2024-01-01,5\n2,,,2024-01-01,5\n",
            options())
        #expect(result.contexts == [#"{"traits":{"firstName":"Ann","lastName":"Lee"}}"#, ""])
    }

    @Test func `help and documentation list every field with its columns`() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(
            decoding: Data(contentsOf: root.appending(path: "docs/import.md")), as: UTF8.self)
        for kind in ImportKind.allCases {
            for (field, names) in ImportField.synonyms(kind) {
                let columns = names.joined(separator: ", ")
                #expect(ImportField.help.contains("\n  \(field.text): \(columns)\n"))
                #expect(page.contains("| `\(field.text)` | \(columns) |"), "\(field.text)")
            }
        }
    }
}
