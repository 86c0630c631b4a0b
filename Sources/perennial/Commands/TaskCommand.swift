import ArgumentParser
import Kernel
import Records
import Runtime

/// `perennial task list|add|done`
struct TaskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task",
        abstract: "Lists what people are to do for customers, asks for more, and ticks it off.",
        subcommands: [TaskListCommand.self, TaskAddCommand.self, TaskDoneCommand.self])
}

struct TaskListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists open tasks, the first due first.")

    @Flag(help: "Those that are done, the newest first, instead.")
    var done = false

    @Option(help: "Only those of this owner.")
    var owner: String?

    @Option(help: "Only those for this customer: an id, user id, e-mail or phone number.")
    var customer: String?

    @Option(help: "table, json or csv.")
    var format = ReportFormat.table

    @Option(help: "How many at most.")
    var limit = 50

    @Option(help: "Go on after a page: what it ended with.")
    var after: String?

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        var filter = TaskFilter(limit: min(max(1, limit), 10_000))
        filter.isDone = done
        filter.owner = owner
        if let after {
            guard let place = TaskFilter.Place(after) else {
                throw ValidationFailure("--after takes what a page ended with")
            }
            filter.after = place
        }
        let (customer, chosen) = (customer, filter)
        let tasks = try await Blocking.run {
            var filter = chosen
            filter.customers = try workspace.members(named: customer)
            return try workspace.records.tasks(filter)
        }
        if format == .json {
            return try await output.line(
                String(decoding: OutboxReport.json(tasks, limit: filter.limit), as: UTF8.self))
        }
        var table = TextTable(headings: [
            "task", "due", "owner", "title", "customer", "journey", done ? "done" : "made",
        ])
        for task in tasks {
            table.rows.append([
                task.id.description, Figures.time(task.dueAt, workspace.zone), task.owner,
                task.title, task.customer.description, task.origin.journey,
                Figures.time(task.doneAt ?? task.createdAt, workspace.zone),
            ])
        }
        if format == .csv { return try await output.line(table.csv()) }
        try await output.line(
            tasks.isEmpty ? (done ? "no task is done yet" : "no task is open") : table.table())
        if let last = tasks.last, tasks.count == filter.limit {
            let place = TaskFilter.Place(dueAt: last.dueAt, id: last.id)
            try await output.line("go on with: --after '\(place.text)'")
        }
    }
}

struct TaskAddCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Asks for something to be done for a customer.")

    @Argument(help: "The customer: an id, user id, e-mail or phone number.")
    var customer: String

    @Argument(help: "What is to be done.")
    var title: String

    @Option(help: "Who is to do it; anybody otherwise.")
    var owner = ""

    @Option(
        help: ArgumentHelp(
            "Until when, to the end of that day; a week from now otherwise.",
            valueName: "yyyy-mm-dd"))
    var due = ""

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let now = workspace.clock.now
        let asked: NewTask
        do throws(NewTask.Problem) {
            asked = try NewTask(
                title: title, owner: owner, due: due, now: now, zone: workspace.zone)
        } catch {
            throw ValidationFailure("\(error.path) \(error)")
        }
        let customer = customer
        let task = try await Blocking.run {
            guard let id = try workspace.customerID(named: customer) else {
                throw ValidationFailure("nobody is known as \(customer)")
            }
            return try workspace.records.addTask(asked, for: id, key: nil, at: now).task
        }
        try await output.line(
            "\(task.id): \(task.title), due \(Figures.time(task.dueAt, workspace.zone))")
    }
}

struct TaskDoneCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "done", abstract: "Ticks a task off.")

    @Argument(help: "The task's id (tsk_…), as listed.")
    var task: String

    @Option(help: "Who did it.")
    var by = ""

    @Option(help: "What came of it.")
    var note = ""

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        guard let id = ID<WorkTask>(task) else {
            throw ValidationFailure("\(task) is not a task's id; they begin with tsk_")
        }
        let (member, note, now) = (by, note, workspace.clock.now)
        let found = try await Blocking.run {
            try workspace.records.finishTask(id, by: member, note: note, at: now)
        }
        guard let found else { throw ValidationFailure("there is no task \(task)") }
        let before = found.doneAt.map { $0 < now } ?? false
        let time = Figures.time(found.doneAt, workspace.zone)
        try await output.line(before ? "was done already, \(time)" : "done: \(found.title)")
    }
}
