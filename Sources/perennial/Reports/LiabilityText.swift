import JSONParsing
import Kernel
import Loyalty
import Runtime

/// What a program owes, in sentences, as a table and as JSON.
enum LiabilityText {
    static func lines(_ liability: LoyaltyLiability) -> [String] {
        let program = liability.inForce.program
        func points(_ value: Double) -> String {
            let count = Int64(value.rounded())
            let text =
                Currency(program.unit) == nil
                ? "\(Figures.grouped(Int(count))) \(program.unit)"
                : LoyaltyWords.count(count, program.unit)
            let money = Currency(program.unit) == nil ? liability.money(value) : nil
            return text + (money.map { " (\($0))" } ?? "")
        }
        var lines = [
            "\(program.title) (\(program.name)), on \(liability.inForce.zone.day(of: liability.asOf))",
            "Outstanding: \(points(Double(liability.outstandingInAll)))",
        ]
        guard let breakage = liability.breakage else {
            return lines + [
                "Expected to be redeemed: not known yet; "
                    + shortage(liability.shortage)
            ]
        }
        let expected = breakage.expectedRedemptions
        lines.append(
            "Expected to be redeemed: \(points(expected.value)); between "
                + "\(points(expected.interval95.lowerBound)) and "
                + "\(points(expected.interval95.upperBound)) (95 %)")
        lines.append(
            "Expected to end unused, to be taken back, or to live on beyond what was watched: "
                + points(breakage.expectedBreakage))
        let rate = breakage.ultimateRedemptionRate
        lines.append(
            "Of new points \(percent(rate.value)) are redeemed, between "
                + "\(percent(rate.interval95.lowerBound)) and \(percent(rate.interval95.upperBound))"
                + (breakage.usualLifeDays.map { ", within \($0) days" } ?? ""))
        if breakage.openBeyondHistory > 0 {
            lines.append(
                "\(points(Double(breakage.openBeyondHistory))) can live for longer than points were "
                    + "watched (\(breakage.ageDaysSeen) days); beyond that no redemption is counted"
            )
        }
        return lines
    }

    static func shortage(_ shortage: BreakageShortage?) -> String {
        switch shortage {
        case .fewCustomers(let redeeming, let needed):
            "\(redeeming) \(redeeming == 1 ? "member" : "members") ever spent points, and \(needed) are needed"
        case .shortHistory(let days, let needed):
            "points were watched for \(days) days, and \(needed) are needed"
        case nil: ""
        }
    }

    private static func percent(_ share: Double) -> String {
        "\(DecimalText.format(minor: Int64((share * 1000).rounded()), digits: 1)) %"
    }

    static func tierTitles(_ liability: LoyaltyLiability) -> [String] {
        liability.inForce.program.tiers?.levels.map(\.title) ?? ["all members"]
    }

    static func table(_ liability: LoyaltyLiability) -> TextTable {
        var table = TextTable(headings: ["month", "tier now", "issued", "spent"], numeric: [2, 3])
        for month in liability.months {
            for (place, title) in tierTitles(liability).enumerated() {
                table.rows.append([
                    month.month.description, title, Figures.grouped(Int(month.issued[place])),
                    Figures.grouped(Int(month.spent[place])),
                ])
            }
        }
        return table
    }

    /// What was owed at the end of each month, and how much of it was expected to be redeemed.
    static func past(_ liability: LoyaltyLiability) -> TextTable {
        var table = TextTable(
            headings: ["at the end of", "outstanding", "expected", "from", "to"],
            numeric: [1, 2, 3, 4])
        for month in liability.months {
            func count(_ value: Double?) -> String {
                value.map { Figures.grouped(Int($0.rounded())) } ?? "–"
            }
            table.rows.append([
                month.month.description, Figures.grouped(Int(month.outstanding)),
                count(month.expected?.value), count(month.expected?.interval95.lowerBound),
                count(month.expected?.interval95.upperBound),
            ])
        }
        return table
    }

    static func json(_ liability: LoyaltyLiability) -> [UInt8] {
        var json = JSONWriter()
        func money(_ name: String, _ points: Double) {
            guard let money = liability.money(points) else { return }
            json.key(name)
            json.decimal(minor: money.minor, digits: money.currency.minorDigits)
        }
        /// - Parameter isPoints: Whether it can be told in money.
        func write(_ name: String, _ estimate: Breakage.Estimate, isPoints: Bool) {
            json.key(name)
            json.beginObject()
            json.member("value", estimate.value)
            if isPoints { money("money", estimate.value) }
            for (name, interval) in [
                ("interval_80", estimate.interval80), ("interval_95", estimate.interval95),
            ] {
                json.key(name)
                json.beginArray()
                json.number(interval.lowerBound)
                json.number(interval.upperBound)
                json.endArray()
            }
            json.endObject()
        }
        json.beginObject()
        json.member("program", liability.inForce.program.name)
        json.member("as_of", liability.asOf.rfc3339)
        json.member("outstanding", liability.outstandingInAll)
        money("outstanding_money", Double(liability.outstandingInAll))
        if let money = liability.money(1) { json.member("currency", money.currency.description) }
        if let breakage = liability.breakage {
            write("expected_redemptions", breakage.expectedRedemptions, isPoints: true)
            json.member("expected_breakage", breakage.expectedBreakage)
            money("expected_breakage_money", breakage.expectedBreakage)
            write("ultimate_redemption_rate", breakage.ultimateRedemptionRate, isPoints: false)
            json.member("beyond_history", breakage.openBeyondHistory)
            json.member("days_watched", breakage.ageDaysSeen)
        } else {
            json.member("shortage", shortage(liability.shortage))
        }
        json.key("months")
        json.beginArray()
        for month in liability.months {
            json.beginObject()
            json.member("month", month.month.description)
            json.member("outstanding", month.outstanding)
            if let expected = month.expected {
                write("expected_redemptions", expected, isPoints: true)
            }
            json.endObject()
        }
        json.endArray()
        json.key("tiers")
        json.beginArray()
        for (place, title) in tierTitles(liability).enumerated() {
            json.beginObject()
            json.member("tier", title)
            json.member("outstanding", liability.outstanding[place])
            json.key("months")
            json.beginArray()
            for month in liability.months {
                json.beginObject()
                json.member("month", month.month.description)
                json.member("issued", month.issued[place])
                json.member("spent", month.spent[place])
                json.endObject()
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }
}
