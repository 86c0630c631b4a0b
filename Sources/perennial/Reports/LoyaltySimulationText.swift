import JSONParsing
import Kernel
import Loyalty

/// What programs would have come to, as text: side by side where there are two.
struct LoyaltySimulationText {
    let results: [LoyaltySimulationResult]
    let assumption: LoyaltySimulation.Assumption
    let value: PointValue
    let from: CalendarDay
    let to: CalendarDay

    private var valueText: String {
        var text = DecimalText.format(minor: value.millionths, digits: PointValue.digits)
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// What is assumed, in words.
    private var assumed: String {
        let share = DecimalText.format(minor: Int64(assumption.redeemersBp), digits: 2)
        let short = share.hasSuffix(".00") ? String(share.dropLast(3)) : share
        let spending =
            switch assumption.redeemersBp {
            case 0: "nobody spends points"
            default:
                "\(short)% of the customers, drawn by chance (seed \(assumption.seed)), spend all "
                    + "they can at each later order, from \(Figures.grouped(Int(assumption.fromPoints))) "
                    + "points on; the others never spend any"
            }
        return "Assumed: \(spending). A point is worth \(valueText). Everybody bought what they "
            + "bought, program or not."
    }

    // MARK: Text

    func text() -> String {
        var lines = ["\(from) to \(to)", assumed, "", summary(), ""]
        lines += beside(results.map { [$0.program.name] + months($0) })
        return lines.joined(separator: "\n")
    }

    private func summary() -> String {
        var table = TextTable(
            headings: [""] + results.map(\.program.name), numeric: Set(1...results.count))
        func row(_ name: String, _ cell: (LoyaltySimulationResult) -> String) {
            table.rows.append([name] + results.map(cell))
        }
        func money(_ points: Int64, _ result: LoyaltySimulationResult) -> String {
            Figures.money(result.money(points, at: value))
        }
        row("members") { count($0.members) }
        row("orders") { count($0.orders) }
        row("revenue") {
            Figures.money(Money(minor: $0.revenueMinor, currency: $0.program.currency))
        }
        row("points issued") { points($0.total.issued) }
        row("taken back") { points($0.total.takenBack) }
        row("redeemed") { points($0.total.redeemed) }
        row("expired") { points($0.total.expired) }
        row("outstanding") { points($0.outstanding) }
        if results.contains(where: { $0.owed > 0 }) {
            row("owed by customers (in it)") { points($0.owed) }
        }
        row("liability") { money($0.outstanding, $0) }
        row("cost of what was redeemed") { money($0.total.redeemed, $0) }
        row("cost as share of revenue") { share($0.costShare(at: value)) }
        row("breakage so far") { Figures.percent($0.breakage) }
        row("members with points") { count($0.membersWithPoints) }
        row("members who redeemed") { count($0.redeemers) }
        var titles: [String] = []
        for tier in results.flatMap(\.tiers) where !titles.contains(tier.title) {
            titles.append(tier.title)
        }
        for title in titles {
            row("tier \(title)") { result in
                result.tiers.first { $0.title == title }.map { count($0.members) } ?? "–"
            }
        }
        if results.contains(where: { $0.refused > 0 }) {
            row("events that were refused") { count($0.refused) }
        }
        return table.table()
    }

    private func months(_ result: LoyaltySimulationResult) -> [String] {
        var table = TextTable(
            headings: ["month", "issued", "taken back", "redeemed", "expired", "outstanding"],
            numeric: [1, 2, 3, 4, 5])
        func row(_ name: String, _ flow: LoyaltyFlow, _ outstanding: Int64) {
            table.rows.append(
                [name]
                    + [flow.issued, flow.takenBack, flow.redeemed, flow.expired, outstanding]
                    .map(points))
        }
        for month in result.months { row("\(month.month)", month.flow, month.outstanding) }
        row("in all", result.total, result.outstanding)
        return table.table().split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// Blocks of lines, one beside the other.
    private func beside(_ blocks: [[String]]) -> [String] {
        guard var lines = blocks.first else { return [] }
        for block in blocks.dropFirst() {
            let width = lines.map(\.count).max() ?? 0
            lines = lines.indices.map { index in
                let padding = String(repeating: " ", count: width - lines[index].count)
                return lines[index] + padding + "  |  "
                    + (block.indices.contains(index) ? block[index] : "")
            }
        }
        return lines
    }

    private func points(_ count: Int64) -> String { Figures.grouped(Int(count)) }
    private func count(_ count: Int) -> String { Figures.grouped(count) }

    /// With two decimals: programs cost about a percent.
    private func share(_ share: Double?) -> String {
        share.map { Figures.fixed($0 * 100, digits: 2) + "%" } ?? "–"
    }

    // MARK: JSON

    func json() -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("from", from.description)
        json.member("to", to.description)
        json.key("assumption")
        json.beginObject()
        json.member("redeemers_basis_points", assumption.redeemersBp)
        json.member("redeem_from", assumption.fromPoints)
        json.member("seed", String(assumption.seed))
        json.member("point_value", valueText)
        json.member("explanation", assumed)
        json.endObject()
        json.key("programs")
        json.beginArray()
        for result in results { write(result, to: &json) }
        json.endArray()
        json.endObject()
        return json.text
    }

    private func write(_ result: LoyaltySimulationResult, to json: inout JSONWriter) {
        let digits = result.program.currency.minorDigits
        func money(_ name: String, _ minor: Int64) {
            json.key(name)
            json.decimal(minor: minor, digits: digits)
        }
        json.beginObject()
        json.member("program", result.program.name)
        json.member("title", result.program.title)
        json.member("currency", result.program.currency.description)
        json.member("events", result.operations)
        json.member("refused", result.refused)
        json.member("members", result.members)
        json.member("members_with_points", result.membersWithPoints)
        json.member("members_who_redeemed", result.redeemers)
        json.member("orders", result.orders)
        money("revenue", result.revenueMinor)
        write(result.total, to: &json)
        json.member("outstanding", result.outstanding)
        json.member("owed", result.owed)
        money("liability", result.money(result.outstanding, at: value).minor)
        money("cost", result.money(result.total.redeemed, at: value).minor)
        if let share = result.costShare(at: value) { json.member("cost_share", share) }
        if let breakage = result.breakage { json.member("breakage", breakage) }
        json.key("tiers")
        json.beginArray()
        for tier in result.tiers {
            json.beginObject()
            json.member("name", tier.name)
            json.member("title", tier.title)
            json.member("members", tier.members)
            json.endObject()
        }
        json.endArray()
        json.key("months")
        json.beginArray()
        for month in result.months {
            json.beginObject()
            json.member("month", month.month.description)
            write(month.flow, to: &json)
            json.member("outstanding", month.outstanding)
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }

    private func write(_ flow: LoyaltyFlow, to json: inout JSONWriter) {
        json.member("issued", flow.issued)
        json.member("taken_back", flow.takenBack)
        json.member("redeemed", flow.redeemed)
        json.member("expired", flow.expired)
    }
}
