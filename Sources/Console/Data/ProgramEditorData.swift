package import Kernel

/// A program as it is being written, and a basket to try it with.
package struct ProgramDraft: Sendable, Equatable {
    package var yaml: String
    /// As it is typed; empty for none.
    package var amount = ""
    package var category = ""
    package var isFirstOrder = false
    /// The name of the program that is being changed; nil of a new one.
    package var edited: String?

    package init(yaml: String) { self.yaml = yaml }
}

/// What a program that is being written would do.
package struct ProgramPreview: Sendable, Equatable {
    /// What baskets of one size would earn.
    package struct Basket: Sendable, Equatable {
        /// With the currency.
        package var amount: String
        /// By tier, the lowest first; the tier is nil where there are none.
        package var lines: [BasketAnswer.Line]

        package init(amount: String, lines: [BasketAnswer.Line]) {
            self.amount = amount
            self.lines = lines
        }
    }

    /// What is wrong with it, and where; nil where nothing is.
    package var problem: String?
    package var title = ""
    package var unit = ""
    /// The typed one first.
    package var baskets: [Basket] = []
    /// Whether the typed amount isn't one.
    package var isAmountWrong = false
    /// In plain words, one rule a line.
    package var rules: [String] = []
    package var tiers: [String] = []

    package init() {}
}

/// What the editor of programs reads and does.
package struct ProgramEditorData: Sendable {
    /// What a new program begins with.
    package var starter: @Sendable () async throws -> String = { "" }
    package var preview: @Sendable (ProgramDraft) async throws -> ProgramPreview = { _ in
        ProgramPreview()
    }
    package var save: @Sendable (_ yaml: String, ID<Member>) async throws -> DefinitionOutcome = {
        _, _ in .saved(name: "")
    }

    package init() {}
}
