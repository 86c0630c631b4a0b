import Documents
import Kernel
import Segments

/// Reads a tree of steps into a flat list, in which each goes on to a higher number.
struct StepCompiler {
    static let stepsMax = 200
    static let depthMax = 8
    static let armsMax = 20

    private let topic: String
    private let priority: Int
    /// Whether each step must have an id of its author's.
    private let needsIDs: Bool
    /// A step whose place is known and whose content is not yet is nil.
    private var steps: [JourneyStep?] = []
    private var ids: Set<String> = []

    init(topic: String, priority: Int, needsIDs: Bool) {
        self.topic = topic
        self.priority = priority
        self.needsIDs = needsIDs
    }

    /// The number that stands for the end until the number of steps is known.
    private static let end = Int.max

    mutating func compile(_ reader: DocumentReader) throws(DocumentProblem) -> [JourneyStep] {
        _ = try compile(list: reader, path: "", parent: nil, depth: 0, next: Self.end)
        let count = steps.count
        return steps.compactMap { $0?.ending(at: count) }
    }

    /// Compiles a list of steps, the last of which goes on to `next`.
    ///
    /// - Returns: The number of the first, `next` for an empty list.
    private mutating func compile(
        list reader: DocumentReader, path: String, parent: Int?, depth: Int, next: Int
    ) throws(DocumentProblem) -> Int {
        guard depth <= Self.depthMax else {
            throw reader.problem("must have at most \(Self.depthMax) levels of steps in steps")
        }
        let elements = try reader.elements()
        let numbers = steps.count
        guard !elements.isEmpty else { return next }
        for (index, element) in elements.enumerated() {
            let number = steps.count
            steps.append(nil)
            guard steps.count <= Self.stepsMax else {
                throw element.problem("must be at most \(Self.stepsMax) steps in all")
            }
            let draft = try draft(
                element, path: path + "\(index + 1)", number: number, depth: depth)
            // A step's arms come right behind it, so that the next of the list has the next number now.
            finish(
                number, draft, parent: parent,
                next: index + 1 < elements.count ? steps.count : next)
        }
        return numbers
    }

    /// A step before it is known what follows it.
    private struct Draft {
        var id: String
        var action: JourneyStep.Action
    }

    /// What stands for "the step after this one" until that is known.
    private static let following = -1

    private mutating func finish(_ number: Int, _ draft: Draft, parent: Int?, next: Int) {
        steps[number] = JourneyStep(
            id: draft.id, action: draft.action.resolving(Self.following, to: next), next: next,
            parent: parent)
        // Its arms go on to what follows it.
        for inner in number + 1..<steps.count {
            guard let step = steps[inner], step.next == Self.following || step.hasOpenEnd else {
                continue
            }
            steps[inner] = JourneyStep(
                id: step.id, action: step.action.resolving(Self.following, to: next),
                next: step.next == Self.following ? next : step.next, parent: step.parent)
        }
    }

    private mutating func draft(
        _ reader: DocumentReader, path: String, number: Int, depth: Int
    ) throws(DocumentProblem) -> Draft {
        var members = try reader.members()
        let id: String
        if let given = members.optional("id") {
            id = try given.definitionName()
            guard ids.insert(id).inserted else {
                throw given.problem("is the id of another step too")
            }
        } else if needsIDs {
            throw reader.problem("needs an id, since edits: move goes by the steps' ids")
        } else {
            id = path
        }
        let kinds = members.names.filter { StepKind(rawValue: $0) != nil }
        guard let name = kinds.first, let kind = StepKind(rawValue: name) else {
            let known = StepKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw reader.problem("is no step: needs one of \(known)")
        }
        guard kinds.count == 1 else {
            throw reader.problem("is several steps in one: \(kinds.joined(separator: ", "))")
        }
        let content = try members.required(name)
        let action = try action(
            kind, content, &members, place: Place(path: path, number: number, depth: depth))
        try members.end()
        return Draft(id: id, action: action)
    }

    private struct Place {
        var path: String
        var number: Int
        var depth: Int
    }

    private mutating func arm(
        _ reader: DocumentReader?, _ name: String, _ place: Place
    ) throws(DocumentProblem) -> Int {
        guard let reader else { return Self.following }
        return try compile(
            list: reader, path: "\(place.path).\(name).", parent: place.number,
            depth: place.depth + 1, next: Self.following)
    }

