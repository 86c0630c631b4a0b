import Kernel

/// The page on which a task is asked for by hand.
struct TaskFormView {
    let customer: String
    let title: String
    let owner: String
    let due: String
    /// Where whoever asks goes back to.
    let next: String
    /// What is wrong with what was typed; nil where nothing is.
    let problem: String?
    let isCustomerWrong: Bool
    let isTitleWrong: Bool
    let isOwnerWrong: Bool
    let isDueWrong: Bool

    init(
        _ form: TaskForm, next: String, problem: (field: String, reason: String)?, formats: Formats
    ) {
        customer = form.customer
        title = form.title
        owner = form.owner
        due = form.due
        self.next = next
        let words = formats.words
        isCustomerWrong = problem?.field == "customer"
        isTitleWrong = problem?.field == "title"
        isOwnerWrong = problem?.field == "owner"
        isDueWrong = problem?.field == "due"
        self.problem = problem.map { problem in
            switch problem.field {
            case "title": "\(words("task.title")) \(problem.reason)"
            case "owner": "\(words("task.owner")) \(problem.reason)"
            case "due": "\(words("task.until")) \(problem.reason)"
            default: problem.reason
            }
        }
    }
}
