import Predictions

/// The parts of a card that say how long contracts last.
enum TenureParts {
    static func add(_ tenure: TenureRetention, to card: inout CardDocument) {
        card.heading("Still there, by \(tenure.column)")
        guard let all = tenure.groups.first else { return }
        var table = TextTable(
            headings: [tenure.column, "still there", "95 %", "lasted so long"],
            numeric: [0, 1, 2, 3])
        for point in all.curve {
            var interval = ""
            if let low = point.low, let high = point.high {
                interval = "\(Figures.percent(low)) to \(Figures.percent(high))"
            }
            table.rows.append([
                plain(point.tenure), Figures.percent(point.share), interval,
                Figures.grouped(point.atRisk),
            ])
        }
        card.table(table)
        card.sentence(
            "\(Figures.grouped(all.contracts)) contracts, \(Figures.grouped(all.ended)) ended; "
                + (all.median.map { "half by \(plain($0))" } ?? "more than half last")
                + ". Kaplan–Meier, right if every customer who left is counted.")
        groups(tenure, &card)
        hazards(tenure, &card)
        projections(tenure, &card)
        if tenure.rowsLeftOut > 0 {
            card.sentence(
                "\(Figures.grouped(tenure.rowsLeftOut)) rows have no \(tenure.column) and were left out."
            )
        }
        for note in tenure.notes { card.sentence(note) }
    }

    private static func groups(_ tenure: TenureRetention, _ card: inout CardDocument) {
        guard tenure.groups.count > 1 else { return }
        card.heading("Still there, by \(tenure.groupColumn ?? "group")")
        // As many as a terminal has room for.
        let step = tenure.tenures.count > 6 ? 2 : 1
        let shown = tenure.tenures.enumerated().filter { $0.offset % step == 0 }.map(\.element)
        var table = TextTable(
            headings: ["", "contracts", "ended", "half by"] + shown.map { "at \(plain($0))" },
            numeric: Set(1...shown.count + 3))
        for group in tenure.groups.dropFirst() {
            table.rows.append(
                [
                    short(group.name), Figures.grouped(group.contracts),
                    Figures.grouped(group.ended), group.median.map(plain) ?? "–",
                ]
                    + shown.map { at in
                        let point = group.curve.first { $0.tenure == at }
                        return point.map { Figures.percent($0.share) } ?? ""
                    })
        }
        card.table(table)
    }

    private static func hazards(_ tenure: TenureRetention, _ card: inout CardDocument) {
        guard !tenure.hazards.isEmpty, !tenure.startedAt.isEmpty else { return }
        card.heading("Ends within the next \(tenure.within)")
        var table = TextTable(
            headings: [tenure.groupColumn ?? "", "contracts"]
                + tenure.startedAt.map { $0 == 0 ? "new" : "after \($0)" },
            numeric: Set(1...tenure.startedAt.count + 1))
        for hazard in tenure.hazards {
            table.rows.append(
                [short(hazard.name), Figures.grouped(hazard.contracts)]
                    + hazard.ends.map(Figures.percent))
        }
        card.table(table)
        if tenure.groupDeviation != nil {
            card.sentence(
                "Discrete-time hazard, groups partially pooled: one with few contracts lies near the "
                    + "others.")
        }
    }

    private static func projections(_ tenure: TenureRetention, _ card: inout CardDocument) {
        let projected = tenure.groups.compactMap { group in
            group.projection.map { (group.name, $0) }
        }
        guard !projected.isEmpty else { return }
        card.heading("Further on (shifted beta-geometric)")
        var table = TextTable(
            headings: ["", "alpha", "beta", "gap", "still there"], numeric: [1, 2, 3])
        for (name, projection) in projected {
            let points = projection.points.map {
                "\(Figures.percent($0.share)) at \(plain($0.tenure))"
            }
            table.rows.append([
                short(name), Figures.fixed(projection.alpha, digits: 3),
                Figures.fixed(projection.beta, digits: 3),
                Figures.percent(projection.largestGap),
                projection.isNear ? points.joined(separator: ", ") : "doesn't follow the curve",
            ])
        }
        card.table(table)
    }

    private static func plain(_ value: Double) -> String {
        value == value.rounded()
            ? Figures.fixed(value, digits: 0) : Figures.fixed(value, digits: 1)
    }

    /// A name that has room in a table.
    static func short(_ text: String) -> String {
        text.count <= 22 ? text : text.prefix(21) + "…"
    }
}
