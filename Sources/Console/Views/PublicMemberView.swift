import Kernel
import QRCode

/// The page on which a member sees their own points.
struct PublicMemberView {
    struct Ending {
        let points: String
        let until: String
    }

    struct Movement {
        let day: String
        let points: String
        let reason: String
        let balance: String
        let isTaken: Bool
    }

    struct Reward {
        let title: String
        let points: String
        let note: String?
    }

    let title: String
    let name: String?
    let asOf: String
    let available: String
    /// What stands beside what can be spent: pending, reserved, owed.
    let others: [String]
    let card: MemberCardView
    let endings: [Ending]
    let hasEndings: Bool
    let moreEndings: String?
    let tier: MemberTierView?
    let rewards: [Reward]
    let hasRewards: Bool
    let referralURL: String?
    let movements: [Movement]
    let hasMovements: Bool
    let nextPath: String?
    let firstPath: String?
    let hasPages: Bool

    private static let endingsShown = 12

    /// - Parameter path: The page's own.
    init(
        _ data: PublicMemberPage, path: String, isFirstPage: Bool, formats: Formats
    ) {
        let words = formats.words
        let standing = data.standing
        func count(_ points: Int) -> String { formats.points(points, standing.unit) }
        title = standing.title
        name = Self.shown(standing)
        asOf = words("club.asOf", formats.day(standing.asOf), formats.zone.name)
        available = count(standing.available)
        others = [
            ("pending", standing.pending), ("reserved", standing.held), ("owed", standing.owed),
        ].filter { $0.1 > 0 }.map { words("club.\($0.0)", count($0.1)) }
        card = MemberCardView(data)
        endings = data.endings.prefix(Self.endingsShown).map {
            Ending(points: count($0.points), until: Self.until($0.at, formats))
        }
        hasEndings = !endings.isEmpty
        let rest = data.endings.dropFirst(Self.endingsShown)
        moreEndings =
            rest.isEmpty
            ? nil : words("club.endings.more", count(rest.reduce(0) { $0 + $1.points }))
        tier = standing.tier.map { MemberTierView($0, data.progress, formats) }
        rewards = data.rewards.map {
            Reward(
                title: $0.title, points: count($0.points), note: $0.note.isEmpty ? nil : $0.note)
        }
        hasRewards = !rewards.isEmpty
        referralURL = data.referralURL.flatMap { $0.hasPrefix("https://") ? $0 : nil }
        movements = data.movements.movements.map { row in
            let shown = MovementView(row, formats)
            return Movement(
                day: formats.day(row.at), points: shown.points, reason: row.reason,
                balance: words("club.after", count(row.balance)), isTaken: shown.isTaken)
        }
        hasMovements = !movements.isEmpty
        nextPath = data.movements.next.map { "\(path)?before=\(FormFields.encode($0))" }
        firstPath = isFirstPage ? nil : path
        hasPages = nextPath != nil || firstPath != nil
    }

    /// The last day on which they can be spent, where they end with a day, else the moment.
    private static func until(_ end: Timestamp, _ formats: Formats) -> String {
        formats.zone.start(of: formats.zone.day(of: end)) == end
            ? formats.words("club.until", formats.day(end.adding(milliseconds: -1)))
            : formats.words("club.before", formats.moment(end))
    }

    /// What they are called by; of an e-mail address only what its owner knows it by, and nothing of an id.
    private static func shown(_ standing: MemberStanding) -> String? {
        if standing.name == standing.customer.description { return nil }
        return standing.name.contains("@") ? HiddenAddress.text(standing.name) : standing.name
    }
}

/// The card's number, and its code as a drawing.
struct MemberCardView {
    let number: String
    /// Side of the drawing in modules, with its border.
    let side: Int
    /// The dark modules; nil where there is nothing to draw.
    let path: String?

    init(_ data: PublicMemberPage) {
        number = data.cardNumber
        // It is as short as a card's number: no version is too small for it.
        let symbol = try? QRSymbol(Array(data.cardScan.utf8), correction: .quartile)
        path = symbol?.path
        side = (symbol?.size ?? 0) + 2 * QRSymbol.quietModules
    }
}

/// The tier, what it brings, and how far it is to the next.
struct MemberTierView {
    let title: String
    let benefits: [String]
    let hasBenefits: Bool
    /// How much is missing; nil in the highest tier.
    let missing: String?
    let percent: Int
    let percentText: String
    let nextTitle: String
    let nextBenefits: [String]
    let hasNextBenefits: Bool
    let held: String?

    init(
        _ tier: MemberStanding.Tier, _ progress: PublicMemberPage.Progress?, _ formats: Formats
    ) {
        let words = formats.words
        title = tier.title
        benefits = tier.benefits.map(Self.phrase)
        hasBenefits = !benefits.isEmpty
        missing =
            progress == nil ? nil : tier.next.map { words("club.missing", tier.missing, $0) }
        percent = progress?.percent ?? 0
        percentText = formats.percent(Double(percent) / 100, digits: 0)
        nextTitle = words("club.next", tier.next ?? "")
        nextBenefits = (progress?.benefits ?? []).filter { !tier.benefits.contains($0) }
            .map(Self.phrase)
        hasNextBenefits = !nextBenefits.isEmpty
        held = tier.heldUntil.map { words("club.held", formats.day($0)) }
    }

    /// A word for programs as people read it: `Early access` for `early-access`.
    static func phrase(_ word: String) -> String {
        let text = word.replacing("-", with: " ").replacing("_", with: " ")
        return text.prefix(1).uppercased() + text.dropFirst()
    }
}
