import Access
import HTTPTypes
import Hummingbird
import Insights
import Kernel

extension ConsoleRoutes {
    /// The figures, for those who may see them; for others the first room that is open to them.
    func home(_ visit: Visit) async throws -> Response {
        let rooms = Room.open(to: visit)
        guard rooms.contains(.home) else { return visit.redirect(rooms.first?.path ?? "/account") }
        let journeys = visit.may(.readFigures) ? try await desk.data.automation.journeys() : []
        let view = HomeView(
            try await desk.data.overview(), journeys: journeys, formats: visit.formats)
        return visit.page("home", title: visit.words("room.home"), room: .home, view)
    }

    func retention(_ visit: Visit) async throws -> Response {
        let view = RetentionView(
            try await desk.data.retention(), showsCounts: visit.query["show"] == "counts",
            formats: visit.formats)
        return visit.page("retention", title: visit.words("room.retention"), room: .retention, view)
    }

    func models(_ visit: Visit) async throws -> Response {
        let view = ModelsView(try await desk.data.models(), formats: visit.formats)
        return visit.page("models", title: visit.words("room.models"), room: .models, view)
    }

    /// The offers' model card: for htmx by itself, otherwise on the page of models.
    func offerCard(_ visit: Visit) async throws -> Response {
        let card = OfferCardView(try await desk.data.offerReport(), visit.formats)
        if visit.request.headers[.htmxRequest] == "true" {
            return visit.part("offer-card-part", OfferCardPart(offerCard: card))
        }
        let view = ModelsView(
            try await desk.data.models(), offerCard: card, formats: visit.formats)
        return visit.page("models", title: visit.words("room.models"), room: .models, view)
    }

    func settings(_ visit: Visit) async throws -> Response {
        var data = try await desk.data.settings()
        if !visit.may(.manageMembers) { data.members = [] }
        if !visit.may(.manageKeys) { data.keys = [] }
        let view = SettingsView(
            data, showsMembers: visit.may(.manageMembers), showsKeys: visit.may(.manageKeys),
            formats: visit.formats)
        return visit.page("settings", title: visit.words("room.settings"), room: .settings, view)
    }

    func definitions(_ visit: Visit) -> Response {
        visit.page(
            "definitions", title: visit.words("definitions.title"), room: nil,
            DefinitionsView(desk.definitions))
    }

    /// Pages and customers by name, for `Ctrl K`; also a page of its own where scripts don't run.
    func find(_ visit: Visit) async throws -> Response {
        var query = CustomerQuery()
        query.search = String(
            trimmed(visit.query["q"] ?? "").prefix(CustomerListState.searchCharactersMax))
        query.limit = 8
        let looks = !query.search.isEmpty && visit.may(.readCustomers)
        let rows = looks ? try await desk.data.customers(query).rows : []
        let definitions =
            query.search.isEmpty ? [] : try await desk.data.automation.definitions()
        let view = FindView(
            search: query.search, rooms: Room.open(to: visit), rows: rows,
            definitions: definitions, formats: visit.formats,
            icons: desk.assets.paths["icons.svg"] ?? "")
        return visit.asksForPart("found")
            ? visit.part("find-results", view)
            : visit.page("find", title: visit.words("find.title"), room: nil, view)
    }
}

/// What the card's template expects around it.
struct OfferCardPart {
    let offerCard: OfferCardView
}
