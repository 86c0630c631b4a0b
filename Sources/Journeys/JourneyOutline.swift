import Segments

/// A step with the ways on from it, as a journey was written: the compiled steps are flat.
package struct StepOutline: Hashable, Sendable {
    /// A way on from a branch, a split or a wait for something.
    package struct Lane: Hashable, Sendable {
        /// In plain words.
        package let label: String
        /// What is counted where somebody takes it, as in `Decision.tally`.
        package let tally: String
        package let steps: [StepOutline]
    }

    package let step: JourneyStep
    package let lanes: [Lane]
}

extension Journey {
    /// The steps as a tree, in their order.
    package var outline: [StepOutline] {
        outline(of: steps.indices.filter { steps[$0].parent == nil })
    }

    private func outline(of numbers: [Int]) -> [StepOutline] {
        numbers.map { StepOutline(step: steps[$0], lanes: lanes(of: $0)) }
    }

    private func lanes(of number: Int) -> [StepOutline.Lane] {
        let step = steps[number]
        let ways: [(label: String, tally: String, first: Int)]
        switch step.action {
        case .waitFor(let match, let atMost, let happened, let timedOut):
            if happened == step.next, timedOut == step.next { return [] }
            ways = [
                ("\(match.name) came", Decision.happened, happened),
                ("Not within \(atMost)", Decision.timedOut, timedOut),
            ]
        case .branch(let arms, let otherwise):
            ways =
                arms.enumerated().map { index, arm in
                    let words = arm.condition.words
                    return (
                        words.prefix(1).uppercased() + words.dropFirst(),
                        Decision.arm(index + 1), arm.first
                    )
                } + [("All others", Decision.otherwise, otherwise)]
        case .split(let shares):
            let whole = shares.reduce(0) { $0 + $1.share }
            ways = shares.map {
                ("\($0.name), \($0.share) of \(whole)", Decision.part($0.name), $0.first)
            }
        default: return []
        }
        let inner = steps.indices.filter { steps[$0].parent == number }
        let firsts = Set(ways.map(\.first))
        return ways.map { way in
            var own: [Int] = []
            for index in inner where index >= way.first && way.first != step.next {
                if index != way.first, firsts.contains(index) { break }
                own.append(index)
            }
            return StepOutline.Lane(label: way.label, tally: way.tally, steps: outline(of: own))
        }
    }
}

extension Decision {
    static let happened = "waited:happened"
    static let timedOut = "waited:timedOut"
    static let otherwise = "branched:else"
    static func arm(_ number: Int) -> String { "branched:arm \(number)" }
    static func part(_ name: String) -> String { "branched:\(name)" }

    /// What is counted beside its kind: which way on was taken; nil where there was no choice.
    package var tally: String? {
        switch kind {
        case .branched: "branched:" + reason.prefix { $0 != ":" }
        case .waited where until != nil: nil
        case .waited where reason.hasSuffix(" happened in time"): Self.happened
        case .waited where reason.hasPrefix("no ") && reason.contains(" within "): Self.timedOut
        default: nil
        }
    }
}
