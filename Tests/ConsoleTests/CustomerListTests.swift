import HTTPTypes
import Insights
import Kernel
import Testing

@testable import Console

struct CustomerListTests {
    @Test(arguments: [
        "/customers", "/customers?q=ann", "/customers?q=a%26b%3Dc&state=at-risk&state=lapsed",
        "/customers?orders=2&churn=75&first=2010-03&ordered=2010-05&sort=value&dir=asc",
        "/customers?sort=name&dir=desc&after=x~y&trail=a~b",
    ])
    func `the address holds the whole state`(path: String) {
        let query = path.split(separator: "?").dropFirst().first ?? ""
        let state = CustomerListState(FormFields(query))
        #expect(CustomerListState(FormFields(state.fields.encoded)) == state)
        #expect(path.contains("~") || state.path == path)
    }

    @Test(arguments: [
        "state=gone", "orders=0", "orders=-1", "orders=x", "churn=0", "churn=101", "first=2010-13",
        "first=x", "ordered=", "sort=shoe-size", "dir=up",
        "after=\(String(repeating: "a", count: 513))",
    ])
    func `what isn't understood is left out`(query: String) {
        #expect(CustomerListState(FormFields(query)).query == CustomerQuery())
    }

    @Test func `following next to the end and previous back shows each page once`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            func link(_ rel: String, _ page: Browser.Page) -> String? {
                page.tags("a").first { $0.contains("rel=\"\(rel)\"") }.flatMap { tag in
                    tag.split(separator: "href=\"").dropFirst().first.map {
                        String($0.prefix { $0 != "\"" }).replacing("&amp;", with: "&")
                    }
                }
            }
            var path = "/customers?state=active"
            var visited = [path]
            while let next = link("next", try await browser.get(path)) {
                path = next
                visited.append(path)
            }
            #expect(visited.count == 3)
            var back = [path]
            while let previous = link("prev", try await browser.get(path)) {
                path = previous
                back.append(path)
            }
            #expect(back == visited.reversed())
        }
        #expect(fixture.log.queries.map(\.after).prefix(3) == ["", "50", "100"])
        #expect(fixture.log.queries.allSatisfy { $0.states == [.active] })
    }

    @Test func `htmx gets the results alone and the address to show`() async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            let part = try await browser.get("/customers?q=+ann&sort=", htmx: "results")
            #expect(!part.html.contains("<html"))
            #expect(part.html.contains("<div id=\"results\""))
            let name = try #require(HTTPField.Name("HX-Push-Url"))
            #expect(part.headers[name] == "/customers?q=ann")
            #expect(part.headers[.vary]?.contains("HX-Target") == true)
            let whole = try await browser.get("/customers?q=ann", htmx: "other")
            #expect(whole.html.contains("<html"))
        }
    }

    @Test func `nobody found is not the same as nobody there`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get("/customers?q=nobody")
            #expect(page.html.contains("Nobody matches"))
            #expect(!page.html.contains("perennial import"))
        }
    }

    @Test func `the export holds all rows, quoted, and no formulas`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let page = try await Browser(client: client).get("/customers.csv?sort=name&after=50")
            #expect(page.headers[.contentDisposition]?.contains("customers.csv") == true)
            let lines = page.html.split(separator: "\r\n")
            #expect(lines.count == 121)
            #expect(lines.first?.hasPrefix("customer_id,label,email,state,orders,revenue") == true)
            #expect(page.html.contains("\"<script>alert('x')</script>\"\"'"))
            for line in lines {
                #expect(line.utf8.count { $0 == UInt8(ascii: "\"") } % 2 == 0)
            }
        }
        #expect(fixture.log.queries.first?.sort == .name)
        #expect(fixture.log.queries.first?.after == "")
        var row = SampleData.row(0)
        for text in ["=1+1", "+1+x", "@cmd", "-x", "\tx"] {
            row.label = text
            #expect(CustomerCSV.lines([row]).contains(",'\(text),"))
        }
    }

    @Test func `more of a timeline comes as entries alone`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let path = "\(PageTests.customer)/timeline?before=cursor%261"
            let part = try await Browser(client: client).get(path, htmx: "")
            #expect(trimmed(part.html).hasPrefix("<li "))
            #expect(part.html.contains("/timeline?before=cursor%261"))
            #expect(!part.html.contains("<html"))
        }
        #expect(fixture.log.timelineBefore == ["cursor&1"])
    }

    @Test func `the palette finds pages and customers`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let part = try await browser.get("/find?q=mod", htmx: "found")
            #expect(part.html.contains("href=\"/insights/models\""))
            #expect(!part.html.contains("href=\"/settings\""))
            #expect(part.html.contains("href=\"/customers/\(SampleData.customer)\""))
            #expect(!part.html.contains("<html"))
        }
        #expect(fixture.log.queries.map(\.limit) == [8])
    }
}
