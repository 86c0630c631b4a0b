import Access
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    /// So many decisions are shown on a page.
    static let decisionsPerPage = 50

    func addJourneys<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/journeys") { request, context in
            try await read(request, context, needs: Room.journeys.permissions) {
                try await journeys($0)
            }
        }
        router.get("/journeys/:name") { request, context in
            try await read(request, context, needs: Room.journeys.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await journey(visit, name)
            }
        }
        router.get("/journeys/:name/live") { request, context in
            try await read(request, context, needs: Room.journeys.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await liveJourney(visit, name)
            }
        }
        router.get("/journeys/:name/steps/:step") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let name = Self.name(context), let step = context.parameters.get("step")
                else { return visit.notFound() }
                return try await journeyStep(visit, name, step)
            }
        }
        router.get("/journeys/:name/decisions") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await decisions(visit, name)
            }
        }
        router.get("/journeys/:name/past") { request, context in
            try await read(request, context, needs: Room.journeys.permissions) { visit in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await past(visit, name)
            }
        }
        router.post("/journeys/:name/state") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                guard let name = Self.name(context) else { return visit.notFound() }
                return try await turnJourney(visit, name, form)
            }
        }
    }

    private func journeys(_ visit: Visit) async throws -> Response {
        let view = JourneysView(try await desk.data.automation.journeys(), formats: visit.formats)
        return visit.page("journeys", title: visit.words("room.journeys"), room: .journeys, view)
    }

    private func journey(_ visit: Visit, _ name: String) async throws -> Response {
        guard let view = try await journeyView(visit, name) else { return visit.notFound() }
        return visit.page("journey", title: view.row.title, room: .journeys, view)
    }

    /// The part of a journey's page that moves: nothing where the page shows it as it is.
    private func liveJourney(_ visit: Visit, _ name: String) async throws -> Response {
        guard visit.isPart else { return visit.redirect("/journeys/\(name)") }
        guard let revision = try await desk.data.automation.journeyRevision(name) else {
            return visit.notFound()
        }
        if revision == visit.query["seen"] { return visit.unchanged() }
        guard let view = try await journeyView(visit, name) else { return visit.notFound() }
        return visit.part("journey-live-part", view)
    }

    private func journeyView(_ visit: Visit, _ name: String) async throws -> JourneyView? {
        guard let data = try await desk.data.automation.journey(name) else { return nil }
        return JourneyView(data, seesPeople: visit.may(.readCustomers), formats: visit.formats)
    }

    private func journeyStep(
        _ visit: Visit, _ name: String, _ id: String
    ) async throws -> Response {
        let automation = desk.data.automation
        guard let data = try await automation.journey(name), let step = data.step(id) else {
            return visit.notFound()
        }
        let after = visit.cursor("after")
        let people = try await automation.peopleAt(name, id, after, Self.peoplePerPage)
        let decisions = try await automation.decisions(
            DecisionQuery(journey: name, step: id, limit: Self.timelineEntries))
        let view = StepPageView(
            step, of: data.row, people: people, decisions: decisions, isFirstPage: after == nil,
            formats: visit.formats)
        return visit.page("step", title: step.words, room: .journeys, view)
    }

    private func decisions(_ visit: Visit, _ name: String) async throws -> Response {
        let automation = desk.data.automation
        guard let data = try await automation.journey(name) else { return visit.notFound() }
        let query = DecisionQuery(
            journey: name, step: visit.query["step"].flatMap { data.step($0)?.id },
            kinds: Set(visit.query.all("kind").compactMap(DecisionRow.Kind.init)),
            before: visit.cursor("before"), limit: Self.decisionsPerPage)
        let view = DecisionsPageView(
            try await automation.decisions(query), query, of: data.row, formats: visit.formats)
        return visit.page(
            "decisions", title: visit.words("decisions.title"), room: .journeys, view)
    }

    /// What a journey would have done; days that can't be read are those that it offers.
    private func past(_ visit: Visit, _ name: String) async throws -> Response {
        let query = PastQuery(
            journey: name, from: visit.query["from"].flatMap { CalendarDay($0) },
            to: visit.query["to"].flatMap { CalendarDay($0) })
        guard let past = try await desk.data.automation.past(query) else {
            return visit.notFound()
        }
        let view = PastView(past, seesPeople: visit.may(.readCustomers), formats: visit.formats)
        return visit.page("past", title: visit.words("past.title"), room: .journeys, view)
    }

    private func turnJourney(
        _ visit: Visit, _ name: String, _ form: FormFields
    ) async throws -> Response {
        guard let member = visit.session?.member,
            let state = form["state"].flatMap(JourneyRow.State.init), state != .draft
        else { return visit.notFound() }
        switch try await desk.data.automation.setJourneyState(name, state, member) {
        case .done, .already: return visit.redirect("/journeys/\(name)")
        case .unknown: return visit.notFound()
        }
    }
}
