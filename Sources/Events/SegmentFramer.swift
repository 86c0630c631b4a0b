import JSONParsing
import Kernel

/// What is wrong with one field of a message; without a field, with the message.
struct SegmentFieldProblem: Error {
    var field: StaticString?
    var problem: SegmentProblem
}

/// Checks the messages of one body and frames the good ones.
struct SegmentFramer: ~Escapable {
    private let body: Span<UInt8>
    private let call: SegmentCall
    private let flags: EventFlags
    private let receivedAt: Timestamp
    private let sharedContext: JSONSlice?
    private let sharedSentAt: JSONSlice?
    /// The time that `sharedSentAt` says, once it was read.
    private var sharedSent: Timestamp?
    /// Text whose escapes were taken out, reused from field to field.
    private var decoded: [UInt8] = []

    @_lifetime(copy body)
    init(
        body: Span<UInt8>, call: SegmentCall, flags: EventFlags, receivedAt: Timestamp,
        sharedContext: JSONSlice?, sharedSentAt: JSONSlice?
    ) {
        self.body = body
        self.call = call
        self.flags = flags
        self.receivedAt = receivedAt
        self.sharedContext = sharedContext
        self.sharedSentAt = sharedSentAt
    }

    /// Appends the message's frame; an event is in the builder whole or not at all.
    mutating func frame(
        _ message: SegmentMessage, newMessageID: () -> String,
        into builder: inout EventBlockBuilder
    ) throws(SegmentFieldProblem) {
        guard let range = message.range else { throw SegmentFieldProblem(problem: .notAnEvent) }
        let bytes = range.count + (sharedContext?.range.count ?? 0)
        guard bytes <= SegmentLimits.eventBytesMax else {
            throw SegmentFieldProblem(
                problem: .eventTooLarge(bytesMax: SegmentLimits.eventBytesMax))
        }
        let kind = try kind(of: message)
        let occurredAt = try time(of: message)
        let content =
            kind == .identify || kind == .group
            ? try object(message.traits, "traits") : try object(message.properties, "properties")
        let context = try object(message.context, "context")
        try checkIdentity(of: message, kind: kind)

        builder.beginFrame(kind: kind, flags: flags, occurredAt: occurredAt)
        do throws(SegmentFieldProblem) {
            if message.messageID.map({ !$0.content.isEmpty }) ?? false {
                try write(
                    message.messageID, "messageId", to: &builder,
                    bytesMax: SegmentLimits.messageIDBytesMax, allowsNumbers: false)
            } else {
                builder.writePart(newMessageID())
            }
            try writeIdentifier(message.userID, "userId", to: &builder)
            try writeIdentifier(message.anonymousID, "anonymousId", to: &builder)
            try writeName(of: message, kind: kind, to: &builder)
        } catch {
            builder.cancelFrame()
            throw error
        }
        writeContent(content, of: message, kind: kind, to: &builder)
        writeContext(context, to: &builder)
        builder.endFrame()
    }

    // MARK: Checks

    private mutating func kind(of message: SegmentMessage) throws(SegmentFieldProblem) -> EventKind
    {
        var named: EventKind?
        if let type = message.type {
            guard type.kind.isString else {
                throw SegmentFieldProblem(
                    field: "type", problem: .wrongKind(expected: "a string"))
            }
            named = eventKind(type)
            guard named != nil else {
                throw SegmentFieldProblem(field: "type", problem: .unknownType)
            }
        }
        guard case .single(let expected) = call else {
            guard let named else { throw SegmentFieldProblem(field: "type", problem: .missing) }
            return named
        }
        guard named == nil || named == expected else {
            throw SegmentFieldProblem(field: "type", problem: .typeMismatch)
        }
        return expected
    }

    private func eventKind(_ type: JSONSlice) -> EventKind? {
        if type.hasEscapes { return EventKind(name: type.text(in: body)) }
        return EventKind(name: body.extracting(type.content))
    }

    private func checkIdentity(
        of message: SegmentMessage, kind: EventKind
    ) throws(SegmentFieldProblem) {
        if kind == .alias {
            guard isPresent(message.userID) else {
                throw SegmentFieldProblem(field: "userId", problem: .missing)
            }
            return
        }
        guard isPresent(message.userID) || isPresent(message.anonymousID) else {
            throw SegmentFieldProblem(problem: .identityMissing)
        }
    }

    private func isPresent(_ slice: JSONSlice?) -> Bool {
        slice.map { !$0.content.isEmpty } ?? false
    }

    private func object(
        _ slice: JSONSlice?, _ field: StaticString
    ) throws(SegmentFieldProblem) -> JSONSlice? {
        guard let slice, !slice.kind.isObject else { return slice }
        throw SegmentFieldProblem(field: field, problem: .wrongKind(expected: "an object"))
    }

    // MARK: Times

    private mutating func time(
        of message: SegmentMessage
    ) throws(SegmentFieldProblem) -> Timestamp {
        let field: StaticString = message.timestamp == nil ? "originalTimestamp" : "timestamp"
        guard let slice = message.timestamp ?? message.originalTimestamp else { return receivedAt }
        var time = try read(slice, field)
        if let sent = try sentAt(of: message) {
            time = time.adding(milliseconds: receivedAt.milliseconds - sent.milliseconds)
        }
        guard time.milliseconds >= SegmentLimits.earliestMs else {
            throw SegmentFieldProblem(field: field, problem: .timeTooEarly)
        }
        guard time.milliseconds <= receivedAt.milliseconds + SegmentLimits.futureMsMax else {
            throw SegmentFieldProblem(field: field, problem: .timeInFuture)
        }
        return time
    }

