import API
import JSONParsing
import Journeys
import Kernel
import Records
import Runtime
import Segments

/// What the API's routes about segments and journeys answer with.
enum AutomationAnswers {
    static func answers(of workspace: Workspace) -> AutomationRoutes.Answers {
        AutomationRoutes.Answers(
            segments: {
                let standings = try await Blocking.run { try workspace.segmentStandings() }
                return list("segments", standings) { standing, json in
                    json.member("name", standing.row.name)
                    json.member("title", standing.definition.title)
                    json.member("version", standing.row.version)
                    json.member("size", standing.size)
                    if let filled = standing.filled { json.member("filled", filled) }
                }
            },
            members: { name, after, limit in
                try await Blocking.run { try members(of: name, after, limit, in: workspace) }
            },
            standings: { customer in
                let answers = try await Blocking.run { () throws -> [SegmentAnswer]? in
                    guard let id = try workspace.customerID(named: customer) else { return nil }
                    return try workspace.explain(id)
                }
                return answers.map { answers in
                    list("segments", answers) { answer, json in
                        json.member("name", answer.segment.name)
                        json.member("isMember", answer.verdict.holds)
                        json.member("reason", answer.verdict.reason)
                        if let since = answer.since { json.member("since", since.description) }
                        if let next = answer.verdict.nextChange {
                            json.member("changesAt", next.description)
                        }
                    }
                }
            },
            journeys: {
                let standings = try await Blocking.run { try workspace.journeyStandings() }
                return list("journeys", standings) { standing, json in
                    json.member("name", standing.row.name)
                    json.member("title", standing.journey.title)
                    json.member("status", standing.journey.status.rawValue)
                    json.member("version", standing.row.version)
                    json.member("inside", standing.inside)
                    json.member("entered", standing.entered)
                    json.member("heldOut", standing.heldOut)
                }
            },
            start: { start in try await decided(start, in: workspace) })
    }

    private static func members(
        of name: String, _ after: String?, _ limit: Int, in workspace: Workspace
    ) throws -> [UInt8]? {
        guard let standing = try workspace.segmentStandings().first(where: { $0.row.name == name })
        else { return nil }
        var first: Int64 = 0
        if let after {
            guard let id = ID<Customer>(after) else {
                throw APIError.invalid(
                    path: "after", code: "invalid_parameter",
                    reason: "takes what next said on the page before")
            }
            first = id.rawValue
        }
        let members = try workspace.records.members(
            of: standing.row.subject, after: first, limit: limit)
        let next = members.count == limit ? members.last?.customer : nil
        return list("members", members, next: next.map { ID<Customer>(rawValue: $0).description }) {
            member, json in
            json.member("customer", ID<Customer>(rawValue: member.customer).description)
            json.member("since", member.since.description)
        }
    }

    private static func decided(
        _ start: AutomationRoutes.Start, in workspace: Workspace
    ) async throws -> [UInt8] {
        let id = try await Blocking.run { try workspace.customerID(named: start.customer) }
        guard let id else { throw APIError.unknownCustomer }
        do {
            let decisions = try await workspace.start(
                JourneyStart(
                    journey: start.journey, key: start.key, properties: start.properties,
                    isByAPI: true), for: id)
            return list("decisions", decisions) { decision, json in
                json.member("kind", decision.kind.rawValue)
                if let step = decision.step { json.member("step", step) }
                if let run = decision.run { json.member("run", run.description) }
                json.member("reason", decision.reason)
            }
        } catch let failure as Workspace.StartFailure {
            switch failure {
            case .unknownJourney: throw APIError.unknownDefinition(kind: "journey")
            case .unknownCustomer: throw APIError.unknownCustomer
            case .notOpen:
                throw APIError.invalid(
                    path: "journey", code: "journey_not_live", reason: failure.description)
            }
        }
    }

    private static func list<Item>(
        _ name: String, _ items: [Item], next: String? = nil,
        _ write: (Item, inout JSONWriter) -> Void
    ) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key(name)
        json.beginArray()
        for item in items {
            json.beginObject()
            write(item, &json)
            json.endObject()
        }
        json.endArray()
        if let next { json.member("next", next) }
        json.endObject()
        return json.bytes
    }
}
