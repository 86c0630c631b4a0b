import JSONParsing
import Kernel
import Loyalty
import Records

extension Workspace {
    /// Gives the points that journeys decided on. An item's key is the operation's id, so that carrying it out again
    /// changes nothing.
    func award(_ items: [OutboxRecord], pauseMs: Int64) async -> [OutboxResult] {
        var results: [OutboxResult] = []
        for item in items {
            results.append(
                OutboxResult(
                    id: item.id, attempt: item.attempts,
                    outcome: await award(item, pauseMs: pauseMs)))
        }
        return results
    }

    private func award(_ item: OutboxRecord, pauseMs: Int64) async -> OutboxResult.Outcome {
        func member(_ name: String) -> String? {
            do throws(JSONError) {
                return try JSONLookup.member(named: name, in: item.payload.span)?
                    .text(in: item.payload.span)
            } catch {
                return nil
            }
        }
        guard let points = member("points").flatMap({ Int64($0) }) else {
            return .dead(reason: OutboxEvents.Failure.payload.description)
        }
        let programs = loyalty.programs.map(\.program.name)
        guard let program = member("program") ?? (programs.count == 1 ? programs.first : nil)
        else {
            return .dead(
                reason: programs.isEmpty
                    ? "no loyalty program is in force; apply one, then replay this"
                    : "there are several loyalty programs; the step must say which: award: "
                        + "{points: \(points), program: \(programs[0])}")
        }
        do {
            let customer = try records.root(of: item.customer) ?? item.customer
            let reason = item.origin.journey.isEmpty ? "awarded" : "journey \(item.origin.journey)"
            let ask = try loyalty.ask(
                program, customer, id: "outbox:" + item.key,
                LoyaltyRequest(.award(points: points, reason: reason)))
            let answer = try await performLoyalty(ask)
            guard
                let done = try JSONLookup.member(named: "done", in: answer.bytes.span),
                done.text(in: answer.bytes.span) == "true"
            else {
                let detail = try JSONLookup.member(named: "detail", in: answer.bytes.span)
                return .dead(reason: detail?.text(in: answer.bytes.span) ?? "it was refused")
            }
            return .done
        } catch LoyaltyDesk.Failure.unknownProgram(let name) {
            return .dead(reason: "no program \(name) is in force; apply it, then replay this")
        } catch LoyaltyDesk.Failure.writing(.reused) {
            return .dead(reason: "its id was used for something else")
        } catch {
            return .returned(
                dueAt: clock.now.adding(milliseconds: pauseMs), reason: "\(error)")
        }
    }
}
