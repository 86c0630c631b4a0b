import JSONParsing
package import Kernel

/// Which call a body was sent to.
package enum SegmentCall: Equatable, Sendable {
    /// `POST /v1/track` and its siblings: one message of this kind.
    case single(EventKind)
    /// One message that names its own `type`: a line of an import.
    case typed
    /// `POST /v1/batch`.
    case batch
}

/// Reads bodies of the Segment spec's calls straight into framed events.
///
/// A body is read once. Its events are framed only after all of it is known to be JSON, so a body
/// that breaks off leaves nothing behind.
///
/// - `timestamp` is corrected by the sender's clock: received − (sentAt − timestamp). Without it,
///   an event happened when it was received. `originalTimestamp` (RudderStack) stands in for it.
/// - The batch's `context` is merged into the items', member by member; the item's member wins.
/// - An identify without `traits` takes those in its `context` (RudderStack).
/// - A page's or screen's `category` beside its properties is put among them.
/// - `integrations`, `receivedAt`, `version`, `channel` and whatever else is there are passed over.
package struct SegmentParser {
    let receivedAt: Timestamp
    let flags: EventFlags
    private let newMessageID: () -> String

    /// - Parameters:
    ///   - receivedAt: Now.
    ///   - flags: Set on each event.
    ///   - newMessageID: Gives a message without `messageId` one; at most 255 bytes.
    package init(
        receivedAt: Timestamp, flags: EventFlags = [], newMessageID: @escaping () -> String
    ) {
        self.receivedAt = receivedAt
        self.flags = flags
        self.newMessageID = newMessageID
    }

    /// Parses one body and appends its good events to the builder.
    package func parse(
        _ body: Span<UInt8>, as call: SegmentCall, into builder: inout EventBlockBuilder
    ) -> SegmentOutcome {
        do throws(SegmentRefusal) {
            let envelope = try SegmentEnvelope(reading: body, as: call)
            return .parsed(frame(envelope, of: body, as: call, into: &builder))
        } catch {
            return .refused(error)
        }
    }

    private func frame(
        _ envelope: SegmentEnvelope, of body: Span<UInt8>, as call: SegmentCall,
        into builder: inout EventBlockBuilder
    ) -> SegmentReceipt {
        var receipt = SegmentReceipt()
        receipt.writeKey = envelope.writeKey?.text(in: body)
        var framer = SegmentFramer(
            body: body, call: call, flags: flags, receivedAt: receivedAt,
            sharedContext: envelope.context, sharedSentAt: envelope.sentAt)
        for index in envelope.messages.indices {
            do throws(SegmentFieldProblem) {
                try framer.frame(
                    envelope.messages[index], newMessageID: newMessageID, into: &builder)
                receipt.accepted += 1
            } catch {
                let base = call == .batch ? "$.batch[\(index)]" : "$"
                receipt.rejections.append(
                    Rejection(
                        index: index, path: base + (error.field.map { ".\($0)" } ?? ""),
                        problem: error.problem))
            }
        }
        return receipt
    }
}

/// A body's messages and what they share.
struct SegmentEnvelope {
    var messages: [SegmentMessage] = []
    var context: JSONSlice?
    var sentAt: JSONSlice?
    var writeKey: JSONSlice?

    init(reading body: Span<UInt8>, as call: SegmentCall) throws(SegmentRefusal) {
        let bytesMax =
            call == .batch ? SegmentLimits.batchBytesMax : SegmentLimits.eventBytesMax
        guard body.count <= bytesMax else {
            throw SegmentRefusal(
                path: "$",
                problem: call == .batch
                    ? .bodyTooLarge(bytesMax: bytesMax) : .eventTooLarge(bytesMax: bytesMax))
        }
        do throws(JSONError) {
            if call == .batch {
                try readBatch(body)
            } else {
                var reader = JSONReader(body)
                let message = try SegmentMessage(reading: &reader)
                try reader.finish()
                messages = [message]
                writeKey = message.writeKey
            }
        } catch {
            throw Self.refusal(error, of: body)
        }
        if call == .batch { try checkBatch() }
        if let writeKey, writeKey.kind != .string {
            throw SegmentRefusal(path: "$.writeKey", problem: .wrongKind(expected: "a string"))
        }
    }

    private var batchKind: JSONKind?

    private mutating func readBatch(_ body: Span<UInt8>) throws(JSONError) {
        var reader = JSONReader(body)
        var shared = SegmentMessage()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard SegmentField(key, in: body) == .batch else {
                shared.set(key, to: try reader.readValue(), in: body)
                continue
            }
            batchKind = try reader.peekKind()
            messages.removeAll()
            guard batchKind == .array else {
                _ = try reader.readValue()
                continue
            }
            try readMessages(&reader)
        }
        try reader.finish()
        context = shared.context
        sentAt = shared.sentAt
        writeKey = shared.writeKey
    }

    private mutating func readMessages(_ reader: inout JSONReader) throws(JSONError) {
        // Beyond the limit messages are checked and dropped: one more than allowed tells enough.
        messages.reserveCapacity(min(SegmentLimits.batchEventsMax, reader.bytes.count / 256))
        try reader.beginArray()
        while try reader.nextElement() {
            var message = SegmentMessage()
            if try reader.peekKind().isObject {
                message = try SegmentMessage(reading: &reader)
            } else {
                _ = try reader.readValue()
            }
            if messages.count <= SegmentLimits.batchEventsMax { messages.append(message) }
        }
    }

    private func checkBatch() throws(SegmentRefusal) {
        switch batchKind {
        case .array: break
        case nil, .null: throw SegmentRefusal(path: "$.batch", problem: .missing)
        default:
            throw SegmentRefusal(path: "$.batch", problem: .wrongKind(expected: "an array"))
        }
        let eventsMax = SegmentLimits.batchEventsMax
        guard messages.count <= eventsMax else {
            throw SegmentRefusal(path: "$.batch", problem: .tooManyEvents(eventsMax: eventsMax))
        }
        guard let context else { return }
        guard context.kind == .object else {
            throw SegmentRefusal(path: "$.context", problem: .wrongKind(expected: "an object"))
        }
        let bytesMax = SegmentLimits.sharedContextBytesMax
        guard context.range.count <= bytesMax else {
            throw SegmentRefusal(path: "$.context", problem: .tooLong(bytesMax: bytesMax))
        }
    }

    private static func refusal(_ error: JSONError, of body: Span<UInt8>) -> SegmentRefusal {
        let path = error.path(in: body)
        guard error.reason == .wrongKind else {
            return SegmentRefusal(
                path: path, problem: .invalidJSON(error.reason, offset: error.offset))
        }
        return SegmentRefusal(path: path, problem: .wrongKind(expected: "an object"))
    }
}
