import API
import JSONParsing
import Kernel
import Records
import Referrals
import Runtime

/// What the API's routes about referrals answer with.
enum ReferralAnswers {
    private static let friendsMax = 500

    static func answers(of workspace: Workspace) -> ReferralRoutes.Answers {
        ReferralRoutes.Answers(
            programs: { try await Blocking.run { try programs(of: workspace) } },
            customer: { program, customer in
                try await Blocking.run { try self.customer(program, customer, in: workspace) }
            },
            code: { program, customer, traits in
                try await Blocking.run { try code(program, customer, traits, in: workspace) }
            },
            join: { joining in try await Blocking.run { try join(joining, in: workspace) } },
            review: { asked in try await Blocking.run { try review(asked, in: workspace) } })
    }

    private static func programs(of workspace: Workspace) throws -> [UInt8] {
        let figures = try workspace.referrals.store.figures()
        var json = JSONWriter()
        json.beginObject()
        json.key("programs")
        json.beginArray()
        for inForce in workspace.referrals.programs {
            let one = figures[inForce.program.name]
            json.beginObject()
            json.member("name", inForce.program.name)
            json.member("title", inForce.program.title)
            json.member("program", inForce.program.program)
            json.member("version", inForce.version)
            json.member("advocates", one?.advocates ?? 0)
            json.member("points", one?.points ?? 0)
            json.key("referrals")
            json.beginObject()
            for (status, count) in (one?.statuses ?? [:]).sorted(by: { $0.key < $1.key }) {
                json.member(status, count)
            }
            json.endObject()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func known(_ customer: String, in workspace: Workspace) throws -> ID<Customer> {
        guard let id = try workspace.customerID(named: customer) else {
            throw APIError.unknownCustomer
        }
        return id
    }

    private static func check(_ program: String, in workspace: Workspace) throws {
        guard workspace.referrals.program(program) != nil else {
            throw APIError.unknownDefinition(kind: "referral")
        }
    }

    private static func code(
        _ program: String, _ customer: String, _ traits: ReferralRoutes.Traits,
        in workspace: Workspace
    ) throws -> [UInt8] {
        try check(program, in: workspace)
        let id = try known(customer, in: workspace)
        try workspace.noteAdvocate(id, known(traits))
        let code = try workspace.referrals.code(of: id, program: program)
        var json = JSONWriter()
        json.beginObject()
        json.member("program", program)
        json.member("customer", id.description)
        json.member("code", code.description)
        if let link = workspace.referrals.program(program)?.program.link(with: code) {
            json.member("link", link)
        }
        json.endObject()
        return json.bytes
    }

    private static func customer(
        _ program: String, _ customer: String, in workspace: Workspace
    ) throws -> [UInt8] {
        try check(program, in: workspace)
        let id = try known(customer, in: workspace)
        let store = workspace.referrals.store
        let tally = try store.tally(of: id, program: program)
        var json = JSONWriter()
        json.beginObject()
        json.member("program", program)
        json.member("customer", id.description)
        if let code = try store.code(of: id, program: program) {
            json.member("code", code.description)
            if let link = workspace.referrals.program(program)?.program.link(with: code) {
                json.member("link", link)
            }
        }
        json.member("rewards", tally.rewards)
        json.member("points", tally.points)
        json.key("friends")
        json.beginArray()
        for row in try store.referrals(of: program, by: id, limit: friendsMax) {
            json.beginObject()
            json.member("customer", row.friend.description)
            json.member("status", row.status)
            json.member("reason", row.reason)
            json.member("joined_at", row.joinedAt.rfc3339)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func known(_ told: ReferralRoutes.Traits) -> ReferralDesk.Traits {
        var traits = ReferralDesk.Traits()
        traits.device = told.device
        traits.payment = told.payment
        traits.addressLine = told.addressLine
        traits.postcode = told.postcode
        traits.country = told.country
        return traits
    }

    private static func join(
        _ joining: ReferralRoutes.Joining, in workspace: Workspace
    ) throws -> ReferralRoutes.Answered {
        let friend = try known(joining.customer, in: workspace)
        let told = joining.traits
        var writer = ByteWriter(reserving: 128)
        for text in [
            joining.program, joining.customer, joining.code, told.device, told.payment,
            told.addressLine, told.postcode, told.country,
        ] { writer.writeCounted(text) }
        let digest = workspace.hash.digest(writer.take().span).bytes
        do {
            let answer = try workspace.joinReferral(
                joining.program, friend: friend, code: joining.code, traits: known(told),
                operation: joining.operation, digest: digest, isDry: joining.isDry
            ) { answerJSON($0, joining.operation, joining.program) }
            return ReferralRoutes.Answered(
                json: answer.answer, isDone: answer.isDone, isRepeat: answer.isRepeat)
        } catch ReferralDesk.Failure.reused {
            throw APIError.keyReused
        } catch ReferralDesk.Failure.unknownProgram {
            throw APIError.unknownDefinition(kind: "referral")
        }
    }

    private static func review(
        _ asked: ReferralRoutes.Review, in workspace: Workspace
    ) throws -> ReferralRoutes.Answered {
        try check(asked.program, in: workspace)
        let friend = try known(asked.customer, in: workspace)
        let word: ReferralJudgement.Word =
            switch asked.decision {
            case .accept: .counts
            case .refuse: .refused
            case .withdraw: .withdrawn
            }
        var writer = ByteWriter(reserving: 128)
        for text in [asked.program, asked.customer, asked.decision.rawValue, asked.reason] {
            writer.writeCounted(text)
        }
        let key = ReferralRequestKey(
            operation: asked.operation, digest: workspace.hash.digest(writer.take().span).bytes)
        do {
            let answer = try workspace.judgeReferral(
                asked.program, friend: friend,
                ReferralWord(word, reason: asked.reason, by: "key", isDry: asked.isDry), key: key
            ) { review in
                let joined = ReferralJoining.joined(
                    advocate: review.state.id.advocate, friend: review.state.id.friend,
                    status: review.status.word, reason: review.status.words)
                return answerJSON(joined, asked.operation, asked.program)
            }
            guard let answer else { throw APIError.unknownDefinition(kind: "joining") }
            return ReferralRoutes.Answered(
                json: answer.answer, isDone: true, isRepeat: answer.isRepeat)
        } catch ReferralDesk.Failure.reused {
            throw APIError.keyReused
        }
    }

    private static func answerJSON(
        _ outcome: ReferralJoining, _ operation: String, _ program: String
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("operation", operation)
        json.member("program", program)
        switch outcome {
        case .joined(let advocate, let friend, let status, let reason):
            json.member("done", true)
            json.member("advocate", advocate.description)
            json.member("customer", friend.description)
            json.member("status", status)
            json.member("reason", reason)
        case .refused(let code, let reason):
            json.member("done", false)
            json.member("type", "about:blank")
            json.member("title", "Refused")
            json.member("status", 409)
            json.member("code", code)
            json.member("detail", reason)
        }
        json.endObject()
        return json.bytes
    }
}
