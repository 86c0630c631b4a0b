import Access
import HTTPTypes
import Kernel
import Testing

@testable import Console

/// What each page and each act asks of whoever is signed in.
struct RoleDoorTests {
    /// Each page that needs something, and what: any of these.
    static let pages: [(path: String, needs: Set<Permission>)] = [
        ("/insights/retention", [.readFigures]), ("/insights/models", [.readFigures]),
        ("/insights", [.readFigures]), ("/customers", [.readCustomers]),
        ("/customers.csv", [.exportCustomers]), (PageTests.customer, [.readCustomers]),
        ("\(PageTests.customer)/timeline", [.readCustomers]),
        ("/segments", [.readFigures, .readCustomers]),
        ("/segments/at-risk", [.readFigures, .readCustomers]),
        ("/segments/at-risk/live", [.readFigures, .readCustomers]),
        ("/tasks/new", [.changeCustomers]), ("/segments/new", [.changeJourneys]),
        ("/segments/at-risk/edit", [.changeJourneys]),
        ("/journeys", [.readFigures]), ("/journeys/win-back", [.readFigures]),
        ("/journeys/win-back/live", [.readFigures]), ("/journeys/win-back/past", [.readFigures]),
        ("/journeys/win-back/steps/second-mail", [.readCustomers]),
        ("/journeys/win-back/decisions", [.readCustomers]), ("/tasks", [.readCustomers]),
        ("/outbox", [.readCustomers]), (DoorTests.undo, [.changeCustomers]),
        ("/settings", [.manageMembers, .manageKeys]),
        ("/templates", [.readFigures]), ("/templates/win-back-1", [.readFigures]),
        ("/templates/new", [.changeJourneys]), ("/templates/people", [.readCustomers]),
        ("/templates/drafts/none", [.readFigures]),
        ("/messages", [.readFigures, .readCustomers]),
        ("/messages/\(MailSample.message)", [.readCustomers]),
        ("/messages/\(MailSample.message)/rendered", [.readCustomers]),
        ("/suppressions", [.readCustomers]),
        ("/suppressions/remove?address=a", [.changeCustomers]),
        ("/campaigns", [.readFigures]), ("/campaigns/spring", [.readFigures]),
        ("/campaigns/spring/live", [.readFigures]), ("/campaigns/new", [.changeJourneys]),
        ("/campaigns/spring/cancel", [.changeJourneys]),
        ("/campaigns/spring/edit", [.changeJourneys]),
        ("/campaigns/spring/winner?variant=A", [.changeJourneys]),
    ]

    private static let all = Set(Permission.allCases)

    @Test(arguments: pages)
    func `a page opens with any permission that it needs and with no other`(
        path: String, needs: Set<Permission>
    ) async throws {
        for permission in Permission.allCases {
            try await ConsoleFixture(permissions: [permission]).run { client in
                let page = try await Browser(client: client).get(path)
                #expect((page.status == .forbidden) == !needs.contains(permission))
                if page.status == .forbidden {
                    #expect(page.html.contains("Your role does not allow that"))
                    #expect(!page.html.contains("example.test"))
                }
            }
        }
    }

