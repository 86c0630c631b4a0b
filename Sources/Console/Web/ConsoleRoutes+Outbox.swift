import Access
import Documents
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    func addOutbox<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/outbox") { request, context in
            try await read(request, context, needs: Room.outbox.permissions) {
                try await outbox($0)
            }
        }
        router.post("/outbox/:letter/replay") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, _ in
                guard let letter = context.parameters.get("letter"),
                    let member = visit.session?.member
                else { return visit.notFound() }
                switch try await desk.data.automation.replay(letter, member) {
                case .done, .already: return visit.redirect("/outbox?state=dead")
                case .unknown: return visit.notFound()
                }
            }
        }
        router.post("/outbox/receivers/:receiver/replay") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, _ in
                guard let receiver = context.parameters.get("receiver"),
                    let member = visit.session?.member
                else { return visit.notFound() }
                _ = try await desk.data.automation.replayAll(receiver, member)
                return visit.redirect("/outbox?kind=webhook")
            }
        }
    }

    private func outbox(_ visit: Visit) async throws -> Response {
        let query = OutboxQuery(
            kind: visit.query["kind"].flatMap(LetterRow.Kind.init),
            state: visit.query["state"].flatMap(LetterRow.State.init),
            journey: visit.query["journey"].flatMap { DefinitionName.isValid($0) ? $0 : nil },
            after: visit.cursor("after"), limit: Self.rowsPerPage)
        let view = OutboxView(
            try await desk.data.automation.outbox(query), query, formats: visit.formats)
        return visit.page("outbox", title: visit.words("room.outbox"), room: .outbox, view)
    }
}
