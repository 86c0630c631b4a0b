import Kernel

/// The list of tasks.
struct TasksView {
    struct Chip {
        let label: String
        let path: String
        let isOn: Bool
    }

    let chips: [Chip]
    let tasks: [TaskView]
    let hasTasks: Bool
    let count: String
    /// Nobody ever asked for anything: the empty state says how tasks come about.
    let isEmpty: Bool
    let nothing: String
    let nextPath: String?
    let firstPath: String?

    init(_ page: TaskPage, _ query: TaskQuery, formats: Formats) {
        let words = formats.words
        func path(isOpen: Bool, owner: String?, after: String? = nil) -> String {
            var fields = FormFields()
            if !isOpen { fields.append("show", "done") }
            if let owner { fields.append("owner", owner) }
            if let after { fields.append("after", after) }
            return fields.encoded.isEmpty ? "/tasks" : "/tasks?\(fields.encoded)"
        }
        chips =
            [true, false].map { isOpen in
                Chip(
                    label: words(isOpen ? "tasks.open" : "tasks.done"),
                    path: path(isOpen: isOpen, owner: query.owner), isOn: isOpen == query.isOpen)
            }
            + page.owners.map { owner in
                let isOn = owner == query.owner
                return Chip(
                    label: owner, path: path(isOpen: query.isOpen, owner: isOn ? nil : owner),
                    isOn: isOn)
            }
        tasks = page.tasks.map { TaskView($0, formats) }
        hasTasks = !tasks.isEmpty
        count = words("tasks.count", count: page.total, formats.integer(page.total))
        isEmpty = page.total == 0 && query.isOpen && query.owner == nil && page.owners.isEmpty
        nothing = words(query.isOpen ? "tasks.noneOpen" : "tasks.noneDone")
        nextPath = page.next.map { path(isOpen: query.isOpen, owner: query.owner, after: $0) }
        firstPath = query.after == nil ? nil : path(isOpen: query.isOpen, owner: query.owner)
    }
}

/// One task.
struct TaskView {
    let title: String
    let customer: String
    let customerPath: String?
    let owner: String
    let due: String
    let isOverdue: Bool
    let reason: String?
    let journey: String
    let journeyPath: String?
    /// Nil where it is done.
    let donePath: String?
    let done: String

    init(_ task: TaskRow, _ formats: Formats) {
        let words = formats.words
        title = task.title
        customer = task.customerLabel
        customerPath = task.customer.map { "/customers/\($0)" }
        owner = task.owner.isEmpty ? words("task.anybody") : task.owner
        due = task.dueAt.map { formats.moment($0) } ?? "–"
        isOverdue = task.isOverdue && task.doneAt == nil
        reason = task.reason.isEmpty ? nil : task.reason
        journey = task.journeyTitle.isEmpty ? task.journey : task.journeyTitle
        journeyPath = task.journey.isEmpty ? nil : "/journeys/\(FormFields.encode(task.journey))"
        donePath = task.doneAt == nil ? "/tasks/\(FormFields.encode(task.task))/done" : nil
        done =
            task.doneAt.map { at in
                task.doneBy.isEmpty
                    ? formats.moment(at) : words("task.doneBy", formats.moment(at), task.doneBy)
            } ?? ""
    }
}
