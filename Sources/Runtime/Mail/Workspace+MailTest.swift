import JSONParsing
package import Kernel
import Records

extension Workspace {
    package enum TestFailure: Error, CustomStringConvertible {
        case lost

        package var description: String { "the test could not be put into the outbox" }
    }

    /// Puts a test of a template into the outbox: as a customer would get it, to another address.
    ///
    /// - Parameter number: Makes the test one of its own.
    /// - Returns: The message's number.
    package func sendTest(
        of template: String, to address: String, as customer: ID<Customer>,
        number: ID<OutboxItem>
    ) async throws -> ID<OutboxItem> {
        var json = JSONWriter()
        json.beginObject()
        json.member("channel", "email")
        json.member("template", template)
        json.member("testAddress", address)
        json.endObject()
        let key = "test/\(number)"
        let draft = OutboxDraft(
            key: key, customer: customer,
            content: .send(lane: "email", message: json.bytes), createdAt: clock.now)
        let id = try await engine.perform { tables in
            try tables.add([draft])
            return try tables.outboxItem(key: key)
        }
        guard let id else { throw TestFailure.lost }
        return id
    }
}