    private mutating func sentAt(
        of message: SegmentMessage
    ) throws(SegmentFieldProblem) -> Timestamp? {
        if let own = message.sentAt { return try read(own, "sentAt") }
        if let sharedSent { return sharedSent }
        guard let sharedSentAt else { return nil }
        sharedSent = try read(sharedSentAt, "sentAt")
        return sharedSent
    }

    private mutating func read(
        _ slice: JSONSlice, _ field: StaticString
    ) throws(SegmentFieldProblem) -> Timestamp {
        guard slice.kind.isString else {
            throw SegmentFieldProblem(field: field, problem: .wrongKind(expected: "a string"))
        }
        let time: Timestamp?
        if slice.hasEscapes {
            decoded.removeAll(keepingCapacity: true)
            slice.appendText(in: body, to: &decoded)
            time = Timestamp(parsing: decoded.span)
        } else {
            time = Timestamp(parsing: body.extracting(slice.content))
        }
        guard let time else { throw SegmentFieldProblem(field: field, problem: .timeUnreadable) }
        return time
    }

    // MARK: Identifiers and names

    private mutating func writeIdentifier(
        _ slice: JSONSlice?, _ field: StaticString, to builder: inout EventBlockBuilder
    ) throws(SegmentFieldProblem) {
        try write(
            slice, field, to: &builder, bytesMax: SegmentLimits.identifierBytesMax,
            allowsNumbers: true)
    }

    private mutating func writeName(
        of message: SegmentMessage, kind: EventKind, to builder: inout EventBlockBuilder
    ) throws(SegmentFieldProblem) {
        switch kind {
        case .identify: builder.writePart("")
        case .track:
            try require(message.event, "event")
            try write(
                message.event, "event", to: &builder, bytesMax: SegmentLimits.nameBytesMax,
                allowsNumbers: false)
        case .page, .screen:
            try write(
                message.name, "name", to: &builder, bytesMax: SegmentLimits.nameBytesMax,
                allowsNumbers: false)
        case .group:
            try require(message.groupID, "groupId")
            try writeIdentifier(message.groupID, "groupId", to: &builder)
        case .alias:
            try require(message.previousID, "previousId")
            try writeIdentifier(message.previousID, "previousId", to: &builder)
        }
    }

    private func require(_ slice: JSONSlice?, _ field: StaticString) throws(SegmentFieldProblem) {
        guard isPresent(slice) else { throw SegmentFieldProblem(field: field, problem: .missing) }
    }

    /// Writes a field's text as the frame's next part; nothing where it is absent.
    private mutating func write(
        _ slice: JSONSlice?, _ field: StaticString, to builder: inout EventBlockBuilder,
        bytesMax: Int,
        allowsNumbers: Bool
    ) throws(SegmentFieldProblem) {
        guard let slice else { return builder.writePart("") }
        guard slice.kind.isString || (allowsNumbers && slice.kind.isNumber) else {
            throw SegmentFieldProblem(
                field: field,
                problem: .wrongKind(expected: allowsNumbers ? "a string or a number" : "a string"))
        }
        if slice.hasEscapes {
            decoded.removeAll(keepingCapacity: true)
            slice.appendText(in: body, to: &decoded)
            try Self.check(decoded.span, field, bytesMax: bytesMax)
            builder.writePart(decoded.span)
        } else {
            let text = body.extracting(slice.content)
            try Self.check(text, field, bytesMax: bytesMax)
            builder.writePart(text)
        }
    }

    private static func check(
        _ text: Span<UInt8>, _ field: StaticString, bytesMax: Int
    ) throws(SegmentFieldProblem) {
        guard text.count <= bytesMax else {
            throw SegmentFieldProblem(field: field, problem: .tooLong(bytesMax: bytesMax))
        }
        if ByteScan.hasControls(text) {
            throw SegmentFieldProblem(field: field, problem: .controlCharacter)
        }
    }

    // MARK: Objects

    private func writeContent(
        _ content: JSONSlice?, of message: SegmentMessage, kind: EventKind,
        to builder: inout EventBlockBuilder
    ) {
        switch kind {
        case .identify:
            builder.writePart(JSONMerge.part(content ?? traits(of: message), in: body))
        case .page, .screen:
            guard let category = message.category, category.kind == .string else {
                return builder.writePart(JSONMerge.part(content, in: body))
            }
            builder.writePart(
                JSONMerge.adding("category", category, to: content, in: body).span)
        case .track, .group, .alias: builder.writePart(JSONMerge.part(content, in: body))
        }
    }

    /// The traits in a message's context, where RudderStack's clients put them.
    private func traits(of message: SegmentMessage) -> JSONSlice? {
        guard let context = message.context else { return nil }
        // The body was checked to its end, so this reading of a part of it doesn't fail.
        let traits = try? JSONLookup.member(
            named: "traits".utf8Span.span, of: context, in: body)
        return traits?.kind == .object ? traits : nil
    }

    private func writeContext(_ context: JSONSlice?, to builder: inout EventBlockBuilder) {
        guard let sharedContext, let context else {
            return builder.writePart(JSONMerge.part(context ?? sharedContext, in: body))
        }
        builder.writePart(JSONMerge.merged(context, over: sharedContext, in: body).span)
    }
}
