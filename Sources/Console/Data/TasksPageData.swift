package import Kernel

/// Something that a person is to do for a customer.
package struct TaskRow: Sendable, Equatable {
    /// What its address says; letters, digits, `-`, `_` and `.`.
    package var task: String
    package var title: String
    /// Empty where nobody is named.
    package var owner: String
    package var customer: ID<Customer>?
    package var customerLabel: String
    /// The journey that asks for it; empty where a person did.
    package var journey: String
    package var journeyTitle: String
    /// Why.
    package var reason: String
    package var dueAt: Timestamp?
    package var isOverdue: Bool
    package var doneAt: Timestamp?
    /// Who did it; empty while it is open.
    package var doneBy: String

    package init(
        task: String, title: String, owner: String = "", customer: ID<Customer>?,
        customerLabel: String, journey: String = "", journeyTitle: String = "",
        reason: String = "", dueAt: Timestamp?, isOverdue: Bool = false,
        doneAt: Timestamp? = nil, doneBy: String = ""
    ) {
        self.task = task
        self.title = title
        self.owner = owner
        self.customer = customer
        self.customerLabel = customerLabel
        self.journey = journey
        self.journeyTitle = journeyTitle
        self.reason = reason
        self.dueAt = dueAt
        self.isOverdue = isOverdue
        self.doneAt = doneAt
        self.doneBy = doneBy
    }
}

/// A task as somebody typed it.
package struct TaskForm: Sendable, Equatable {
    /// An id, user id, e-mail address or phone number.
    package var customer: String
    package var title: String
    package var owner: String
    /// A day; empty for a week from now.
    package var due: String

    package init(customer: String = "", title: String = "", owner: String = "", due: String = "") {
        self.customer = customer
        self.title = title
        self.owner = owner
        self.due = due
    }
}

/// What came of asking for a task.
package enum TaskOutcome: Sendable, Equatable {
    case made
    case unknownCustomer
    /// What was typed into a field can't be taken.
    case refused(field: String, reason: String)
}

package struct TaskQuery: Sendable, Equatable {
    /// The open ones, what is due first first; otherwise those that are done, newest first.
    package var isOpen: Bool
    /// Nil for everybody's.
    package var owner: String?
    package var after: String?
    package var limit: Int

    package init(isOpen: Bool = true, owner: String? = nil, after: String? = nil, limit: Int) {
        self.isOpen = isOpen
        self.owner = owner
        self.after = after
        self.limit = limit
    }
}

package struct TaskPage: Sendable, Equatable {
    package var tasks: [TaskRow]
    /// How many there are on all pages.
    package var total: Int
    /// Owners who have open tasks.
    package var owners: [String]
    package var next: String?

    package init(
        tasks: [TaskRow] = [], total: Int = 0, owners: [String] = [], next: String? = nil
    ) {
        self.tasks = tasks
        self.total = total
        self.owners = owners
        self.next = next
    }
}
