import Insights

/// A lifecycle state's name and how it is marked; the mark differs in shape as well as in colour.
struct StateView {
    let name: String
    /// The class that gives colour and shape: `state-at-risk`.
    let mark: String
    let meaning: String

    init(_ state: LifecycleState, _ words: Words) {
        name = words("state.\(state.rawValue)")
        mark = "state-\(state.rawValue)"
        meaning = words("state.\(state.rawValue).meaning")
    }
}

/// Customers in one state, for the bars on the home page.
struct StateBarView {
    let state: StateView
    let count: String
    let share: String
    let spend: String
    let path: String
    /// Of 1000, how far the bar reaches.
    let width: Int
}
