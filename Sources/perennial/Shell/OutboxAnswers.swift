import API
import Kernel
import Records
import Runtime

/// What the API's routes about tasks, receivers and the outbox answer with.
enum OutboxAnswers {
    /// - Parameter allowsPrivate: Whether every receiver may be at an address that isn't public.
    static func answers(of workspace: Workspace, allowsPrivate: Bool) -> OutboxRoutes.Answers {
        OutboxRoutes.Answers(
            tasks: { filter, customer in
                try await Blocking.run {
                    var filter = filter
                    filter.customers = try workspace.members(named: customer)
                    let tasks = try workspace.records.tasks(filter)
                    return OutboxReport.json(tasks, limit: filter.limit)
                }
            },
            addTask: { asked in
                try await Blocking.run {
                    let now = workspace.clock.now
                    let task: NewTask
                    do throws(NewTask.Problem) {
                        task = try NewTask(
                            title: asked.title, owner: asked.owner, due: asked.due, now: now,
                            zone: workspace.zone)
                    } catch {
                        throw APIError.invalid(
                            path: error.path, code: "invalid_member", reason: error.description)
                    }
                    guard let customer = try workspace.customerID(named: asked.customer) else {
                        throw APIError.unknownCustomer
                    }
                    let found = try workspace.records.addTask(
                        task, for: customer, key: asked.key, at: now)
                    return (OutboxReport.json(found.task), found.isNew)
                }
            },
            finishTask: { task, member, note in
                guard let id = ID<WorkTask>(task) else { return nil }
                return try await Blocking.run {
                    try workspace.records.finishTask(
                        id, by: member, note: note, at: workspace.clock.now
                    ).map { OutboxReport.json($0) }
                }
            },
            outbox: { filter, customer in
                try await Blocking.run {
                    var filter = filter
                    filter.customers = try workspace.members(named: customer)
                    let items = try workspace.records.outbox(filter)
                    return OutboxReport.json(items, limit: filter.limit)
                }
            },
            receivers: {
                try await Blocking.run { OutboxReport.json(try workspace.records.receivers()) }
            },
            addReceiver: { name, url, secret in
                do {
                    return try await Blocking.run {
                        let receiver = try WebhookReceivers.add(
                            name, url: url, secret: secret, allowsPrivate: false, to: workspace,
                            allowsPrivateAnyway: allowsPrivate)
                        return OutboxReport.json(receiver, withSecret: true)
                    }
                } catch let failure as WebhookReceivers.Failure {
                    throw apiError(failure)
                }
            },
            removeReceiver: { name in
                try await Blocking.run { try workspace.records.removeReceiver(named: name) }
            })
    }

    private static func apiError(_ failure: WebhookReceivers.Failure) -> APIError {
        let path: String
        switch failure {
        case .badName: path = "name"
        case .badAddress: path = "url"
        case .badSecret: path = "secret"
        case .exists: return .receiverExists
        case .unknown: return .unknownReceiver
        }
        return .invalid(path: path, code: "invalid_member", reason: failure.description)
    }
}

extension Workspace {
    /// What counts for a customer by id or identifier; nil where none is named.
    ///
    /// - Throws: `APIError.unknownCustomer` where nobody is known by the name.
    func members(named name: String?) throws -> [Int64]? {
        guard let name else { return nil }
        guard let customer = try customerID(named: name) else { throw APIError.unknownCustomer }
        return try records.members(of: customer)
    }
}
