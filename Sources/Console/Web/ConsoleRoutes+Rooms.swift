import HTTPTypes
import Hummingbird
import Insights
import Kernel

extension ConsoleRoutes {
    func home(_ visit: Visit) async throws -> Response {
        let view = HomeView(try await desk.data.overview(), formats: visit.formats)
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

    func settings(_ visit: Visit) async throws -> Response {
        let view = SettingsView(try await desk.data.settings(), formats: visit.formats)
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
        let rows = query.search.isEmpty ? [] : try await desk.data.customers(query).rows
        let view = FindView(
            search: query.search, rows: rows, formats: visit.formats,
            icons: desk.assets.paths["icons.svg"] ?? "")
        return visit.asksForPart("found")
            ? visit.part("find-results", view)
            : visit.page("find", title: visit.words("find.title"), room: nil, view)
    }
}
