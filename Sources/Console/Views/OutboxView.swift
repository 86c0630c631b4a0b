import Kernel

/// What went out, what is on its way, and what couldn't be delivered.
struct OutboxView {
    struct Chip {
        let label: String
        let path: String
        let isOn: Bool
    }

    struct Letter {
        let words: String
        let kind: String
        let state: String
        let mark: String
        let customer: String
        let customerPath: String?
        let journey: String
        let journeyPath: String?
        let created: String
        let when: String
        let attempts: String?
        let error: String?
        let payload: String
        let hasPayload: Bool
        /// Nil where there is nothing to send again.
        let replayPath: String?
    }

    struct Receiver {
        let name: String
        let url: String
        let state: String
        let mark: String
        let waiting: String
        let dead: String
        let last: String
        let error: String?
        let replayPath: String?
    }

    let states: [Chip]
    let kinds: [Chip]
    let letters: [Letter]
    let hasLetters: Bool
    let receivers: [Receiver]
    let hasReceivers: Bool
    let isEmpty: Bool
    let nextPath: String?
    let firstPath: String?

    init(_ page: OutboxPage, _ query: OutboxQuery, formats: Formats) {
        let words = formats.words
        func path(_ change: (inout OutboxQuery) -> Void) -> String {
            var query = query
            query.after = nil
            change(&query)
            var fields = FormFields()
            if let kind = query.kind { fields.append("kind", kind.rawValue) }
            if let state = query.state { fields.append("state", state.rawValue) }
            if let journey = query.journey { fields.append("journey", journey) }
            if let after = query.after { fields.append("after", after) }
            return fields.encoded.isEmpty ? "/outbox" : "/outbox?\(fields.encoded)"
        }
        states = LetterRow.State.allCases.compactMap { state in
            let isOn = query.state == state
            let count = page.counts[state] ?? 0
            guard count > 0 || isOn else { return nil }
            return Chip(
                label: words(
                    "letter.state.count", words("letter.state.\(state.rawValue)"),
                    formats.integer(count)),
                path: path { $0.state = isOn ? nil : state }, isOn: isOn)
        }
        kinds = LetterRow.Kind.allCases.map { kind in
            let isOn = query.kind == kind
            return Chip(
                label: words("letter.kind.\(kind.rawValue)"),
                path: path { $0.kind = isOn ? nil : kind }, isOn: isOn)
        }
        letters = page.letters.map { Letter($0, formats) }
        hasLetters = !letters.isEmpty
        receivers = page.receivers.map { Receiver($0, formats) }
        hasReceivers = !receivers.isEmpty
        isEmpty =
            letters.isEmpty && receivers.isEmpty && query.kind == nil && query.state == nil
            && query.journey == nil && query.after == nil
        nextPath = page.next.map { next in path { $0.after = next } }
        firstPath = query.after == nil ? nil : path { _ in }
    }
}

extension OutboxView.Letter {
    init(_ letter: LetterRow, _ formats: Formats) {
        let words = formats.words
        self.words = letter.words
        kind = words("letter.kind.\(letter.kind.rawValue)")
        state = words("letter.state.\(letter.state.rawValue)")
        mark = "letter-\(letter.state.rawValue)"
        customer = letter.customerLabel
        customerPath = letter.customer.map { "/customers/\($0)" }
        journey = letter.journeyTitle.isEmpty ? letter.journey : letter.journeyTitle
        journeyPath =
            letter.journey.isEmpty ? nil : "/journeys/\(FormFields.encode(letter.journey))"
        created = formats.moment(letter.createdAt)
        if let done = letter.doneAt {
            when = words("letter.doneAt", formats.moment(done))
        } else if let due = letter.dueAt {
            when = words("letter.dueAt", formats.moment(due))
        } else {
            when = "–"
        }
        attempts =
            letter.attempts > 1
            ? words("letter.attempts", formats.integer(letter.attempts)) : nil
        error = letter.lastError.isEmpty ? nil : letter.lastError
        payload = letter.payload
        hasPayload = !letter.payload.isEmpty
        replayPath =
            letter.state == .dead ? "/outbox/\(FormFields.encode(letter.letter))/replay" : nil
    }
}

extension OutboxView.Receiver {
    init(_ receiver: ReceiverRow, _ formats: Formats) {
        let words = formats.words
        name = receiver.name
        url = receiver.url
        state = words(receiver.isDisabled ? "receiver.disabled" : "receiver.on")
        mark = receiver.isDisabled ? "state-prospect" : "state-active"
        waiting = formats.integer(receiver.waiting)
        dead = formats.integer(receiver.dead)
        last = receiver.lastDeliveredAt.map { formats.moment($0) } ?? words("receiver.never")
        error = receiver.lastError.isEmpty ? nil : receiver.lastError
        replayPath =
            receiver.dead > 0 ? "/outbox/receivers/\(FormFields.encode(receiver.name))/replay" : nil
    }
}
