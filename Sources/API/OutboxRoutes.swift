import Access
import HTTPTypes
package import Hummingbird
import Kernel
import Logging
package import Records

/// `/v1/tasks`, `/v1/receivers` and `/v1/outbox`: what is to be done for customers, and who is told.
///
/// Keys go in the header only: one in an address ends up in logs. Reading needs the scope read, noting a task as
/// done write, and receivers admin, for whoever adds one is sent customers' data.
package struct OutboxRoutes: Sendable {
    /// What the routes answer with: JSON, made by whoever has the workspace.
    package struct Answers: Sendable {
        package var tasks:
            @Sendable (_ filter: TaskFilter, _ customer: String?) async throws -> [UInt8]
        /// The task that was asked for, or the one with the same key, and whether it is new.
        package var addTask: @Sendable (AskedTask) async throws -> (task: [UInt8], isNew: Bool)
        /// The task as it is now; nil where there is none.
        package var finishTask:
            @Sendable (_ task: String, _ by: String, _ note: String) async throws -> [UInt8]?
        package var outbox:
            @Sendable (_ filter: OutboxFilter, _ customer: String?) async throws -> [UInt8]
        package var receivers: @Sendable () async throws -> [UInt8]
        /// The receiver with its secret, this once.
        package var addReceiver:
            @Sendable (_ name: String, _ url: String, _ secret: String?) async throws -> [UInt8]
        /// False where there is none.
        package var removeReceiver: @Sendable (_ name: String) async throws -> Bool

        package init(
            tasks:
                @escaping @Sendable (_ filter: TaskFilter, _ customer: String?) async throws
                -> [UInt8],
            addTask:
                @escaping @Sendable (AskedTask) async throws -> (task: [UInt8], isNew: Bool),
            finishTask:
                @escaping @Sendable (_ task: String, _ by: String, _ note: String) async throws
                -> [UInt8]?,
            outbox:
                @escaping @Sendable (_ filter: OutboxFilter, _ customer: String?) async throws
                -> [UInt8],
            receivers: @escaping @Sendable () async throws -> [UInt8],
            addReceiver:
                @escaping @Sendable (_ name: String, _ url: String, _ secret: String?) async throws
                -> [UInt8],
            removeReceiver: @escaping @Sendable (_ name: String) async throws -> Bool
        ) {
            self.tasks = tasks
            self.addTask = addTask
            self.finishTask = finishTask
            self.outbox = outbox
            self.receivers = receivers
            self.addReceiver = addReceiver
            self.removeReceiver = removeReceiver
        }
    }

    /// The paths with the methods that they take.
    static let paths: [(path: String, methods: [HTTPRequest.Method])] = [
        ("/v1/tasks", [.get, .post]), ("/v1/tasks/{task}/done", [.post]), ("/v1/outbox", [.get]),
        ("/v1/receivers", [.get, .post]), ("/v1/receivers/{receiver}", [.delete]),
    ]

    private let keys: KeyRing
    private let answers: Answers

    package init(keys: KeyRing, answers: Answers) {
        self.keys = keys
        self.answers = answers
    }

    package func add<Context: RequestContext>(to router: some RouterMethods<Context>) {
        add(.get, "/v1/tasks", .read, to: router) { request, _ in
            let query = try OutboxQueryText.tasks(request.uri.queryParameters)
            return APIAnswer.found(try await answers.tasks(query.filter, query.customer))
        }
        add(.post, "/v1/tasks", .write, to: router) { request, _ in
            let members = try await SmallBody.read(request, known: AskedTask.members)
            let found = try await answers.addTask(try AskedTask(members))
            return APIAnswer.found(found.task, status: found.isNew ? .created : .ok)
        }
        add(.post, "/v1/tasks/{task}/done", .write, to: router) { request, context in
            let members = try await SmallBody.read(request, known: ["by", "note"])
            let task = context.part("task")
            guard
                let found = try await answers.finishTask(
                    task, members["by"] ?? "", members["note"] ?? "")
            else { throw APIError.unknownTask }
            return APIAnswer.found(found)
        }
        add(.get, "/v1/outbox", .read, to: router) { request, _ in
            let query = try OutboxQueryText.outbox(request.uri.queryParameters)
            return APIAnswer.found(try await answers.outbox(query.filter, query.customer))
        }
        add(.get, "/v1/receivers", .admin, to: router) { _, _ in
            APIAnswer.found(try await answers.receivers())
        }
        add(.post, "/v1/receivers", .admin, to: router) { request, _ in
            let members = try await SmallBody.read(request, known: ["name", "url", "secret"])
            guard let name = members["name"] else { throw SmallBody.missing("name") }
            guard let url = members["url"] else { throw SmallBody.missing("url") }
            return APIAnswer.found(
                try await answers.addReceiver(name, url, members["secret"]), status: .created)
        }
        add(.delete, "/v1/receivers/{receiver}", .admin, to: router) { _, context in
            guard try await answers.removeReceiver(context.part("receiver")) else {
                throw APIError.unknownReceiver
            }
            return APIAnswer.found(Array(#"{"success":true}"#.utf8))
        }
    }

    private func add<Context: RequestContext>(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ scope: APIScopes,
        to router: some RouterMethods<Context>,
        _ answer: @escaping @Sendable (Request, Context) async throws -> Response
    ) {
        router.on(path, method: method) { request, context in
            await keys.answering(request, scope, context.logger) {
                try await answer(request, context)
            }
        }
    }
}
