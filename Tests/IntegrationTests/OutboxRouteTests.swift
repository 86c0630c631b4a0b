import Foundation
import Testing

extension IntegrationTests {
    /// Tasks, receivers and the outbox over the API.
    @Suite(
        .enabled(if: Installation.hasProgram, "perennial isn't built"),
        .enabled(if: Installation.python != nil, "no python3"))
    struct OutboxRouteTests {
        private let shop: Shop
        private let server: RunningServer
        private let keys: [String: String]

        init() throws {
            shop = try Shop()
            var keys: [String: String] = [:]
            for scope in ["track", "read", "write", "admin"] {
                keys[scope] = try shop.writeKey(scope: scope)
            }
            self.keys = keys
            let python = try #require(Installation.python)
            for arguments in [["tasks", "7"], ["fill", "5", "nobody"]] {
                let filled = try Program(
                    python,
                    [
                        Installation.peer("webhooks.py"), arguments[0],
                        shop.data + "/records.sqlite",
                    ] + arguments[1...], in: shop.folder
                ).wait()
                try #require(filled.code == 0, "\(filled.errors)")
            }
            server = try shop.serve()
        }

        private func ask(
            _ method: String, _ path: String, _ scope: String?, _ body: String = ""
        ) throws -> (status: Int, json: JSON, headers: [String: String]) {
            let headers = scope.flatMap { keys[$0] }.map { ["Authorization": "Bearer \($0)"] }
            let answer = try server.request(
                method, path, headers: headers ?? [:], body: Array(body.utf8))
            return (answer.status, try JSON(answer.text), answer.headers)
        }

