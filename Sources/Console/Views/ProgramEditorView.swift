/// What a program that is being written would do.
struct ProgramPreviewView {
    struct Basket {
        let amount: String
        let lines: [Line]
    }

    struct Line {
        let tier: String
        let points: String
    }

    let problem: String?
    let baskets: [Basket]
    let rules: [String]
    let tiers: [String]
    let hasTiers: Bool
    let isAmountWrong: Bool

    init(_ preview: ProgramPreview, formats: Formats) {
        problem = preview.problem
        rules = preview.rules
        tiers = preview.tiers
        hasTiers = !preview.tiers.isEmpty
        isAmountWrong = preview.isAmountWrong
        baskets = preview.baskets.map { basket in
            Basket(
                amount: basket.amount,
                lines: basket.lines.map { line in
                    Line(
                        tier: line.tier ?? formats.words("loyalty.basket.anybody"),
                        points: formats.points(line.points, preview.unit))
                })
        }
    }
}

/// As it is put into the page while somebody types.
struct ProgramPreviewPart {
    let preview: ProgramPreviewView
}

/// The page on which a program is written.
struct ProgramEditorView {
    let yaml: String
    let amount: String
    let category: String
    let isFirstOrder: Bool
    let edited: String?
    let backPath: String
    let preview: ProgramPreviewView
    let problem: String?

    init(_ draft: ProgramDraft, preview: ProgramPreview, problem: String?, formats: Formats) {
        yaml = draft.yaml
        amount = draft.amount
        category = draft.category
        isFirstOrder = draft.isFirstOrder
        edited = draft.edited
        backPath = draft.edited.map { "/loyalty/\(FormFields.encode($0))" } ?? "/loyalty"
        self.preview = ProgramPreviewView(preview, formats: formats)
        self.problem = problem
    }
}