    @Test func `a merge is undone by nobody who may not change customers`() async throws {
        let fixture = ConsoleFixture(permissions: Self.all.subtracting([.changeCustomers]))
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/account")
            let page = try await browser.post(DoorTests.undo, "token=\(token)")
            #expect(page.status == .forbidden)
            #expect(page.html.contains("Your role does not allow that"))
        }
        #expect(fixture.log.undone.isEmpty)
    }

    /// Each act of automation, and what it asks for.
    static let acts: [(path: String, form: String, needs: Permission)] = [
        ("/segments/builder", "act=save&mode=yaml&yaml=%7B%7D", .changeJourneys),
        ("/segments/preview", "mode=yaml&yaml=%7B%7D", .changeJourneys),
        ("/journeys/win-back/state", "state=paused", .changeJourneys),
        ("/tasks/task-1/done", "", .changeCustomers),
        ("/tasks/new", "customer=c1&title=Call", .changeCustomers),
        ("/outbox/letter-dead/replay", "", .changeJourneys),
        ("/outbox/receivers/crm/replay", "", .changeJourneys),
        ("/templates/editor", "act=save&yaml=a", .changeJourneys),
        ("/templates/editor", "act=test&yaml=a&address=a%40example.test", .changeJourneys),
        ("/messages/lane", "state=paused", .changeJourneys),
        ("/messages/\(MailSample.message)/again", "", .changeJourneys),
        ("/suppressions", "address=a%40example.test", .changeCustomers),
        ("/suppressions/remove", "address=c1%40example.test", .changeCustomers),
        ("/campaigns/spring/act", "act=start", .changeJourneys),
        ("/campaigns/spring/winner", "variant=A", .changeJourneys),
        ("/campaigns/spring/test", "address=a%40example.test", .changeJourneys),
        ("/campaigns/new", "segment=at-risk", .changeJourneys),
    ]

    @Test(arguments: acts)
    func `an act is done by who may and by nobody else`(
        path: String, form: String, needs: Permission
    ) async throws {
        for isAllowed in [false, true] {
            let permissions = isAllowed ? [needs] : Self.all.subtracting([needs])
            let fixture = ConsoleFixture(permissions: permissions)
            try await fixture.run { client in
                let browser = Browser(client: client)
                let token = try await browser.token(on: "/account")
                let page = try await browser.post(path, "token=\(token)&\(form)")
                #expect((page.status == .forbidden) == !isAllowed)
            }
            let log = fixture.log
            let acts =
                log.saved.count + log.previews.count + log.turned.count + log.completed.count
                + log.replayed.count + log.added.count + log.mail.changes
            #expect(acts == (isAllowed ? 1 : 0))
        }
    }

    @Test(arguments: [
        "/segments/at-risk", "/segments/at-risk/live", "/journeys/win-back",
        "/journeys/win-back/live", "/templates/win-back-1", "/messages",
    ])
    func `names are shown to nobody who may not see customers`(path: String) async throws {
        for isAllowed in [false, true] {
            let permissions = isAllowed ? Self.all : Self.all.subtracting([.readCustomers])
            try await ConsoleFixture(permissions: permissions).run { client in
                let page = try await Browser(client: client).get(path, htmx: "live")
                #expect(page.status == .ok)
                let names =
                    page.html.contains("c1@example.test") || page.html.contains("Label of")
                #expect(names == isAllowed)
                #expect(page.html.contains("href=\"/customers/") == isAllowed)
            }
        }
    }

    @Test(arguments: Role.allCases)
    func `of the roles these may undo a merge`(role: Role) async throws {
        let fixture = ConsoleFixture(permissions: role.permissions)
        try await fixture.run { client in
            let browser = Browser(client: client)
            let token = try await browser.token(on: "/account")
            _ = try await browser.post(DoorTests.undo, "token=\(token)")
        }
        let mayUndo: [Role] = [.owner, .admin, .marketer, .support]
        #expect(fixture.log.undone.isEmpty == !mayUndo.contains(role))
    }

    @Test func `without the permission there is no button and no link`() async throws {
        let without: [(Permission, path: String, part: String)] = [
            (.changeCustomers, PageTests.customer, "/undo\""),
            (.exportCustomers, "/customers", "customers.csv"),
            (.readCustomers, "/", "href=\"/customers"),
            (.readCustomers, "/insights/retention", "href=\"/customers"),
            (.readCustomers, "/find", "href=\"/customers"),
            (.changeJourneys, "/segments", "href=\"/segments/new"),
            (.changeJourneys, "/segments/at-risk", "/edit\""),
            (.changeJourneys, "/journeys/win-back", "/state\""),
            (.changeJourneys, "/outbox", "/replay\""),
            (.changeCustomers, "/tasks", "/done\""),
            (.changeCustomers, PageTests.customer, "/done\""),
            (.readFigures, PageTests.customer, "href=\"/journeys/win-back\"><bdi>"),
            (.changeJourneys, "/templates", "href=\"/templates/new"),
            (.changeJourneys, "/templates/win-back-1", "/templates/editor\""),
            (.changeJourneys, "/messages", "/messages/lane\""),
            (.changeJourneys, "/messages", "/again\""),
            (.readCustomers, "/messages", "href=\"/messages?"),
            (.changeCustomers, "/suppressions", "/suppressions/remove"),
            (.changeCustomers, "/suppressions", "action=\"/suppressions\" class"),
            (.changeJourneys, "/campaigns", "href=\"/campaigns/new"),
            (.changeJourneys, "/campaigns/spring", "/act\""),
            (.changeJourneys, "/campaigns/spring", "/test\""),
            (.manageMembers, "/settings", "member add"),
            (.manageKeys, "/settings", "key create"),
        ]
        for (permission, path, part) in without {
            try await ConsoleFixture().run { client in
                let page = try await Browser(client: client).get(path)
                #expect(page.html.contains(part), "\(path)")
            }
            try await ConsoleFixture(permissions: Self.all.subtracting([permission])).run {
                client in
                let page = try await Browser(client: client).get(path)
                #expect(page.status == .ok)
                #expect(!page.html.contains(part), "\(path)")
            }
        }
    }

    @Test func `finding somebody by name takes the permission to see customers`() async throws {
        let fixture = ConsoleFixture(permissions: [.readFigures])
        try await fixture.run { client in
            let page = try await Browser(client: client).get("/find?q=c1")
            #expect(page.status == .ok)
            #expect(!page.html.contains("c1@example.test"))
        }
        #expect(fixture.log.queries.isEmpty)
    }

    @Test(
        arguments: [
            (Set<Permission>([.readFigures]), nil), ([.readCustomers], "/customers"),
            ([.manageKeys], "/settings"), ([], "/account"),
        ] as [(Set<Permission>, String?)])
    func `who signs in comes to a room that is open to them`(
        permissions: Set<Permission>, to path: String?
    ) async throws {
        try await ConsoleFixture(permissions: permissions).run { client in
            let browser = Browser(client: client)
            let page = try await browser.get("/")
            #expect(page.headers[.location] == path)
            #expect(page.status == (path == nil ? .ok : .seeOther))
            if let path { #expect(try await browser.get(path).status == .ok) }
        }
    }

    @Test func `a menu shows the rooms that are open`() async throws {
        try await ConsoleFixture(permissions: Role.support.permissions).run { client in
            let page = try await Browser(client: client).get("/customers")
            let current = page.html.ranges(of: "<a class=\"entry\"")
            #expect(current.count == 4)
        }
    }
}
