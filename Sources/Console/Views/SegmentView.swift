import Kernel

/// The page of one segment.
struct SegmentView {
    struct Overlap {
        let title: String
        let path: String
        let shared: String
        let share: String
        let otherShare: String
        /// Of 1000, how far the bar reaches.
        let width: Int
    }

    struct Link {
        let title: String
        let path: String
        let kind: String
    }

    let row: SegmentsView.Row
    let subtitle: String
    let path: String
    let livePath: String
    /// Members that came meanwhile are shown.
    let showsNewest: Bool
    let editPath: String
    let lines: [LineView]
    let yaml: String
    let chart: ChartView?
    let members: PeopleView
    let overlaps: [Overlap]
    let hasOverlaps: Bool
    let usedBy: [Link]
    let hasUsers: Bool

    /// - Parameter seesPeople: Whether whoever looks may see names.
    init(_ data: SegmentPageData, seesPeople: Bool, isFirstPage: Bool, formats: Formats) {
        let words = formats.words
        row = SegmentsView.Row(data.row, formats)
        path = row.path
        let people = isFirstPage ? "" : "&people=later"
        livePath = "\(row.path)/live?seen=\(FormFields.encode(data.revision))\(people)"
        showsNewest = isFirstPage
        editPath = "\(row.path)/edit"
        subtitle =
            data.row.appliedAt.map {
                words("definition.version", formats.integer(data.row.version), formats.moment($0))
            } ?? words("definition.versionOnly", formats.integer(data.row.version))
        lines = data.words.map { LineView($0) }
        yaml = data.yaml
        chart = ChartView.sizes(data.sizes, formats: formats)
        members = PeopleView(
            seesPeople ? data.members.people : [], next: seesPeople ? data.members.next : nil,
            path: row.path, isFirstPage: isFirstPage, empty: words("segment.nobody"), formats)
        let size = data.row.size
        overlaps = data.overlaps.map { overlap in
            let share = size > 0 ? Double(overlap.shared) / Double(size) : 0
            let other = overlap.size > 0 ? Double(overlap.shared) / Double(overlap.size) : 0
            return Overlap(
                title: overlap.title.isEmpty ? overlap.name : overlap.title,
                path: "/segments/\(FormFields.encode(overlap.name))",
                shared: formats.integer(overlap.shared),
                share: words("segment.overlap.share", formats.percent(share)),
                otherShare: words("segment.overlap.other", formats.percent(other)),
                width: Int((min(1, share) * 1000).rounded()))
        }
        hasOverlaps = !overlaps.isEmpty
        usedBy = data.usedBy.map { link in
            Link(
                title: link.title.isEmpty ? link.name : link.title,
                path: "/\(link.kind.rawValue)s/\(FormFields.encode(link.name))",
                kind: words("definition.\(link.kind.rawValue)"))
        }
        hasUsers = !usedBy.isEmpty
    }
}

/// A page of a list of people.
struct PeopleView {
    let people: [PersonView]
    let hasPeople: Bool
    let empty: String
    let nextPath: String?
    let firstPath: String?

    init(
        _ people: [PersonRow], next: String?, path: String, isFirstPage: Bool, empty: String,
        _ formats: Formats
    ) {
        self.people = people.map { PersonView($0, formats) }
        hasPeople = !people.isEmpty
        self.empty = empty
        nextPath = next.map { "\(path)?after=\(FormFields.encode($0))" }
        firstPath = isFirstPage ? nil : path
    }
}

extension ChartView {
    /// A segment's size by day.
    static func sizes(_ sizes: [SegmentPageData.DaySize], formats: Formats) -> ChartView? {
        guard sizes.count > 1 else { return nil }
        let words = formats.words
        return ChartView(
            id: "size", kind: "line", label: words("segment.sizeOverTime"),
            head: words("chart.day"), isShare: false,
            rows: sizes.map { (formats.day($0.day), formats.day($0.day), "") },
            series: [
                Series(
                    name: words("segment.members"), values: sizes.map { Double($0.size) },
                    texts: sizes.map { formats.integer($0.size) }, colour: "accent")
            ])
    }
}
