import Foundation
import Testing

extension IntegrationTests {
    /// What `/openapi.json` says of keys.
    @Suite(.enabled(if: Installation.hasProgram, "perennial isn't built"))
    struct DescribedScopeTests {
        private struct Operation {
            var method: String
            var path: String
            /// The scope that its key needs; nil where it needs no key.
            var scope: String?
        }

        private func operations(of document: JSON) throws -> [Operation] {
            let usual = document.security[1].bearer[0].string
            return document.paths.members.flatMap { path, item in
                item.members.filter { $0.key != "parameters" }.map { method, operation in
                    let own = operation.security
                    let scope = own.isNull ? usual : own[1].bearer[0].string
                    return Operation(method: method.uppercased(), path: path, scope: scope)
                }
            }
        }

        @Test func `Each operation takes a key with the scope that it names, and no other`() throws
        {
            let shop = try Shop()
            var keys: [String: String] = [:]
            for scope in ["track", "read", "write", "admin"] {
                keys[scope] = try shop.writeKey(scope: scope)
            }
            let server = try shop.serve("--set", "inbox.enabled=true")
            let document = try JSON(try server.request("GET", "/openapi.json").text)
            let operations = try operations(of: document)
            #expect(Set(operations.compactMap(\.scope)) == Set(keys.keys))
            for operation in operations {
                guard let needed = operation.scope else { continue }
                let path = operation.path.replacing(/\{[a-z]+\}/, with: "nothing")
                func status(_ scope: String?) throws -> Int {
                    let headers = scope.flatMap { keys[$0] }
                        .map { ["Authorization": "Bearer \($0)", "Idempotency-Key": "1"] }
                    return try server.request(
                        operation.method, path, headers: headers ?? [:],
                        // A batch is read before its key is looked for in it.
                        body: operation.method == "GET" ? [] : Array(#"{"batch": []}"#.utf8)
                    ).status
                }
                #expect(try status(nil) == 401, "\(operation)")
                for scope in keys.keys {
                    let answer = try status(scope)
                    #expect((answer == 403) == (scope != needed), "\(operation) by \(scope)")
                    #expect(answer != 401 && answer < 500, "\(operation) by \(scope)")
                }
            }
        }
    }
}
