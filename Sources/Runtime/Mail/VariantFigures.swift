import Analytics
package import Documents
package import Experiments
import JSONParsing
package import Journeys
import Kernel
package import Records

/// What one variant of a campaign brought, as far as chance gave it to people.
package struct VariantFigures: Sendable, Equatable {
    package var name: String
    /// Messages that servers took.
    package var sent = 0
    /// Of these, opened and clicked by people, and followed by an order within the campaign's window.
    package var opened = 0
    package var clicked = 0
    package var ordered = 0
    /// Messages beyond: of those who waited for the winner.
    package var sentAfterwards = 0

    package init(name: String) { self.name = name }

    /// How many did what counts.
    package func successes(_ goal: Campaign.Goal) -> Int {
        switch goal {
        case .clicks: clicked
        case .opens: opened
        case .orders: ordered
        }
    }
}

extension [VariantFigures] {
    package func contest(_ goal: Campaign.Goal) -> VariantContest {
        VariantContest(
            map { figures in
                let successes = figures.successes(goal)
                return VariantArm(people: Swift.max(figures.sent, successes), successes: successes)
            })
    }

    /// As it is kept with a decision.
    package var json: [UInt8] {
        var json = JSONWriter()
        json.beginArray()
        for figures in self {
            json.beginObject()
            json.member("name", figures.name)
            json.member("sent", Int64(figures.sent))
            json.member("opened", Int64(figures.opened))
            json.member("clicked", Int64(figures.clicked))
            json.member("ordered", Int64(figures.ordered))
            json.endObject()
        }
        json.endArray()
        return json.bytes
    }

    /// Reads what `json` wrote; empty where it can't be read.
    package init(json text: String) {
        guard let node = try? DocumentNode(json: Array<UInt8>(text.utf8).span),
            case .list(let items) = node.value
        else {
            self = []
            return
        }
        self = items.map { item in
            var name = ""
            if case .text(let text)? = item["name"]?.value { name = text }
            var figures = VariantFigures(name: name)
            func count(_ name: String) -> Int {
                if case .number(let text)? = item[name]?.value { Int(text) ?? 0 } else { 0 }
            }
            figures.sent = count("sent")
            figures.opened = count("opened")
            figures.clicked = count("clicked")
            figures.ordered = count("ordered")
            return figures
        }
    }
}

extension Campaign {
    /// How long after a message an order counts for it, where nobody waits for what it brings.
    private static let orderWindow = TimeSpan.days(7)

    /// How long after a message an order counts for it.
    package var orderWindow: TimeSpan { test?.span ?? Self.orderWindow }
}

extension Workspace {
    /// What the variants of a campaign's run brought until now, in their order; empty for a campaign without any.
    ///
    /// - Parameter withOrders: Whether orders are looked up, which the archive takes a while for.
    package func variantFigures(
        of run: CampaignRun, _ campaign: Campaign, withOrders: Bool
    ) throws -> [VariantFigures] {
        guard !campaign.variants.isEmpty else { return [] }
        let counts = try records.variantCounts(of: run)
        var all = campaign.variants.map { VariantFigures(name: $0.name) }
        for count in counts {
            guard let index = all.firstIndex(where: { $0.name == count.variant }) else { continue }
            guard count.isDrawn else {
                all[index].sentAfterwards += count.sent
                continue
            }
            all[index].sent += count.sent
            all[index].opened += count.opened
            all[index].clicked += count.clicked
        }
        guard withOrders else { return all }
        for (variant, buyers) in try variantBuyers(of: run, campaign) {
            if let index = all.firstIndex(where: { $0.name == variant }) {
                all[index].ordered = buyers
            }
        }
        return all
    }

    /// How many who were sent a variant ordered within the window; each person once.
    private func variantBuyers(
        of run: CampaignRun, _ campaign: Campaign
    ) throws -> [String: Int] {
        let recipients = try records.variantRecipients(of: run)
        guard let first = recipients.map(\.sentAt).min(),
            let last = recipients.map(\.sentAt).max()
        else { return [:] }
        let windowMs = campaign.orderWindow.milliseconds
        var open: [Int64: VariantRecipient] = [:]
        for recipient in recipients { open[recipient.customer] = recipient }
        var counts: [String: Int] = [:]
        let end = last.adding(milliseconds: windowMs)
        for order in try archive.buyers(from: first, until: end) {
            guard let recipient = open[order.customer], order.at >= recipient.sentAt,
                order.at.milliseconds - recipient.sentAt.milliseconds < windowMs
            else { continue }
            counts[recipient.variant, default: 0] += 1
            open[order.customer] = nil
        }
        return counts
    }
}
