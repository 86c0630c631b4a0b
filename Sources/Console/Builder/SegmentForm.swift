import Documents

/// A segment as the builder's fields hold it: one group of conditions. What says more is edited as YAML.
struct SegmentForm: Equatable, Sendable {
    enum Match: String, CaseIterable, Sendable {
        case all
        case any
        case none
    }

    var name = ""
    var title = ""
    var description = ""
    var match = Match.all
    var conditions: [ConditionForm] = []

    /// More conditions than this are written as YAML.
    static let conditionsMax = 12

    init(
        name: String = "", title: String = "", description: String = "", match: Match = .all,
        conditions: [ConditionForm] = []
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.match = match
        self.conditions = conditions
    }

    /// What the browser sent: each condition's fields in their order, all of them present.
    init(_ fields: FormFields) {
        name = trimmed(fields["name"] ?? "")
        title = trimmed(fields["title"] ?? "")
        description = trimmed(fields["description"] ?? "")
        match = fields["match"].flatMap(Match.init) ?? .all
        let columns = ["subject", "comparison", "value", "within"].map { fields.all($0) }
        for (index, kind) in fields.all("kind").prefix(Self.conditionsMax).enumerated() {
            func field(_ column: Int) -> String {
                columns[column].indices.contains(index) ? trimmed(columns[column][index]) : ""
            }
            conditions.append(
                ConditionForm(
                    kind: ConditionForm.Kind(rawValue: kind) ?? .attribute, subject: field(0),
                    comparison: field(1), value: field(2), within: field(3)
                ).fitted)
        }
    }

    /// Nil where the definition says more than the fields can hold.
    init?(_ node: DocumentNode) {
        guard case .mapping(let members) = node.value else { return nil }
        for member in members {
            switch (member.name, member.value.value) {
            case ("kind", .text("segment")): break
            case ("name", .text(let text)): name = text
            case ("title", .text(let text)), ("title", .number(let text)): title = text
            case ("description", .text(let text)), ("description", .number(let text)):
                description = text
            case ("where", _):
                guard take(member.value) else { return nil }
            default: return nil
            }
        }
    }

    private mutating func take(_ node: DocumentNode) -> Bool {
        let parts: [DocumentNode]
        switch node.value {
        case .list(let nodes): parts = nodes
        case .mapping(let members):
            if members.count == 1, let member = members.first,
                let match = Match(rawValue: member.name), case .list(let nodes) = member.value.value
            {
                self.match = match
                parts = nodes
            } else {
                parts = [node]
            }
        default: return false
        }
        guard parts.count <= Self.conditionsMax else { return false }
        conditions = parts.compactMap { ConditionForm($0) }
        return conditions.count == parts.count
    }

    /// The definition; its name comes from the title where none was given.
    var document: DocumentNode {
        let list = DocumentNode.list(conditions.map(\.document))
        var members: [(String, DocumentNode)] = [
            ("kind", .text("segment")),
            ("name", .text(name.isEmpty ? Self.name(from: title) : name)),
        ]
        if !title.isEmpty { members.append(("title", .text(title))) }
        if !description.isEmpty { members.append(("description", .text(description))) }
        members.append(("where", match == .all ? list : .mapping([(match.rawValue, list)])))
        return .mapping(members)
    }

    /// `Big spenders, 2026` as `big-spenders-2026`; what can't begin a name is left out.
    static func name(from title: String) -> String {
        var bytes: [UInt8] = []
        for byte in title.lowercased().utf8 {
            let isLetter = byte &- 0x61 < 26
            if isLetter || (byte &- 0x30 < 10 && !bytes.isEmpty) {
                bytes.append(byte)
            } else if !bytes.isEmpty, bytes.last != UInt8(ascii: "-") {
                bytes.append(UInt8(ascii: "-"))
            }
        }
        bytes = Array(bytes.prefix(DefinitionName.bytesMax))
        while bytes.last == UInt8(ascii: "-") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
