import Documents

/// A segment as the builder's fields hold it: conditions, and groups of conditions among them. What says more is
/// edited as YAML.
struct SegmentForm: Equatable, Sendable {
    enum Match: String, CaseIterable, Sendable {
        case all
        case any
        case none
    }

    /// Conditions that stand together within the others.
    struct Group: Equatable, Sendable {
        var match = Match.any
        var conditions: [ConditionForm] = []
    }

    var name = ""
    var title = ""
    var description = ""
    var match = Match.all
    var conditions: [ConditionForm] = []
    /// Behind the conditions; none of them is empty.
    var groups: [Group] = []

    /// More conditions than this, in all, are written as YAML.
    static let conditionsMax = 12
    static let groupsMax = 4

    init(
        name: String = "", title: String = "", description: String = "", match: Match = .all,
        conditions: [ConditionForm] = [], groups: [Group] = []
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.match = match
        self.conditions = conditions
        self.groups = groups
    }

    /// What the browser sent: each condition's fields in their order, all of them present, with the number of its
    /// group, 0 for none.
    init(_ fields: FormFields) {
        name = trimmed(fields["name"] ?? "")
        title = trimmed(fields["title"] ?? "")
        description = trimmed(fields["description"] ?? "")
        match = fields["match"].flatMap(Match.init) ?? .all
        let columns = ["subject", "comparison", "value", "within", "group"].map { fields.all($0) }
        groups = fields.all("group-match").prefix(Self.groupsMax).map {
            Group(match: Match(rawValue: $0) ?? .any)
        }
        for (index, kind) in fields.all("kind").prefix(Self.conditionsMax).enumerated() {
            func field(_ column: Int) -> String {
                columns[column].indices.contains(index) ? trimmed(columns[column][index]) : ""
            }
            let condition = ConditionForm(
                kind: ConditionForm.Kind(rawValue: kind) ?? .attribute, subject: field(0),
                comparison: field(1), value: field(2), within: field(3)
            ).fitted
            let group = (Int(field(4)) ?? 0) - 1
            if groups.indices.contains(group) {
                groups[group].conditions.append(condition)
            } else {
                conditions.append(condition)
            }
        }
        groups.removeAll(where: \.conditions.isEmpty)
    }

    /// How many conditions there are in all.
    var count: Int { conditions.count + groups.reduce(0) { $0 + $1.conditions.count } }

    /// Adds a condition.
    ///
    /// - Parameter group: The place of its group; nil for a condition of its own.
    mutating func add(toGroup group: Int?) {
        guard count < Self.conditionsMax else { return }
        let condition = ConditionForm().fitted
        if let group {
            if groups.indices.contains(group) { groups[group].conditions.append(condition) }
        } else {
            conditions.append(condition)
        }
    }

    mutating func addGroup() {
        guard groups.count < Self.groupsMax, count < Self.conditionsMax else { return }
        groups.append(
            Group(match: match == .any ? .all : .any, conditions: [ConditionForm().fitted]))
    }

    /// Takes a condition out by its place among all; with its last one a group goes, too.
    mutating func remove(at place: Int) {
        var place = place
        if conditions.indices.contains(place) {
            conditions.remove(at: place)
            return
        }
        place -= conditions.count
        for index in groups.indices {
            if groups[index].conditions.indices.contains(place) {
                groups[index].conditions.remove(at: place)
                break
            }
            place -= groups[index].conditions.count
        }
        groups.removeAll(where: \.conditions.isEmpty)
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
            if let (match, nodes) = Self.group(members) {
                self.match = match
                parts = nodes
            } else {
                parts = [node]
            }
        default: return false
        }
        for part in parts {
            if case .mapping(let members) = part.value, let (match, nodes) = Self.group(members) {
                let inner = nodes.compactMap { ConditionForm($0) }
                guard inner.count == nodes.count, !inner.isEmpty else { return false }
                groups.append(Group(match: match, conditions: inner))
            } else {
                guard let condition = ConditionForm(part) else { return false }
                conditions.append(condition)
            }
        }
        return count <= Self.conditionsMax && groups.count <= Self.groupsMax
    }

    /// What a mapping holds that is `all`, `any` or `none` of a list; nil for anything else.
    private static func group(
        _ members: [DocumentNode.Member]
    ) -> (Match, [DocumentNode])? {
        guard members.count == 1, let member = members.first,
            let match = Match(rawValue: member.name), case .list(let nodes) = member.value.value
        else { return nil }
        return (match, nodes)
    }

    /// Whether nothing was said yet of who is in it.
    var isUntouched: Bool { groups.isEmpty && conditions == [ConditionForm().fitted] }

    /// The same under some name where it has none yet: who is in it doesn't depend on that.
    var named: SegmentForm {
        var form = self
        if form.name.isEmpty, Self.name(from: title).isEmpty { form.name = "unnamed" }
        return form
    }

    /// The definition; its name comes from the title where none was given.
    var document: DocumentNode {
        let inner = groups.map { group in
            DocumentNode.mapping([
                (group.match.rawValue, .list(group.conditions.map(\.document)))
            ])
        }
        let list = DocumentNode.list(conditions.map(\.document) + inner)
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
