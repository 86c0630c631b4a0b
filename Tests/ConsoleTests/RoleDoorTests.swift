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
        (DoorTests.undo, [.changeCustomers]), ("/settings", [.manageMembers, .manageKeys]),
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
            #expect(current.count == 1)
        }
    }
}
