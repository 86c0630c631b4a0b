import Access
package import Hummingbird
import Insights
import Kernel

/// The console's pages: registers them on a router, whatever its context is.
package struct ConsoleRoutes: Sendable {
    let desk: ConsoleDesk

    /// Forms of more bytes than this are refused.
    static let formBytesMax = 64 * 1024
    /// A list is exported in pages of so many rows.
    static let exportPageRows = 1000
    /// So many timeline entries are shown at first, and so many more at a time.
    static let timelineEntries = 30

    /// - Throws: where a template can't be parsed.
    package init(data: ConsoleData, settings: ConsoleSettings, assets: ConsoleAssets) throws {
        desk = try ConsoleDesk(data: data, settings: settings, assets: assets)
    }

    /// Adds the console's routes under `/`.
    ///
    /// - Parameter catchesAll: Whether other paths get the console's "not found" page (GET only).
    package func add<Context: RequestContext>(
        to router: some RouterMethods<Context>, catchesAll: Bool = true
    ) {
        router.get("/assets/:name") { request, context in asset(request, context) }
        router.get("/sign-in") { request, context in
            try await open(request, context) { visit in signInPage(visit) }
        }
        router.post("/sign-in") { request, context in
            try await submit(request, context, by: .anybody) { visit, form in
                try await signIn(visit, form, address: Self.address(context))
            }
        }
        router.post("/sign-out") { request, context in
            try await submit(request, context, by: .member) { visit, _ in
                try await signOut(visit)
            }
        }
        router.post("/preferences") { request, context in
            try await submit(request, context, by: .anybody) { visit, form in
                preferences(visit, form)
            }
        }
        router.get("/account") { request, context in
            try await read(request, context, needs: []) { account($0) }
        }
        router.post("/account/password") { request, context in
            try await submit(request, context, by: .member) { visit, form in
                try await changePassword(visit, form)
            }
        }
        addRooms(to: router)
        addCustomer(to: router)
        addSegments(to: router)
        addJourneys(to: router)
        addProgramEditor(to: router)
        addLoyalty(to: router)
        addApprovals(to: router)
        addReferrals(to: router)
        addRewards(to: router)
        addPromotions(to: router)
        addTasks(to: router)
        addOutbox(to: router)
        addPublicMail(to: router)
        addPublicMember(to: router)
        addTemplates(to: router)
        addMessages(to: router)
        addSuppressions(to: router)
        addCampaigns(to: router)
        if catchesAll {
            router.get("/**") { request, context in
                try await open(request, context) { $0.notFound() }
            }
        }
    }

    private func addRooms<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/") { request, context in
            try await read(request, context, needs: []) { try await home($0) }
        }
        router.get("/customers") { request, context in
            try await read(request, context, needs: Room.customers.permissions) {
                try await customers($0)
            }
        }
        router.get("/customers.csv") { request, context in
            try await read(request, context, needs: [.exportCustomers]) { exportCustomers($0) }
        }
        router.get("/insights") { request, context in
            try await read(request, context, needs: Room.retention.permissions) {
                $0.redirect(Room.retention.path)
            }
        }
        router.get("/insights/retention") { request, context in
            try await read(request, context, needs: Room.retention.permissions) {
                try await retention($0)
            }
        }
        router.get("/insights/models") { request, context in
            try await read(request, context, needs: Room.models.permissions) {
                try await models($0)
            }
        }
        router.get("/insights/models/recommendations") { request, context in
            try await read(request, context, needs: Room.models.permissions) {
                try await offerCard($0)
            }
        }
        router.get("/settings") { request, context in
            try await read(request, context, needs: Room.settings.permissions) {
                try await settings($0)
            }
        }
        router.get("/definitions") { request, context in
            try await read(request, context, needs: []) { definitions($0) }
        }
        router.get("/find") { request, context in
            try await read(request, context, needs: []) { try await find($0) }
        }
    }

    private func addCustomer<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/customers/:customer") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let id = context.parameters.get("customer").flatMap({ ID<Customer>($0) })
                else { return visit.notFound() }
                return try await customer(visit, id)
            }
        }
        router.get("/customers/:customer/timeline") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let id = context.parameters.get("customer").flatMap({ ID<Customer>($0) })
                else { return visit.notFound() }
                return try await timeline(visit, id)
            }
        }
        router.get("/customers/:customer/offers") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let id = context.parameters.get("customer").flatMap({ ID<Customer>($0) })
                else { return visit.notFound() }
                return try await offers(visit, id)
            }
        }
        router.get("/customers/:customer/merges/:merge/undo") { request, context in
            try await read(request, context, needs: [.changeCustomers]) { visit in
                guard let id = context.parameters.get("merge").flatMap({ ID<Merge>($0) })
                else { return visit.notFound() }
                return try await askUndo(visit, id)
            }
        }
        router.post("/customers/:customer/merges/:merge/undo") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, _ in
                guard let id = context.parameters.get("merge").flatMap({ ID<Merge>($0) })
                else { return visit.notFound() }
                return try await undo(visit, id)
            }
        }
    }

    private static func address<Context: RequestContext>(_ context: Context) -> String? {
        (context as? any RemoteAddressRequestContext)?.remoteAddress?.ipAddress
    }
}
