import Access
import Documents
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    private static let domainBytesMax = 255

    func addMessages<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/messages") { request, context in
            try await read(request, context, needs: Room.messages.permissions) {
                try await messages($0)
            }
        }
        router.post("/messages/lane") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, form in
                guard let member = visit.session?.member, let state = form["state"],
                    state == "paused" || state == "on"
                else { return visit.notFound() }
                _ = try await desk.data.mail.setPaused(state == "paused", member)
                return visit.redirect("/messages")
            }
        }
        router.get("/messages/:message") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let data = try await message(context) else { return visit.notFound() }
                return messagePage(visit, data)
            }
        }
        router.get("/messages/:message/rendered") { request, context in
            try await read(request, context, needs: [.readCustomers]) { visit in
                guard let data = try await message(context) else { return visit.notFound() }
                return visit.mailDocument(data.html)
            }
        }
        router.get("/messages/:message/again") { request, context in
            try await read(request, context, needs: [.changeJourneys]) { visit in
                guard visit.may(.readCustomers) else { return visit.notAllowed() }
                guard let data = try await message(context), data.row.maySendAgain else {
                    return visit.notFound()
                }
                return askAgain(visit, data.row)
            }
        }
        router.post("/messages/:message/again") { request, context in
            try await submit(request, context, by: .allowed(.changeJourneys)) { visit, _ in
                try await sendAgain(visit, context.parameters.get("message"))
            }
        }
    }

    private func message<Context: RequestContext>(
        _ context: Context
    ) async throws -> MessagePageData? {
        guard let message = context.parameters.get("message") else { return nil }
        return try await desk.data.mail.message(message)
    }

    private func messages(_ visit: Visit) async throws -> Response {
        let mail = desk.data.mail
        let query = MessageQuery(
            state: visit.query["state"].flatMap(MessageRow.State.init),
            domain: visit.query["domain"].flatMap {
                !$0.isEmpty && $0.utf8.count <= Self.domainBytesMax ? $0 : nil
            }, template: visit.query["template"].flatMap { DefinitionName.isValid($0) ? $0 : nil },
            origin: visit.query["origin"].flatMap { DefinitionName.isValid($0) ? $0 : nil },
            after: visit.cursor("after"), limit: Self.rowsPerPage)
        let seesPeople = visit.may(.readCustomers)
        let page = seesPeople ? try await mail.messages(query) : MessagePage()
        // Those in doubt wait for a person: they stand on top of the first page of all.
        let isFirst = query == MessageQuery(limit: Self.rowsPerPage)
        let doubtful =
            seesPeople && isFirst
            ? try await mail.messages(MessageQuery(state: .inDoubt, limit: Self.rowsPerPage))
                .messages : []
        let view = MessagesView(
            page, query, doubtful: doubtful,
            domains: visit.may(.readFigures) ? try await mail.domains() : [],
            standing: try await mail.standing(), seesPeople: seesPeople, formats: visit.formats)
        return visit.page("messages", title: visit.words("room.messages"), room: .messages, view)
    }

    private func messagePage(
        _ visit: Visit, _ data: MessagePageData, problem: String? = nil,
        status: HTTPResponse.Status = .ok
    ) -> Response {
        let view = MessagePageView(
            data, look: PreviewLook(visit.query), problem: problem, formats: visit.formats)
        let title = data.row.subject.isEmpty ? visit.words("message.untitled") : data.row.subject
        return visit.framing(
            visit.page("message", title: title, room: .messages, view, status: status))
    }

    private func askAgain(_ visit: Visit, _ row: MessageRow) -> Response {
        let words = visit.words
        let view = QuestionView(
            title: words("again.title"), subjects: [row.address, row.subject],
            note: words(row.state == .inDoubt ? "again.inDoubt" : "again.given"),
            path: "/messages/\(FormFields.encode(row.message))/again",
            backPath: "/messages/\(FormFields.encode(row.message))", button: words("again.button"))
        return visit.page("question", title: view.title, room: .messages, view)
    }

    private func sendAgain(_ visit: Visit, _ message: String?) async throws -> Response {
        guard let message, let member = visit.session?.member else { return visit.notFound() }
        switch try await desk.data.mail.sendAgain(message, member) {
        case .done, .already: return visit.redirect("/messages/\(FormFields.encode(message))")
        case .unknown: return visit.notFound()
        case .refused(let reason):
            guard visit.may(.readCustomers), let data = try await desk.data.mail.message(message)
            else { return visit.notFound() }
            return messagePage(visit, data, problem: reason, status: .unprocessableContent)
        }
    }
}

/// A question before something is done that can't be taken back.
struct QuestionView {
    let title: String
    /// What it is about.
    let subjects: [String]
    let note: String
    let path: String
    let backPath: String
    let button: String
    var fields: [Field] = []

    /// What the form says beside its token.
    struct Field {
        let name: String
        let value: String
    }
}