    private mutating func action(
        _ kind: StepKind, _ content: DocumentReader, _ members: inout MemberReader, place: Place
    ) throws(DocumentProblem) -> JourneyStep.Action {
        switch kind {
        case .wait: return .wait(try content.timeSpan())
        case .waitUntil: return try StepReading.waitUntil(content)
        case .waitFor:
            var terms = try content.members()
            let match = try EventMatch(taking: &terms, correlates: true)
            let atMost = try terms.required("atMost").timeSpan()
            try terms.end()
            let happened = try arm(members.optional("happened"), "happened", place)
            let timedOut = try arm(members.optional("timedOut"), "timedOut", place)
            return .waitFor(match, atMost: atMost, happened: happened, timedOut: timedOut)
        case .branch: return try branch(content, place)
        case .split: return try split(content, place)
        case .send:
            return .send(try StepReading.send(content, topic: topic, priority: priority))
        case .coupon: return .coupon(try StepReading.coupon(content))
        case .task: return .task(try StepReading.task(content))
        case .set: return .set(try StepReading.set(content))
        case .webhook: return try StepReading.webhook(content)
        case .award: return try StepReading.award(content)
        case .exit:
            guard try content.boolean() else { throw content.problem("must be true") }
            return .exit
        }
    }

    private mutating func branch(
        _ reader: DocumentReader, _ place: Place
    ) throws(DocumentProblem) -> JourneyStep.Action {
        let elements = try reader.elements()
        guard (1...Self.armsMax).contains(elements.count) else {
            throw reader.problem("must have 1 to \(Self.armsMax) arms")
        }
        var arms: [JourneyStep.Arm] = []
        var otherwise = Self.following
        for (index, element) in elements.enumerated() {
            var members = try element.members()
            if let rest = members.optional("else") {
                guard index == elements.count - 1 else {
                    throw rest.problem("must be the last arm: none after it could be taken")
                }
                otherwise = try arm(rest, "else", place)
            } else {
                let condition = try Condition(reading: try members.required("if"))
                let first = try arm(try members.required("steps"), "\(index + 1)", place)
                arms.append(JourneyStep.Arm(condition: condition, first: first))
            }
            try members.end()
        }
        return .branch(arms, otherwise: otherwise)
    }

    private mutating func split(
        _ reader: DocumentReader, _ place: Place
    ) throws(DocumentProblem) -> JourneyStep.Action {
        let elements = try reader.elements()
        guard (2...Self.armsMax).contains(elements.count) else {
            throw reader.problem("must have 2 to \(Self.armsMax) parts")
        }
        var shares: [JourneyStep.Share] = []
        for element in elements {
            var members = try element.members()
            let named = try members.required("name")
            let name = try named.definitionName()
            guard !shares.contains(where: { $0.name == name }) else {
                throw named.problem("is the name of another part too")
            }
            let share = try members.required("share").integer(0...10_000)
            let first = try arm(members.optional("steps"), name, place)
            try members.end()
            shares.append(JourneyStep.Share(name: name, share: share, first: first))
        }
        guard shares.contains(where: { $0.share > 0 }) else {
            throw reader.problem("must have a share above 0")
        }
        return .split(shares)
    }
}

/// The steps' names in files.
enum StepKind: String, CaseIterable {
    case wait, waitUntil, waitFor, branch, split, send, coupon, task, set, webhook, award, exit
}

extension JourneyStep {
    var hasOpenEnd: Bool { action.targets.contains(-1) }

    func ending(at count: Int) -> JourneyStep {
        JourneyStep(
            id: id, action: action.resolving(Int.max, to: count),
            next: next == Int.max ? count : next, parent: parent)
    }
}

extension JourneyStep.Action {
    var targets: [Int] {
        switch self {
        case .waitFor(_, _, let happened, let timedOut): [happened, timedOut]
        case .branch(let arms, let otherwise): arms.map(\.first) + [otherwise]
        case .split(let shares): shares.map(\.first)
        default: []
        }
    }

    /// The same with one number of a step replaced by another.
    func resolving(_ number: Int, to other: Int) -> Self {
        func resolved(_ target: Int) -> Int { target == number ? other : target }
        switch self {
        case .waitFor(let match, let atMost, let happened, let timedOut):
            return .waitFor(
                match, atMost: atMost, happened: resolved(happened), timedOut: resolved(timedOut))
        case .branch(let arms, let otherwise):
            return .branch(
                arms.map { JourneyStep.Arm(condition: $0.condition, first: resolved($0.first)) },
                otherwise: resolved(otherwise))
        case .split(let shares):
            return .split(
                shares.map {
                    JourneyStep.Share(name: $0.name, share: $0.share, first: resolved($0.first))
                })
        default: return self
        }
    }
}
