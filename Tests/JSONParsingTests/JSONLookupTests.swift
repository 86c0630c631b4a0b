import JSONParsing
import Testing

struct JSONLookupTests {
    @Test func `A name is found wherever it stands, and an escape may be one`() {
        for before in 0..<20 {
            for behind in 0..<12 {
                let left = String(repeating: "x", count: before)
                let right = String(repeating: "y", count: behind)
                for (text, expected) in [
                    ("\"email\"", true), ("email", false), ("\"email", false), ("email\"", false),
                    ("\"emails\"", false), ("\"e\"", false), ("\\u0065", true), ("\"\"", false),
                ] {
                    let bytes = Array((left + text + right).utf8)
                    let found = JSONLookup.mayHave("email", in: bytes.span)
                    #expect(found == expected)
                }
            }
        }
    }
}
