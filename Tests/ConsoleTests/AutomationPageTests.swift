import Access
import Experiments
import HTTPTypes
import Kernel
import Testing

@testable import Console

struct AutomationPageTests {
    private let journey = "/journeys/win-back"

    @Test func `a journey's page asks whether anything changed and is told only if so`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(journey)
            #expect(page.html.contains("data-live hx-get=\"/journeys/win-back/live?seen=7%268\""))
            let before = fixture.log.pagesOfJourneys
            let same = try await browser.get("\(journey)/live?seen=7%268", htmx: "live")
            #expect(same.status == .noContent)
            #expect(fixture.log.pagesOfJourneys == before)
            let changed = try await browser.get("\(journey)/live?seen=6", htmx: "live")
            #expect(changed.status == .ok)
            #expect(trimmed(changed.html).hasPrefix("<div id=\"live\""))
            #expect(changed.html.contains("live?seen=7%268"))
            #expect(!changed.html.contains("<html"))
            let plain = try await browser.get("\(journey)/live?seen=6")
            #expect(plain.headers[.location] == journey)
        }
    }

    @Test func `a segment's page asks whether its members changed and is told only if so`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/segments/at-risk")
            #expect(page.html.contains("data-live hx-get=\"/segments/at-risk/live?seen=7%268\""))
            let before = fixture.log.pagesOfSegments
            let same = try await browser.get("/segments/at-risk/live?seen=7%268", htmx: "live")
            #expect(same.status == .noContent)
            #expect(fixture.log.pagesOfSegments == before)
            let changed = try await browser.get("/segments/at-risk/live?seen=6", htmx: "live")
            #expect(trimmed(changed.html).hasPrefix("<div id=\"live\""))
            #expect(changed.html.contains("id=\"segment-state\""))
            #expect(changed.html.contains("id=\"segment-people\" hx-swap-oob=\"true\""))
            #expect(!changed.html.contains("<html"))
            // Who reads a later page of members keeps it.
            let later = try await browser.get("/segments/at-risk?after=x")
            #expect(later.html.contains("live?seen=7%268&amp;people=later"))
            let kept = try await browser.get(
                "/segments/at-risk/live?seen=6&people=later", htmx: "live")
            #expect(kept.html.contains("id=\"live\"") && !kept.html.contains("segment-people"))
            let plain = try await browser.get("/segments/at-risk/live?seen=6")
            #expect(plain.headers[.location] == "/segments/at-risk")
        }
    }

    @Test func `a task is made by hand, or what was typed stays beside the reason why not`()
        async throws
    {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let customer = try await browser.get(PageTests.customer)
            let link = try #require(
                customer.attributes("href").first { $0.hasPrefix("/tasks/new?customer=") })
            let page = try await browser.get(link.replacing("&amp;", with: "&"))
            let token = try await browser.token(on: "/tasks/new")
            #expect(page.html.contains("value=\"\(SampleData.customer)\""))
            #expect(page.html.contains("name=\"next\" value=\"\(PageTests.customer)\""))
            func post(_ fields: [(String, String)]) async throws -> Browser.Page {
                let pairs = [("token", token), ("next", "/tasks")] + fields
                return try await browser.post(
                    "/tasks/new", FormFields(pairs.map { (name: $0.0, value: $0.1) }).encoded)
            }
            let unknown = try await post([("customer", "x"), ("title", "Call <b>")])
            #expect(unknown.html.contains("Nobody is known by this"))
            #expect(unknown.html.contains("value=\"Call &lt;b&gt;\""))
            let untitled = try await post([("customer", "c1")])
            #expect(untitled.html.contains("What is to be done"))
            #expect(untitled.count("aria-invalid=\"true\"") == 1)
            #expect(fixture.log.added.isEmpty)
            let made = try await post([
                ("customer", "c1"), ("title", "Call"), ("owner", "Kim"), ("due", "2026-03-01"),
            ])
            #expect(made.headers[.location] == "/tasks")
        }
        #expect(
            fixture.log.added == [
                TaskForm(customer: "c1", title: "Call", owner: "Kim", due: "2026-03-01")
            ])
    }

    @Test(arguments: [
        "/segments/none/live", "/journeys/none", "/journeys/none/live",
        "/journeys/win-back/steps/none",
        "/journeys/None", "/segments/none", "/segments/none/edit", "/segments/a%20b",
    ])
    func `what isn't there is not found`(path: String) async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(path, htmx: "live")
            #expect(page.status == .notFound)
        }
    }

    @Test func `a journey is drawn step by step with who is there, passed and left`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(journey)
            #expect(page.count("class=\"box ") == JourneyStepRow.Kind.allCases.count + 2)
            #expect(page.count("class=\"lane\"") == 2)
            #expect(page.html.contains("3 here"))
            #expect(page.html.contains("20 passed"))
            #expect(page.html.contains("6 left"))
            #expect(page.html.contains("href=\"\(journey)/steps/second-mail\""))
            let icons = Set(
                page.attributes("href").filter { $0.contains("icons.") }.compactMap {
                    $0.split(separator: "#").last.map(String.init)
                })
            let drawn = ConsoleResources.text("icons.svg")
            for icon in icons { #expect(drawn.contains("id=\"\(icon)\""), "\(icon)") }
            #expect(
                icons.isSuperset(of: JourneyStepRow.Kind.allCases.map { "step-\($0.rawValue)" }))
        }
    }

    @Test func `everything in a timeline has its picture`() {
        let drawn = ConsoleResources.text("icons.svg")
        for kind in TimelineEntry.Kind.allCases {
            #expect(drawn.contains("id=\"\(kind.rawValue)\""), "\(kind)")
        }
        for room in Room.allCases { #expect(drawn.contains("id=\"\(room.rawValue)\""), "\(room)") }
    }

    @Test func `a live journey is paused, and a paused one resumed`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: journey)
            #expect(try await browser.get(journey).html.contains("name=\"state\" value=\"paused\""))
            let paused = try await browser.post("\(journey)/state", "token=\(token)&state=paused")
            #expect(paused.headers[.location] == journey)
            let page = try await browser.get(journey)
            #expect(page.html.contains("name=\"state\" value=\"live\""))
            #expect(page.html.contains("nobody enters"))
            for state in ["draft", "", "gone"] {
                let odd = try await browser.post(
                    "\(journey)/state", "token=\(token)&state=\(state)")
                #expect(odd.status == .notFound)
            }
        }
        #expect(fixture.log.turned == [.paused])
    }

    @Test(arguments: ["/segments/at-risk", "/journeys/win-back/steps/second-mail"])
    func `following next to the end shows everybody once`(path: String) async throws {
        try await ConsoleFixture().run { client in
            let browser = Browser(client: client)
            var seen: [String] = []
            var next: String? = path
            while let path = next {
                let page = try await browser.get(path)
                seen += page.html.matches(of: /<bdi>(c[0-9]+)@example.test/).map {
                    String($0.output.1)
                }
                next = page.tags("a").first { $0.contains("rel=\"next\"") }.flatMap { tag in
                    tag.split(separator: "href=\"").dropFirst().first.map {
                        String($0.prefix { $0 != "\"" })
                    }
                }
                #expect(page.html.contains("← First page") == path.contains("after="))
            }
            #expect(seen == (0..<120).map { "c\($0)" })
        }
    }

    @Test func `decisions are filtered by kind and step and paged`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get(
                "\(journey)/decisions?kind=sent&kind=gone&step=second-mail")
            #expect(page.html.contains("kind=sent&amp;before=older%261"))
            #expect(page.html.contains("aria-current=\"true\">Sent<"))
            let older = try await browser.get("\(journey)/decisions?step=none&before=older%261")
            #expect(!older.html.contains("rel=\"next\""))
            #expect(older.html.contains("← Newest"))
        }
        let asked = fixture.log.decisions
        #expect(asked.first?.kinds == [.sent])
        #expect(asked.first?.step == "second-mail")
        #expect(asked.last?.step == nil)
        #expect(asked.last?.before == "older&1")
    }

    @Test func `a task is done from where one stands`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            for (path, next) in [(PageTests.customer, PageTests.customer), ("/tasks", "/tasks")] {
                let page = try await browser.get(path)
                #expect(page.html.contains("action=\"/tasks/task-1/done\""))
                #expect(page.html.contains("action=\"/tasks/a%2Fb/done\""))
                let token = try await browser.token(on: path)
                let done = try await browser.post(
                    "/tasks/task-1/done", "token=\(token)&next=\(FormFields.encode(next))")
                #expect(done.headers[.location] == next)
            }
            let token = try await browser.token(on: "/tasks")
            let away = try await browser.post(
                "/tasks/task-1/done", "token=\(token)&next=https%3A%2F%2Fevil.example")
            #expect(away.headers[.location] == "/")
            let none = try await browser.post("/tasks/none/done", "token=\(token)")
            #expect(none.status == .notFound)
        }
        #expect(fixture.log.completed == ["task-1", "task-1", "task-1"])
    }

    @Test func `tasks are filtered by state and owner and paged`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/tasks?show=done&owner=sales")
            #expect(page.html.contains("href=\"/tasks?owner=sales\""))
            #expect(page.html.contains("show=done&amp;owner=sales&amp;after=more%261"))
            let nobody = try await browser.get("/tasks?owner=nobody&after=x")
            #expect(nobody.html.contains("Nothing to do here"))
            #expect(!nobody.html.contains("perennial apply"))
        }
        let asked = fixture.log.tasks
        #expect(asked.first == TaskQuery(isOpen: false, owner: "sales", limit: 50))
        #expect(asked.last == TaskQuery(owner: "nobody", after: "x", limit: 50))
    }

    @Test func `what was given up is sent again, one by one or all of a receiver`() async throws {
        let fixture = ConsoleFixture()
        try await fixture.run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/outbox?state=dead&kind=webhook")
            #expect(page.count("action=\"/outbox/letter-") == 1)
            #expect(page.count("action=\"/outbox/receivers/") == 1)
            let token = try await browser.token(on: "/outbox")
            _ = try await browser.post("/outbox/letter-dead/replay", "token=\(token)")
            _ = try await browser.post("/outbox/receivers/crm/replay", "token=\(token)")
            let none = try await browser.post("/outbox/none/replay", "token=\(token)")
            #expect(none.status == .notFound)
            _ = try await browser.get("/outbox?state=gone&kind=gone&journey=A%20B&after=")
        }
        #expect(fixture.log.replayed == ["letter-dead", "crm"])
        #expect(
            fixture.log.outbox.first == OutboxQuery(kind: .webhook, state: .dead, limit: 50))
        #expect(fixture.log.outbox.last == OutboxQuery(limit: 50))
    }

    @Test func `lift is said in plain words with its interval, or what it still needs`() throws {
        let words = Words(file: ConsoleResources.text("en.words"))
        let formats = Formats(numbers: .british, zone: .utc, words: words)
        func view(_ treated: Int, _ heldOut: Int) throws -> LiftView {
            LiftView(try #require(AutomationSample.lift(treated, heldOut)), formats: formats)
        }
        let helps = try view(1800, 100)
        #expect(helps.verdict == "Helps")
        #expect(helps.rows.map(\.difference) == ["+10.0 points", "+£1.44"])
        #expect(helps.rows.first?.relative == "+100%")
        #expect(helps.sentence.contains("between +7.") && helps.sentence.contains("(95%)"))
        #expect(helps.net?.contains("£12,500") == true)
        let early = try view(412, 31)
        #expect(early.verdict == "Too early to tell")
        #expect(early.sentence.contains("more people") && early.sentence.contains("weeks"))
        #expect(try view(100, 200).verdict == "Harms")
        let noPace = LiftView(
            JourneyLift(try #require(AutomationSample.lift(412, 31)).lift), formats: formats)
        #expect(!noPace.sentence.contains("weeks"))
        #expect(noPace.rows.count == 1)
        #expect(noPace.net == nil)
        #expect(formats.roundedUp(1234) == "1,300")
        #expect(formats.roundedUp(99) == "99")
    }

    @Test func `the palette finds segments and journeys where their rooms are open`() async throws {
        let cases: [(Set<Permission>, [String])] = [
            ([.readFigures], ["/segments/at-risk", "/journeys/win-back"]),
            ([.readCustomers], ["/segments/at-risk"]), ([.manageKeys], []),
        ]
        for (permissions, found) in cases {
            try await ConsoleFixture(permissions: permissions).run { client in
                let browser = Browser(client: client)
                let segment = try await browser.get("/find?q=AT+risk", htmx: "found")
                let journey = try await browser.get("/find?q=win-b", htmx: "found")
                let all = segment.attributes("href") + journey.attributes("href")
                let paths = all.filter { $0.hasSuffix("/at-risk") || $0.hasSuffix("/win-back") }
                #expect(paths == found)
            }
        }
    }

    @Test func `the home page says what each live journey brought`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get("/")
            #expect(page.html.contains("What did our efforts bring?"))
            #expect(page.count("href=\"/journeys/") == 1)
            #expect(page.html.contains("Helps"))
        }
        try await ConsoleFixture(.empty).run { client in
            let page = try await Browser(client: client).get("/")
            #expect(!page.html.contains("What did our efforts bring?"))
        }
    }

    @Test func `a customer's page says which segments, journeys and tasks, and why`() async throws {
        try await ConsoleFixture().run { client in
            let page = try await Browser(client: client).get(PageTests.customer)
            for id in ["todo", "runs", "memberships"] {
                #expect(page.html.contains("id=\"\(id)\""))
            }
            #expect(page.html.contains("href=\"/segments/at-risk\""))
            #expect(page.html.contains("held out"))
        }
    }
}
