import Console
import JSONParsing
import Journeys
import Kernel
import Records
import Runtime

extension ConsoleAutomation {
    private static let ownersMax = 50

    func fillOutbox(_ data: inout AutomationData) {
        data.tasks = { query in try await Blocking.run { try tasks(query) } }
        data.completeTask = { task, member in try await finish(task, by: member) }
        data.addTask = { form, _ in try await Blocking.run { try add(form) } }
        data.outbox = { query in try await Blocking.run { try outbox(query) } }
        data.replay = { letter, _ in
            guard let id = ID<OutboxItem>(letter) else { return .unknown }
            return try await Blocking.run {
                if try records.replayOutbox(id, now: now) { return .done }
                return try records.outboxItem(id) == nil ? .unknown : .already
            }
        }
        data.replayAll = { receiver, _ in
            try await Blocking.run { try records.replayOutbox(receiver: receiver, now: now) }
        }
    }

    // MARK: Tasks

    private func tasks(_ query: TaskQuery) throws -> TaskPage {
        var filter = TaskFilter(limit: query.limit)
        filter.isDone = !query.isOpen
        filter.owner = query.owner
        filter.after = query.after.flatMap { TaskFilter.Place($0) }
        let found = try records.tasks(filter)
        let last = found.count < query.limit ? nil : found.last
        return TaskPage(
            tasks: try rows(found),
            total: try records.taskCount(isDone: !query.isOpen, owner: query.owner),
            owners: try records.taskOwners(limit: Self.ownersMax),
            next: last.map { TaskFilter.Place(dueAt: $0.dueAt, id: $0.id).text })
    }

    private func add(_ form: TaskForm) throws -> TaskOutcome {
        guard let customer = try workspace.customerID(named: form.customer) else {
            return .unknownCustomer
        }
        let task: NewTask
        do throws(NewTask.Problem) {
            task = try NewTask(
                title: form.title, owner: form.owner, due: form.due, now: now,
                zone: workspace.zone)
        } catch {
            return .refused(field: error.path, reason: error.description)
        }
        _ = try records.addTask(task, for: customer, key: nil, at: now)
        return .made
    }

    func rows(_ tasks: [TaskRecord]) throws -> [TaskRow] {
        let titles = try titles()
        let names = names()
        return try tasks.map { task in
            TaskRow(
                task: task.id.description, title: task.title, owner: task.owner,
                customer: task.customer, customerLabel: try names.label(task.customer.rawValue),
                journey: task.origin.journey, journeyTitle: titles[task.origin.journey] ?? "",
                reason: task.note, dueAt: task.dueAt,
                isOverdue: task.doneAt == nil && task.dueAt < now, doneAt: task.doneAt,
                doneBy: task.doneBy)
        }
    }

    /// The journeys' titles by name.
    private func titles() throws -> [String: String] {
        Dictionary(
            try workspace.definitions().journeys.map { ($0.row.name, $0.definition.title) },
            uniquingKeysWith: { first, _ in first })
    }

    private func finish(_ task: String, by member: ID<Member>) async throws -> ChangeOutcome {
        guard let id = ID<WorkTask>(task) else { return .unknown }
        let actor = try await actor(member)
        return try await Blocking.run {
            guard let before = try records.task(id) else { return .unknown }
            if before.doneAt != nil { return .already }
            _ = try records.finishTask(id, by: actor, note: "", at: now)
            return .done
        }
    }

    // MARK: The outbox

    private func outbox(_ query: OutboxQuery) throws -> OutboxPage {
        var filter = OutboxFilter(limit: query.limit)
        filter.kind = query.kind.flatMap { OutboxKind(rawValue: $0.rawValue) }
        filter.state = query.state.map(Self.state)
        filter.journey = query.journey
        filter.before = query.after.flatMap { ID($0) }
        let found = try records.outbox(filter)
        let titles = try titles()
        let names = names()
        let counts = try records.outboxCounts()
        var shown: [LetterRow.State: Int] = [:]
        for (state, kinds) in counts {
            shown[Self.state(state, hasFailed: false)] = kinds.values.reduce(0, +)
        }
        let waiting = try records.openOutbox()
        return OutboxPage(
            letters: try found.compactMap { try letter($0, titles: titles, names) },
            counts: shown,
            receivers: try records.receivers().map { receiver in
                let open = waiting[receiver.name]
                return ReceiverRow(
                    name: receiver.name, url: receiver.url, isDisabled: !receiver.isEnabled,
                    waiting: open?.waiting ?? 0, dead: open?.dead ?? 0,
                    lastDeliveredAt: receiver.deliveredAt,
                    lastError: receiver.isEnabled ? receiver.lastError : receiver.disabledReason)
            }, next: found.count < query.limit ? nil : found.last?.id.description)
    }

    private func letter(
        _ item: OutboxRecord, titles: [String: String], _ names: PeopleNames
    ) throws -> LetterRow? {
        // Kinds that no journey decides aren't shown.
        guard let kind = LetterRow.Kind(rawValue: item.kind.rawValue) else { return nil }
        let state = Self.state(item.state, hasFailed: !item.lastError.isEmpty)
        return LetterRow(
            letter: item.id.description, kind: kind, state: state, customer: item.customer,
            customerLabel: try names.label(item.customer.rawValue), journey: item.origin.journey,
            journeyTitle: titles[item.origin.journey] ?? "", step: item.origin.step,
            words: Self.words(item), payload: String(decoding: item.payload, as: UTF8.self),
            receiver: item.receiver, createdAt: item.createdAt,
            dueAt: item.state == .pending || item.state == .sending ? item.dueAt : nil,
            doneAt: item.doneAt, attempts: item.attempts, lastError: item.lastError)
    }

    private static func state(_ state: OutboxState, hasFailed: Bool) -> LetterRow.State {
        switch state {
        case .pending: hasFailed ? .failed : .pending
        case .sending: .sending
        case .done: .done
        case .kept: .kept
        case .withheld: .withheld
        case .dead: .dead
        }
    }

    private static func state(_ state: LetterRow.State) -> OutboxState {
        switch state {
        case .pending, .failed: .pending
        case .sending: .sending
        case .done: .done
        case .kept: .kept
        case .withheld: .withheld
        case .dead: .dead
        }
    }

    /// What it is, in plain words: `E-mail win-back-1`.
    static func words(_ item: OutboxRecord) -> String {
        func text(_ name: String) -> String {
            // Perennial's own JSON; a member that isn't there says nothing.
            let slice = try? JSONLookup.member(named: name, in: item.payload.span)
            return slice.map { $0.text(in: item.payload.span) } ?? ""
        }
        switch item.kind {
        case .send: return "\(SendTerms.channelName(text("channel"))) \(text("template"))"
        case .webhook: return "Webhook to \(item.receiver)"
        case .coupon: return "Code \(text("code"))"
        case .task: return text("title")
        case .award: return "\(text("points")) points"
        case .attribute: return "Attributes set"
        default: return item.kind.rawValue
        }
    }
}
