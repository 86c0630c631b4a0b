import Access
import HTTPTypes
import Hummingbird
import Kernel

extension ConsoleRoutes {
    /// So many rows are shown on a page of tasks and of the outbox.
    static let rowsPerPage = 50
    private static let ownerBytesMax = 200

    func addTasks<Context: RequestContext>(to router: some RouterMethods<Context>) {
        router.get("/tasks") { request, context in
            try await read(request, context, needs: Room.tasks.permissions) {
                try await tasks($0)
            }
        }
        router.get("/tasks/new") { request, context in
            try await read(request, context, needs: [.changeCustomers]) { visit in
                let form = TaskForm(customer: visit.query["customer"] ?? "")
                return taskForm(visit, form, next: visit.query["next"])
            }
        }
        router.post("/tasks/new") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, fields in
                try await addTask(visit, fields)
            }
        }
        router.post("/tasks/:task/done") { request, context in
            try await submit(request, context, by: .allowed(.changeCustomers)) { visit, form in
                guard let task = context.parameters.get("task"), let member = visit.session?.member
                else { return visit.notFound() }
                switch try await desk.data.automation.completeTask(task, member) {
                case .done, .already: return visit.redirect(Self.localPath(form["next"]))
                case .unknown: return visit.notFound()
                }
            }
        }
    }

    private func taskForm(
        _ visit: Visit, _ form: TaskForm, next: String?,
        problem: (field: String, reason: String)? = nil
    ) -> Response {
        let view = TaskFormView(
            form, next: next.map { Self.localPath($0) } ?? "/tasks", problem: problem,
            formats: visit.formats)
        return visit.page("task-form", title: visit.words("task.new"), room: .tasks, view)
    }

    private func addTask(_ visit: Visit, _ fields: FormFields) async throws -> Response {
        guard let member = visit.session?.member else { return visit.notFound() }
        let form = TaskForm(
            customer: fields["customer"] ?? "", title: fields["title"] ?? "",
            owner: fields["owner"] ?? "", due: fields["due"] ?? "")
        switch try await desk.data.automation.addTask(form, member) {
        case .made: return visit.redirect(Self.localPath(fields["next"]))
        case .unknownCustomer:
            return taskForm(
                visit, form, next: fields["next"],
                problem: ("customer", visit.words("task.unknownCustomer")))
        case .refused(let field, let reason):
            return taskForm(visit, form, next: fields["next"], problem: (field, reason))
        }
    }

    private func tasks(_ visit: Visit) async throws -> Response {
        let query = TaskQuery(
            isOpen: visit.query["show"] != "done",
            owner: visit.query["owner"].flatMap {
                !$0.isEmpty && $0.utf8.count <= Self.ownerBytesMax ? $0 : nil
            }, after: visit.cursor("after"), limit: Self.rowsPerPage)
        let view = TasksView(
            try await desk.data.automation.tasks(query), query, formats: visit.formats)
        return visit.page("tasks", title: visit.words("room.tasks"), room: .tasks, view)
    }
}
