import JSONParsing
import Kernel
import Promotions
import Records

extension Workspace {
    /// Makes a code good that a journey issued of a promotion's.
    ///
    /// - Returns: What becomes of the item where it can't be told of now; nil where it can, as for codes of the journey's
    ///   own.
    func takeIn(_ item: OutboxRecord, _ pauseMs: Int64) async -> OutboxResult.Outcome? {
        func member(_ name: String) -> String? {
            do throws(JSONError) {
                return try JSONLookup.member(named: name, in: item.payload.span)?
                    .text(in: item.payload.span)
            } catch {
                return nil
            }
        }
        guard let promotion = member("promotion"), let code = member("code") else { return nil }
        do {
            let customer = try records.root(of: item.customer) ?? item.customer
            let isTaken = try promotions.takeIn(
                code, of: promotion, to: customer.description,
                expiresAt: member("expiresAt").flatMap { Timestamp($0) })
            guard isTaken else {
                return .dead(reason: "\(code) is no code of promotion \(promotion)")
            }
            return nil
        } catch PromotionDesk.Failure.unknownPromotion, PromotionDesk.Failure.noUniqueCodes {
            return .dead(
                reason: "no promotion \(promotion) with unique codes is in force; apply it, then "
                    + "replay this")
        } catch {
            return .returned(dueAt: clock.now.adding(milliseconds: pauseMs), reason: "\(error)")
        }
    }
}
