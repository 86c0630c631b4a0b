import Kernel
import Predictions

/// What to offer to one customer, with the reasons, and what they are due to need again.
struct OffersView {
    struct Offer {
        let name: String
        /// Id and category, as far as they say more than the name; nil for nothing.
        let note: String?
        let why: String
    }

    struct Due {
        let name: String
        let last: String
        let when: String
        let range: String
    }

    let list: [Offer]
    let due: [Due]
    let hasDue: Bool
    /// How far to trust it.
    let verdict: String?
    /// Stands in place of all else.
    let nothing: String?

    init(_ outcome: OffersOutcome, _ formats: Formats) {
        let words = formats.words
        guard case .offers(let data) = outcome else {
            list = []
            due = []
            hasDue = false
            verdict = nil
            nothing = words("offers.noLines")
            return
        }
        list = data.offers.offers.map { offer in
            let labels = offer.because.map(\.product.label)
            let why =
                switch labels.count {
                case 0: words("offers.bestSeller")
                case 1: words("offers.because", labels[0])
                default: words("offers.becauseTwo", labels[0], labels[1])
                }
            return Offer(
                name: offer.product.label, note: Self.note(offer.product), why: why)
        }
        due = data.offers.due.map { due in
            func day(_ number: Int) -> String {
                formats.day(CalendarDay(daysSinceEpoch: number))
            }
            let own =
                due.ownIntervals == 0
                ? words("offers.due.others")
                : words(
                    "offers.due.own", count: due.ownIntervals, formats.integer(due.ownIntervals))
            return Due(
                name: due.product.label, last: words("offers.due.last", day(due.lastDay), own),
                when: words("offers.due.when", day(due.medianDay)),
                range: words(
                    "offers.due.range", day(due.range.lowerBound), day(due.range.upperBound)))
        }
        hasDue = !due.isEmpty
        verdict =
            data.offers.knownProducts == 0
            ? words("offers.stranger") : OfferVerdict.text(data.report, formats)
        nothing = list.isEmpty ? words("offers.nothing") : nil
    }

    private static func note(_ product: OfferProduct) -> String? {
        var parts: [String] = []
        if product.id != product.label { parts.append(product.id) }
        if !product.category.isEmpty { parts.append(product.category) }
        return parts.isEmpty ? nil : parts.joined(separator: " · ")
    }
}

/// How far offers are to be trusted, in plain words.
enum OfferVerdict {
    static func text(_ report: OfferReport, _ formats: Formats) -> String {
        let words = formats.words
        func ofTen(_ source: OfferReport.Source) -> String {
            let found = report.check?.contestants.first { $0.source == source }
            return formats.numbers.decimal(10 * (found?.precision ?? .nan), digits: 2)
        }
        switch report.verdict {
        case .usable:
            return words(
                "offers.usable", ofTen(report.chosen), ofTen(.bestSellers),
                formats.integer(report.check?.heldBackDays ?? 0))
        case .noBetter: return words("offers.noBetter")
        case .tooLittleData: return words("offers.tooLittleData")
        }
    }
}

/// The offers' model card.
struct OfferCardView {
    struct Row {
        let name: String
        let isChosen: Bool
        let cells: [String]
    }

    /// Nil, like all but the reason, where there is nothing to learn from.
    let verdict: String?
    /// `good` or `muted`, for its colour.
    let tone: String
    let reason: String
    let what: String?
    let check: String?
    let head: [String]
    let rows: [Row]
    let hasRows: Bool

    /// - Parameter report: Nil where no order names its products.
    init(_ report: OfferReport?, _ formats: Formats) {
        let words = formats.words
        guard let report else {
            verdict = nil
            tone = "muted"
            reason = words("offers.noLines")
            what = nil
            check = nil
            head = []
            rows = []
            hasRows = false
            return
        }
        verdict = words("offerCard.\(report.verdict.rawValue)")
        tone = report.verdict == .usable ? "good" : "muted"
        reason = OfferVerdict.text(report, formats)
        func day(_ number: Int) -> String { formats.day(CalendarDay(daysSinceEpoch: number)) }
        what = words(
            "offerCard.what", day(report.asOf), formats.integer(report.lines),
            formats.integer(report.customers), formats.integer(report.offeredProducts))
        check = report.check.map {
            words(
                "offerCard.check", day($0.trainedUntil), formats.integer($0.heldBackDays),
                formats.integer($0.judges))
        }
        let contestants = report.check?.contestants ?? []
        head =
            contestants.isEmpty
            ? []
            : ["by", "precision", "recall", "ndcg", "coverage", "gain"].map {
                words("offerCard.\($0)")
            }
        hasRows = !contestants.isEmpty
        rows = contestants.map { contestant in
            func decimal(_ value: Double) -> String { formats.numbers.decimal(value, digits: 3) }
            return Row(
                name: words("offerSource.\(contestant.source.rawValue)"),
                isChosen: contestant.source == report.chosen,
                cells: [
                    decimal(contestant.precision), decimal(contestant.recall),
                    decimal(contestant.ndcg), formats.percent(contestant.coverage),
                    contestant.source == .bestSellers
                        ? "–" : decimal(contestant.gain) + " ± " + decimal(contestant.gainError),
                ])
        }
    }
}
