/// What items of the outbox that are over are counted by. They stay over, so that a count is kept instead of an
/// index that every item would be in.
struct OutboxCountKey: Hashable {
    var state: OutboxState
    var kind: OutboxKind

    static let adding = """
        INSERT INTO outbox_counts (state, kind, count) VALUES (?1, ?2, ?3)
        ON CONFLICT (state, kind) DO UPDATE SET count = count + excluded.count
        """
}

extension OutboxState {
    /// Whether an item stays in this state.
    var isFinal: Bool {
        switch self {
        case .done, .kept, .withheld: true
        case .pending, .sending, .dead: false
        }
    }
}

extension HotStatement {
    /// Runs `OutboxCountKey.adding`.
    func add(_ count: Int64, _ key: OutboxCountKey) throws {
        bind(1, text: key.state.rawValue)
        bind(2, text: key.kind.rawValue)
        bind(3, count)
        try run()
    }
}
