import Experiments
import Kernel

/// What a journey brought, beside the people who were held out.
struct LiftView {
    struct Row {
        let name: String
        let treated: String
        let heldOut: String
        let difference: String
        let interval: String
        let relative: String
    }

    let verdict: String
    /// The class that gives colour and shape.
    let mark: String
    let sentence: String
    let people: String
    let rows: [Row]
    /// What it brought in all, less its cost; nil where revenue isn't compared.
    let net: String?
    let how: HowView

    init(_ lift: JourneyLift, formats: Formats) {
        let words = formats.words
        let comparison = lift.lift.conversion
        (verdict, mark) = Self.verdict(comparison.verdict, words)
        sentence = Self.sentence(lift, formats)
        people = words(
            "lift.people", formats.integer(lift.lift.treatedArm.people),
            formats.integer(lift.lift.heldOutArm.people))
        var rows = [
            Row(
                name: words("lift.goal"), treated: formats.percent(comparison.treated),
                heldOut: formats.percent(comparison.heldOut),
                difference: words("lift.points", formats.points(comparison.difference)),
                interval: words(
                    "lift.interval", formats.points(comparison.interval.lowerBound),
                    formats.points(comparison.interval.upperBound)),
                relative: comparison.relative.map { formats.signedPercent($0) } ?? "–")
        ]
        if let revenue = lift.lift.revenue, let currency = lift.currency {
            func money(_ minor: Double, sign: Bool = false, whole: Bool = false) -> String {
                (sign && minor > 0 ? "+" : "")
                    + formats.estimate(minor: minor, currency, whole: whole)
            }
            rows.append(
                Row(
                    name: words("lift.revenue"), treated: money(revenue.treated),
                    heldOut: money(revenue.heldOut),
                    difference: money(revenue.difference, sign: true),
                    interval: words(
                        "lift.interval", money(revenue.interval.lowerBound, sign: true),
                        money(revenue.interval.upperBound, sign: true)),
                    relative: revenue.relative.map { formats.signedPercent($0) } ?? "–"))
            net = lift.lift.net(costMinor: lift.costMinor ?? 0).map { net in
                words(
                    lift.costMinor == nil ? "lift.gross" : "lift.net",
                    money(net.minor, sign: true, whole: true),
                    money(net.interval.lowerBound, sign: true, whole: true),
                    money(net.interval.upperBound, sign: true, whole: true))
            }
        } else {
            net = nil
        }
        self.rows = rows
        how = HowView(.lift, words("lift.title"), words)
    }

    static func verdict(_ verdict: Lift.Verdict, _ words: Words) -> (String, String) {
        switch verdict {
        case .helps: (words("lift.helps"), "lift-helps")
        case .harms: (words("lift.harms"), "lift-harms")
        case .noDifference: (words("lift.none"), "lift-none")
        case .tooEarly: (words("lift.early"), "lift-early")
        }
    }

    /// In plain words where the difference in the goal lies, or what it takes to say.
    static func sentence(_ lift: JourneyLift, _ formats: Formats) -> String {
        let words = formats.words
        let comparison = lift.lift.conversion
        let low = formats.points(comparison.interval.lowerBound)
        let high = formats.points(comparison.interval.upperBound)
        switch comparison.verdict {
        case .helps: return words("lift.helps.sentence", low, high)
        case .harms: return words("lift.harms.sentence", low, high)
        case .noDifference: return words("lift.none.sentence", low, high)
        case .tooEarly(nil): return words("lift.early.open")
        case .tooEarly(let more?):
            let people = formats.roundedUp(more)
            let weeks = lift.peoplePerWeek.flatMap { Lift.weeks(for: more, peoplePerWeek: $0) }
            guard let weeks else { return words("lift.early.people", people) }
            return words("lift.early.weeks", count: weeks, formats.integer(weeks), people)
        }
    }
}

extension Formats {
    /// A difference of shares in points of a hundred, with its sign.
    func points(_ difference: Double) -> String {
        (difference > 0 ? "+" : "") + numbers.decimal(difference * 100, digits: 1)
    }

    func signedPercent(_ share: Double) -> String {
        (share > 0 ? "+" : "") + percent(share, digits: 0)
    }

    /// An estimate of a count to two digits, upwards: 1,234 as 1,300.
    func roundedUp(_ count: Int) -> String {
        var unit = 1
        while count / unit >= 100 { unit *= 10 }
        return integer((count + unit - 1) / unit * unit)
    }
}
