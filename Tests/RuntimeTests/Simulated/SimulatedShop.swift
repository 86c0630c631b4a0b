import Documents
import Events
import Kernel
import Runtime
import TestSupport

/// What happens to a simulated workspace, a step at a time.
enum SimulatedStep {
    case definitions([DefinitionDraft])
    case events([EventDraft])
    /// Time goes by, and the process sees each moment at which something is due.
    case pass(to: Timestamp)
    /// The same with the process away: it comes back at this moment.
    case away(until: Timestamp)
}

/// Makes up what happens in a shop whose definitions use every kind of step.
struct SimulatedShop {
    private var random: SeededRandom
    private var count = 0
    /// Moments at which a wait for a cart's order ends.
    private var deadlines: [Timestamp] = []
    private var carts: [(user: String, cart: String)] = []
    private var edits = 0
    /// Codes that were issued, by the customer's name; told by who runs the shop.
    var codes: [(user: String, code: String)] = []

    static let users = (0..<6).map { "u\($0)" }
    static let anonymous = (0..<3).map { "a\($0)" }

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    mutating func chance(_ percent: Int) -> Bool { number(1...100) <= percent }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(random.next() % UInt64(range.count))
    }

    mutating func one<Value>(of values: [Value]) -> Value { values[number(0...values.count - 1)] }

    // MARK: Definitions

    /// - Parameter edition: Changes lengths of time, and takes people with it.
    static func definitions(edition: Int) throws -> [DefinitionDraft] {
        let pause = ["2 hours", "3 hours", "1 hour"][edition % 3]
        return try [
            #"{"kind":"segment","name":"buyers","where":[{"did":"Order Completed"}]}"#,
            """
            {"kind":"segment","name":"idle","where":[
                {"frequency":{"atLeast":1}},{"recency":{"atLeast":"2 days"}}]}
            """,
            """
            {"kind":"segment","name":"keen","where":[
                {"did":"Page Seen","times":{"atLeast":2},"within":"1 day"}]}
            """,
            #"{"kind":"segment","name":"tried","where":[{"attribute":"tried","is":true}]}"#,
            """
            {"kind":"sending","quietHours":{"from":"21:00","to":"08:00","zone":"customer"},
             "holdout":"10%","exemptTags":["receipt"],
             "caps":[{"channel":"email","atMost":2,"within":"3 days"},
                {"topic":"offers","atMost":1,"within":"1 day"}]}
            """,
            """
            {"kind":"journey","name":"cart","status":"live","topic":"offers","priority":70,
             "entry":{"event":"Cart Updated","per":"event.cart_id","reentry":"always"},
             "goal":{"event":"Order Completed","within":"5 days",
                "where":[{"property":"cart_id","is":"entry.cart_id"}]},
             "steps":[
                {"id":"hour","waitFor":{"event":"Order Completed","atMost":"2 hours",
                    "where":[{"property":"cart_id","is":"entry.cart_id"}]},
                 "happened":[{"id":"noted","set":{"bought":true}},{"id":"end","exit":true}]},
                {"id":"code","coupon":{"percent":10,"expires":"3 days","prefix":"CART"}},
                {"id":"tell","webhook":{"to":"crm","data":{
                    "cart":"{{entry.cart_id}}","code":"{{coupon.code}}"}}},
                {"id":"mail","send":{"channel":"email","template":"cart","deadline":"1 day"}},
                {"id":"call","task":{"title":"Call {{name}}","due":"2 days"}}]}
            """,
            """
            {"kind":"journey","name":"idle","status":"live","holdout":"20%","edits":"move",
             "entry":{"segment":"idle","reentry":{"after":"3 days"}},
             "exit":[{"event":"Unsubscribed"}],
             "goal":{"event":"Order Completed","within":"7 days"},
             "steps":[
                {"id":"half","split":[
                    {"name":"a","share":1,"steps":[
                        {"id":"shop","webhook":{"to":"shop","data":{"part":"a"}}}]},
                    {"name":"b","share":1,"steps":[
                        {"id":"gift","coupon":{"percent":5,"expires":"7 days"}}]}]},
                {"id":"pause","wait":"\(pause)"},
                {"id":"nine","waitUntil":{"at":"09:00","zone":"customer"}},
                {"id":"mail","send":{"channel":"email","template":"idle","deadline":"2 days",
                    "priority":40}},
                {"id":"keen","branch":[
                    {"if":{"segment":"keen"},"steps":[{"id":"call","task":{"title":"Call"}}]},
                    {"else":[{"id":"tried","set":{"tried":true}}]}]},
                {"id":"last","webhook":{"to":"shaky","data":{"name":"{{name}}"}}}]}
            """,
            """
            {"kind":"journey","name":"hello","status":"live",
             "entry":{"event":"Signed Up","reentry":{"after":"1 day"}},
             "exit":[{"event":"Order Completed"}],
             "steps":[
                {"id":"hi","webhook":{"to":"shaky","data":{"n":"{{entry.n}}"}}},
                {"id":"second","wait":"1 second"},
                {"id":"receipt","send":{"channel":"email","template":"hi","tags":["receipt"]}},
                {"id":"tuesday","waitUntil":{"weekday":"tuesday","at":"02:30","zone":"customer"}},
                {"id":"news","send":{"channel":"sms","template":"news","topic":"news",
                    "priority":90}},
                {"id":"wait","wait":"\(pause)"},
                {"id":"crm","webhook":{"to":"crm","data":{"n":"{{entry.n}}","at":"crm"}}}]}
            """,
            """
            {"kind":"journey","name":"tried","status":"live",
             "entry":{"any":[{"segment":"tried"},{"left":"keen"}],"reentry":"always"},
             "steps":[{"id":"points","award":{"points":5}},
                {"id":"again","set":{"tried":false}},
                {"id":"shop","webhook":{"to":"shop","data":{"part":"t"}}}]}
            """,
        ].enumerated().map { index, json in
            DefinitionDraft(
                document: try DocumentNode(json: Array(json.utf8).span), source: json,
                file: "\(index).json")
        }
    }

    // MARK: Happenings

    /// Everybody, so that nobody's number depends on what was told before they came.
    mutating func everybody(at now: Timestamp) -> SimulatedStep {
        let zones = ["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "nowhere"]
        return .events(
            Self.users.map { user in
                .identify(
                    id: "i-\(user)", at: now, user: user,
                    traits: #"{"name":"\#(user)","timezone":"\#(one(of: zones))"}"#)
            }
                + Self.anonymous.map { name in
                    .track("Page Seen", id: "s-\(name)", at: now, anonymous: name)
                })
    }

    mutating func step(at now: Timestamp) throws -> SimulatedStep {
        switch number(1...100) {
        case ...45: return .events((0..<number(1...4)).map { _ in event(at: now) })
        case 46...48:
            edits += 1
            return .definitions(try Self.definitions(edition: edits))
        default:
            let until = moment(after: now)
            return chance(60) ? .pass(to: until) : .away(until: until)
        }
    }

    /// Often one at which something ends, or beside it.
    private mutating func moment(after now: Timestamp) -> Timestamp {
        let ahead = deadlines.filter { $0 > now.adding(milliseconds: 1) }
        if !ahead.isEmpty, chance(45) {
            return one(of: ahead).adding(milliseconds: Int64(number(-1...1)))
        }
        let ms: [Int64] = [
            1, 999, 1_000, 60_000, 60_001, 3_600_000, 7_200_000, 28_800_000, 86_400_000,
            172_800_000,
        ]
        return now.adding(milliseconds: one(of: ms))
    }

    private mutating func event(at now: Timestamp) -> EventDraft {
        count += 1
        let id = "m\(count)"
        let user = one(of: Self.users)
        let at = chance(15) ? now.adding(milliseconds: -Int64(number(1...50_000_000))) : now
        switch number(1...100) {
        case ...25:
            let cart = "c\(count)"
            carts.append((user, cart))
            deadlines.append(now.adding(milliseconds: 7_200_000))
            return .track(
                "Cart Updated", id: id, at: at, user: user, properties: #"{"cart_id":"\#(cart)"}"#)
        case 26...50:
            var properties =
                #"{"order_id":"o\#(count)","total":\#(number(1...90)),"currency":"EUR""#
            var buyer = user
            if !carts.isEmpty, chance(60) {
                let (owner, cart) = one(of: carts)
                buyer = owner
                properties += #","cart_id":"\#(cart)""#
            }
            if let (owner, code) = codes.last, chance(40) {
                buyer = owner
                properties += #","coupon":"\#(code)""#
            }
            deadlines.append(now.adding(milliseconds: 172_800_000))
            return .track(
                "Order Completed", id: id, at: at, user: buyer, properties: properties + "}")
        case 51...65:
            return .track(
                "Signed Up", id: id, at: at, user: user, properties: #"{"n":\#(count)}"#)
        case 66...85:
            let isKnown = chance(70)
            return .track(
                "Page Seen", id: id, at: at, user: isKnown ? user : "",
                anonymous: isKnown ? "" : one(of: Self.anonymous))
        case 86...90: return .track("Unsubscribed", id: id, at: at, user: user)
        case 91...95:
            return .identify(id: id, at: at, user: user, anonymous: one(of: Self.anonymous))
        default:
            return .identify(
                id: id, at: at, user: user,
                traits: #"{"tried":\#(chance(50)),"timezone":"Europe/London"}"#)
        }
    }
}