        @Test func `Tasks are read page by page and ticked off once`() throws {
            var titles: [String] = []
            var after = ""
            while true {
                let page = try ask("GET", "/v1/tasks?limit=3&owner=sales" + after, "read")
                #expect(page.status == 200)
                titles += page.json.tasks.array.compactMap(\.title.string)
                guard let next = page.json.next.string else { break }
                after = "&after=" + next
            }
            #expect(titles == ["0", "3", "6", "1", "4", "2", "5"].map { "Call " + $0 })
            let first = try ask("GET", "/v1/tasks?limit=1", "read").json.tasks[0]
            let id = try #require(first.id.string)
            let done = try ask(
                "POST", "/v1/tasks/\(id)/done", "write", #"{"by":"Kim","note":"reached them"}"#)
            #expect(done.status == 200)
            #expect(done.json.doneBy.string == "Kim")
            let again = try ask("POST", "/v1/tasks/\(id)/done", "write")
            #expect(again.json.doneBy.string == "Kim")
            let list = try ask("GET", "/v1/tasks?state=done", "read")
            #expect(list.json.tasks.array.map(\.note.string) == ["reached them"])
            #expect(try shop.json("task", "list").tasks.array.count == 6)
            let said = try shop.say("task", "done", id)
            #expect(said.hasPrefix("was done already"))
        }

        @Test func `A task is asked for by a program once, and by a command`() throws {
            try shop.importOrders("o1,user-0,2024-01-05,10\n")
            try server.settle()
            let asked =
                #"{"customer":"user-0","title":" Send a\nmap ","owner":"Kim","due":"2030-03-01","key":"k1"}"#
            let made = try ask("POST", "/v1/tasks", "write", asked)
            #expect(made.status == 201)
            #expect(made.json.title.string == "Send a map")
            #expect(made.json.dueAt.string == "2030-03-01T23:59:59.999Z")
            let again = try ask("POST", "/v1/tasks", "write", asked)
            #expect(again.status == 200)
            #expect(again.json.id.string == made.json.id.string)
            let listed = try ask("GET", "/v1/tasks?owner=Kim&customer=user-0", "read").json.tasks
            #expect(listed.array.count == 1)
            let nobody = try ask(
                "POST", "/v1/tasks", "write", #"{"customer":"nobody","title":"Call"}"#)
            #expect(nobody.json.error.code.string == "unknown_customer")
            let said = try shop.say(
                "task", "add", "user-0", "Call back", "--owner", "Kim", "--due", "2030-03-02")
            #expect(said.contains("Call back, due 2030-03-02 23:59"))
            let titles = try shop.json("task", "list", "--owner", "Kim").tasks.array
                .compactMap(\.title.string)
            #expect(titles == ["Send a map", "Call back"])
            let wrong = try shop.run(["task", "add", "user-0", "Call", "--due", "soon"])
            #expect(wrong.code != 0 && wrong.errors.contains("takes a day such as 2026-03-01"))
        }

        @Test func `The outbox is read with its filters, and dead letters are replayed`() throws {
            try Deadline.wait(for: "the dead letters") {
                let page = try ask("GET", "/v1/outbox?state=dead", "read").json
                return page.items.array.count == 5 ? () : nil
            }
            let page = try ask("GET", "/v1/outbox?kind=webhook&receiver=nobody&limit=2", "read")
            #expect(page.json.items.array.count == 2)
            let item = page.json.items[0]
            #expect(item.journey.string == "win-back")
            #expect(item.payload.data.number.int == 4)
            #expect(item.lastError.string?.hasPrefix("there is no receiver nobody;") == true)
            let next = try #require(page.json.next.string)
            let rest = try ask("GET", "/v1/outbox?limit=9&after=" + next, "read")
            #expect(rest.json.items.array.count == 3)
            let id = try #require(item.id.string)
            #expect(try shop.say("outbox", "replay", id).contains("tried again"))
            #expect(try JSON(try shop.say("outbox", "show", id)).key.string == "key-nobody-4")
            #expect(try shop.say("outbox", "list", "--journey", "other").contains("in all: "))
        }

        @Test func `Receivers are added, listed without their secrets, and removed`() throws {
            let body = #"{"name":"crm","url":"https://CRM.example/hooks"}"#
            let added = try ask("POST", "/v1/receivers", "admin", body)
            #expect(added.status == 201)
            #expect(added.json.secret.string?.hasPrefix("whsec_") == true)
            #expect(added.json.url.string == "https://crm.example/hooks")
            #expect(added.headers["cache-control"] == "no-store")
            let twice = try ask("POST", "/v1/receivers", "admin", body)
            #expect(twice.status == 409)
            #expect(twice.json.error.code.string == "receiver_exists")
            let list = try ask("GET", "/v1/receivers", "admin").json.receivers
            #expect(list[0].name.string == "crm")
            #expect(list[0].secret.isNull)
            #expect(try ask("DELETE", "/v1/receivers/crm", "admin").status == 200)
            let gone = try ask("DELETE", "/v1/receivers/crm", "admin")
            #expect(gone.status == 404)
            #expect(gone.json.error.code.string == "unknown_receiver")
        }

        @Test func `Each route asks for its own scope`() throws {
            let routes = [
                ("GET", "/v1/tasks", "read"), ("POST", "/v1/tasks", "write"),
                ("GET", "/v1/outbox", "read"),
                ("POST", "/v1/tasks/tsk_1/done", "write"), ("GET", "/v1/receivers", "admin"),
                ("POST", "/v1/receivers", "admin"), ("DELETE", "/v1/receivers/crm", "admin"),
            ]
            for (method, path, scope) in routes {
                #expect(try ask(method, path, nil).status == 401, "\(method) \(path)")
                for other in keys.keys where other != scope {
                    let refused = try ask(method, path, other)
                    #expect(refused.status == 403, "\(method) \(path) \(other)")
                    #expect(refused.json.error.code.string == "forbidden")
                }
                let answer = try ask(method, path, scope)
                #expect([200, 400, 404].contains(answer.status), "\(method) \(path)")
            }
        }

        @Test func `What isn't understood is said with its place`() throws {
            let wrong: [(String, String, String, String, String, String)] = [
                ("GET", "/v1/tasks?state=odd", "read", "", "state", "invalid_parameter"),
                ("GET", "/v1/tasks?limit=501", "read", "", "limit", "invalid_parameter"),
                ("GET", "/v1/tasks?limit=0", "read", "", "limit", "invalid_parameter"),
                ("GET", "/v1/tasks?after=x", "read", "", "after", "invalid_parameter"),
                ("GET", "/v1/tasks?colour=red", "read", "", "colour", "unknown_parameter"),
                ("POST", "/v1/tasks", "write", "{}", "customer", "missing_member"),
                (
                    "POST", "/v1/tasks", "write", #"{"customer":"user-0"}"#, "title",
                    "missing_member"
                ),
                (
                    "POST", "/v1/tasks", "write", #"{"customer":"user-0","title":" "}"#, "title",
                    "invalid_member"
                ),
                (
                    "POST", "/v1/tasks", "write",
                    #"{"customer":"user-0","title":"Call","due":"soon"}"#, "due", "invalid_member"
                ),
                (
                    "POST", "/v1/tasks", "write", #"{"customer":"user-0","title":"Call","key":""}"#,
                    "key", "invalid_member"
                ),
                ("GET", "/v1/outbox?state=lost", "read", "", "state", "invalid_parameter"),
                ("GET", "/v1/outbox?kind=pigeon", "read", "", "kind", "invalid_parameter"),
                ("GET", "/v1/outbox?after=7", "read", "", "after", "invalid_parameter"),
                ("POST", "/v1/receivers", "admin", "{}", "name", "missing_member"),
                ("POST", "/v1/receivers", "admin", #"{"name":"a"}"#, "url", "missing_member"),
                ("POST", "/v1/receivers", "admin", #"{"name":7}"#, "name", "invalid_member"),
                (
                    "POST", "/v1/receivers", "admin", #"{"name":"A b","url":"https://a.example"}"#,
                    "name", "invalid_member"
                ),
                (
                    "POST", "/v1/receivers", "admin", #"{"name":"a","url":"http://a.example"}"#,
                    "url", "invalid_member"
                ),
                (
                    "POST", "/v1/receivers", "admin",
                    #"{"name":"a","url":"https://a.example","secret":"short"}"#, "secret",
                    "invalid_member"
                ),
                (
                    "POST", "/v1/receivers", "admin", #"{"allowPrivate":true}"#, "allowPrivate",
                    "unknown_member"
                ),
                ("POST", "/v1/receivers", "admin", "[]", "", "invalid_json"),
            ]
            for (method, path, scope, body, place, code) in wrong {
                let answer = try ask(method, path, scope, body)
                #expect(answer.status == 400, "\(path) \(body)")
                #expect(answer.json.error.path.string == place, "\(path) \(body)")
                #expect(answer.json.error.code.string == code, "\(path) \(body)")
            }
            let long = String(repeating: " ", count: 16 * 1024) + "{}"
            #expect(try ask("POST", "/v1/receivers", "admin", long).status == 413)
            let unknown = try ask("GET", "/v1/tasks?customer=nobody", "read")
            #expect(unknown.json.error.code.string == "unknown_customer")
            let task = try ask("POST", "/v1/tasks/tsk_0/done", "write")
            #expect(task.json.error.code.string == "unknown_task")
            let put = try ask("PUT", "/v1/receivers", "admin")
            #expect(put.status == 405)
            #expect(put.headers["allow"] == "GET, POST")
        }
    }
}
