import API
import JSONParsing
import Kernel
import Loyalty
import Records
import Runtime

/// What the API's routes about loyalty programs answer with.
enum LoyaltyAnswers {
    static func answers(of workspace: Workspace) -> LoyaltyRoutes.Answers {
        // Whoever asks again and again doesn't keep the server busy.
        let liabilities = KeptAnswers<[String], [UInt8]>(clock: workspace.clock, seconds: 60)
        return LoyaltyRoutes.Answers(
            programs: { programs(of: workspace) },
            currency: { workspace.loyalty.program($0)?.program.currency },
            account: { program, customer in
                try await Blocking.run {
                    let member = try member(program, customer, in: workspace)
                    return account(member)
                }
            },
            history: { program, customer, before, limit in
                try await Blocking.run {
                    let member = try member(program, customer, in: workspace)
                    return try history(member, before: before, limit: limit, in: workspace)
                }
            },
            liability: { program, months in
                try await Blocking.run {
                    guard let inForce = workspace.loyalty.program(program) else {
                        throw APIError.unknownDefinition(kind: "program")
                    }
                    return try liabilities.value([program, String(months)]) {
                        LiabilityText.json(try workspace.liability(of: inForce, months: months))
                    }
                }
            },
            perform: { asked in try await perform(asked, in: workspace) })
    }

    private static func programs(of workspace: Workspace) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("programs")
        json.beginArray()
        for inForce in workspace.loyalty.programs {
            json.beginObject()
            json.member("name", inForce.program.name)
            json.member("title", inForce.program.title)
            json.member("unit", inForce.program.unit)
            json.member("currency", inForce.program.currency.description)
            json.member("version", inForce.version)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    static func customer(
        _ text: String, in workspace: Workspace
    ) throws -> ID<Customer> {
        guard let id = try workspace.customerID(named: text) else {
            throw APIError.unknownCustomer
        }
        return id
    }

    private static func member(
        _ program: String, _ customer: String, in workspace: Workspace
    ) throws -> LoyaltyMember {
        guard let inForce = workspace.loyalty.program(program) else {
            throw APIError.unknownDefinition(kind: "program")
        }
        return try workspace.loyaltyMember(
            try Self.customer(customer, in: workspace), in: inForce)
    }

    /// - Parameter card: The member's, where it was asked for.
    static func account(_ member: LoyaltyMember, card: CardNumber? = nil) -> [UInt8] {
        let program = member.inForce.program
        var json = JSONWriter()
        json.beginObject()
        json.member("program", program.name)
        json.member("customer", member.customer.description)
        if let card { json.member("card", card.description) }
        json.member("unit", program.unit)
        json.member("as_of", member.account.latest.rfc3339)
        LoyaltyAnswer.write(member.account, program, member.inForce.zone, to: &json)
        json.key("lots")
        json.beginArray()
        for lot in member.account.lots where lot.remaining > 0 {
            json.beginObject()
            json.member("lot", lot.id)
            json.member("from", lot.source.phrase)
            json.member("earned_at", lot.createdAt.rfc3339)
            if let at = lot.availableAt { json.member("available_at", at.rfc3339) }
            if let at = lot.expiresAt { json.member("expires_at", at.rfc3339) }
            json.member("issued", lot.issued)
            json.member("remaining", lot.remaining)
            json.member("reserved", lot.held)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func history(
        _ member: LoyaltyMember, before: Int64?, limit: Int, in workspace: Workspace
    ) throws -> [UInt8] {
        let movements =
            try member.number.map {
                try workspace.loyaltyHistory(of: $0, before: before, limit: limit)
            } ?? []
        var json = JSONWriter()
        json.beginObject()
        json.key("entries")
        json.beginArray()
        for movement in movements {
            LoyaltyAnswer.write(
                movement.entry, unit: member.inForce.program.unit, operation: movement.operation,
                to: &json)
        }
        json.endArray()
        if movements.count == limit, let last = movements.last, last.entry.sequence > 1 {
            json.member("next", last.entry.sequence)
        }
        json.endObject()
        return json.bytes
    }

    /// A correction that waits for a person, or that one declined.
    private static func json(_ approval: LedgerApproval) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("operation", approval.operation)
        json.member("program", approval.program)
        json.member("done", false)
        json.member("state", approval.state.rawValue)
        json.member("code", approval.state == .declined ? "declined" : "approval_needed")
        json.member(
            "detail",
            approval.state == .declined
                ? "somebody declined it" + (approval.note.map { ": \($0)" } ?? "")
                : "corrections of so many points are for a second person to approve, in the console; "
                    + "ask again under the same key to see what became of it")
        json.endObject()
        return json.bytes
    }

    private static func perform(
        _ asked: LoyaltyRoutes.Asked, in workspace: Workspace
    ) async throws -> LoyaltyRoutes.Answered {
        guard !LedgerIDs.isOwn(asked.id) else { throw APIError.keyReserved }
        let id = try await Blocking.run { try customer(asked.customer, in: workspace) }
        do {
            let ask = try workspace.loyalty.ask(asked.program, id, id: asked.id, asked.request)
            if asked.isDry {
                let json = try await Blocking.run { try workspace.loyalty.writer.preview(ask) }
                return LoyaltyRoutes.Answered(json: json, isRepeat: false)
            }
            switch try await workspace.adjust(ask, by: ConsoleLoyalty.keyAsker) {
            case .answered(let answer):
                return LoyaltyRoutes.Answered(json: answer.bytes, isRepeat: answer.isRepeat)
            case .waiting(let approval):
                return LoyaltyRoutes.Answered(
                    json: json(approval), isRepeat: false, isWaiting: true)
            }
        } catch let failure as LoyaltyDesk.Failure {
            switch failure {
            case .unknownProgram: throw APIError.unknownDefinition(kind: "program")
            case .writing(.reused): throw APIError.keyReused
            case .writing(.queueFull): throw APIError.busy
            case .writing: throw APIError.unavailable(failure.description)
            }
        }
    }
}
