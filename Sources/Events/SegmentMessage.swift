import JSONParsing

/// Where the fields of one message are in a body. Absent fields and nulls are nil; of a field
/// that is there twice, the last counts.
struct SegmentMessage {
    /// The message's own bytes; nil for a batch's element that isn't an object.
    var range: Range<Int>?
    var type: JSONSlice?
    var messageID: JSONSlice?
    var userID: JSONSlice?
    var anonymousID: JSONSlice?
    var previousID: JSONSlice?
    var groupID: JSONSlice?
    var event: JSONSlice?
    var name: JSONSlice?
    var category: JSONSlice?
    var timestamp: JSONSlice?
    var originalTimestamp: JSONSlice?
    var sentAt: JSONSlice?
    var properties: JSONSlice?
    var traits: JSONSlice?
    var context: JSONSlice?
    var writeKey: JSONSlice?

    /// An element that isn't an object.
    init() {}

    /// Reads an object's members; those that aren't of the spec are checked and passed over.
    init(reading reader: inout JSONReader) throws(JSONError) {
        _ = try reader.peekKind()
        let start = reader.offset
        try reader.beginObject()
        while let key = try reader.nextKey() {
            let value = try reader.readValue()
            set(key, to: value, in: reader.bytes)
        }
        range = start..<reader.offset
    }

    /// Puts a member's value where it belongs.
    mutating func set(_ key: JSONSlice, to value: JSONSlice, in bytes: Span<UInt8>) {
        guard let field = SegmentField(key, in: bytes) else { return }
        let value = value.kind.isNull ? nil : value
        switch field {
        case .type: type = value
        case .messageID: messageID = value
        case .userID: userID = value
        case .anonymousID: anonymousID = value
        case .previousID: previousID = value
        case .groupID: groupID = value
        case .event: event = value
        case .name: name = value
        case .category: category = value
        case .timestamp: timestamp = value
        case .originalTimestamp: originalTimestamp = value
        case .sentAt: sentAt = value
        case .properties: properties = value
        case .traits: traits = value
        case .context: context = value
        case .writeKey: writeKey = value
        case .batch: break
        }
    }
}

/// The members of a message or a batch that mean something here.
enum SegmentField {
    case type, messageID, userID, anonymousID, previousID, groupID, event, name, category
    case timestamp, originalTimestamp, sentAt, properties, traits, context, writeKey, batch

    init?(_ key: JSONSlice, in bytes: Span<UInt8>) {
        if key.hasEscapes {
            var decoded: [UInt8] = []
            key.appendText(in: bytes, to: &decoded)
            self.init(name: decoded.span)
        } else {
            self.init(name: bytes.extracting(key.content))
        }
    }

    /// Length and first letter leave one candidate or two.
    private init?(name: Span<UInt8>) {
        guard name.count >= 4 else { return nil }
        let (field, expected): (SegmentField, StaticString)
        switch (name.count, name[0]) {
        case (4, UInt8(ascii: "t")): (field, expected) = (.type, "type")
        case (4, UInt8(ascii: "n")): (field, expected) = (.name, "name")
        case (5, UInt8(ascii: "e")): (field, expected) = (.event, "event")
        case (5, UInt8(ascii: "b")): (field, expected) = (.batch, "batch")
        case (6, UInt8(ascii: "u")): (field, expected) = (.userID, "userId")
        case (6, UInt8(ascii: "s")): (field, expected) = (.sentAt, "sentAt")
        case (6, UInt8(ascii: "t")): (field, expected) = (.traits, "traits")
        case (7, UInt8(ascii: "c")): (field, expected) = (.context, "context")
        case (7, UInt8(ascii: "g")): (field, expected) = (.groupID, "groupId")
        case (8, UInt8(ascii: "c")): (field, expected) = (.category, "category")
        case (8, UInt8(ascii: "w")): (field, expected) = (.writeKey, "writeKey")
        case (9, UInt8(ascii: "m")): (field, expected) = (.messageID, "messageId")
        case (9, UInt8(ascii: "t")): (field, expected) = (.timestamp, "timestamp")
        case (10, UInt8(ascii: "p")):
            let isProperties = name[2] == UInt8(ascii: "o")
            (field, expected) =
                isProperties ? (.properties, "properties") : (.previousID, "previousId")
        case (11, UInt8(ascii: "a")): (field, expected) = (.anonymousID, "anonymousId")
        case (17, UInt8(ascii: "o")):
            (field, expected) = (.originalTimestamp, "originalTimestamp")
        default: return nil
        }
        for index in 0..<name.count where name[index] != expected.utf8Start[index] { return nil }
        self = field
    }
}
