package import Documents
import JSONParsing
package import Kernel
import Records
package import Templates

extension Workspace {
    package enum TestFailure: Error, CustomStringConvertible {
        case lost

        package var description: String { "the test could not be put into the outbox" }
    }

    /// Puts a test of a template into the outbox: as a customer would get it, to another address. Nothing is told of it
    /// on the log, and it counts for no domain.
    ///
    /// - Parameters:
    ///   - source: The template itself, where it isn't saved; else the version in force is sent.
    ///   - sample: What a journey's step would give.
    ///   - number: Makes the test one of its own.
    ///   - channel: The template's.
    /// - Returns: The message's number.
    package func sendTest(
        of template: String, source: DocumentNode? = nil, sample: MailSample = MailSample(),
        to address: String, as customer: ID<Customer>, number: ID<OutboxItem>,
        channel: MessageSource.Channel = .email
    ) async throws -> ID<OutboxItem> {
        var json = JSONWriter()
        json.beginObject()
        json.member("channel", channel.rawValue)
        json.member("template", template)
        json.member("testAddress", address)
        json.key("data")
        sample.data.write(to: &json)
        if let coupon = sample.coupon {
            json.key("coupon")
            coupon.write(to: &json)
        }
        if let source {
            json.key("source")
            source.write(to: &json)
        }
        json.endObject()
        let key = "test/\(number)"
        let draft = OutboxDraft(
            key: key, customer: customer,
            content: .send(lane: channel.rawValue, message: json.bytes), createdAt: clock.now)
        let id = try await engine.perform { tables in
            try tables.add([draft])
            return try tables.outboxItem(key: key)
        }
        guard let id else { throw TestFailure.lost }
        return id
    }
}
