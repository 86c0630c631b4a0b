import Insights
import Kernel

/// What went wrong, what was kept, what to do.
struct FailureView {
    let code: String
    let title: String
    let message: String
    let advice: String
    /// What to tell the engineer; empty for none.
    let reference: String

    static func notFound(_ words: Words) -> FailureView {
        FailureView(
            code: "404", title: words("error.404"), message: words("error.404.message"),
            advice: words("error.404.advice"), reference: "")
    }

    static func forbidden(_ words: Words) -> FailureView {
        FailureView(
            code: "403", title: words("error.403"), message: words("error.403.message"),
            advice: words("error.403.advice"), reference: "")
    }

    /// For a member whose role doesn't allow it.
    static func notAllowed(_ words: Words, role: String) -> FailureView {
        FailureView(
            code: "403", title: words("error.notAllowed"),
            message: words("error.notAllowed.message", role),
            advice: words("error.notAllowed.advice"), reference: "")
    }

    static func internalError(_ words: Words, reference: String) -> FailureView {
        FailureView(
            code: "500", title: words("error.500"), message: words("error.500.message"),
            advice: words("error.500.advice"), reference: words("error.500.reference", reference))
    }
}

/// The sign-in form.
struct SignInView {
    let email: String
    let problem: String
    /// Where to go afterwards.
    let next: String
}

/// The question before a merge is undone.
struct MergeUndoView {
    let from: String
    let into: String
    let note: String
    let path: String
    let backPath: String

    init(_ merge: MergeRow, formats: Formats) {
        from = merge.fromLabel
        into = merge.intoLabel
        note = formats.words("merge.note", merge.reason, formats.day(merge.at))
        backPath = "/customers/\(merge.into)"
        path = "/customers/\(merge.into)/merges/\(merge.merge)/undo"
    }
}

/// What the search over everything found.
struct FindView {
    struct Hit {
        let id: String
        let label: String
        let note: String?
        let path: String
        let icon: String
    }

    let search: String
    let pages: [Hit]
    let customers: [Hit]
    let isEmpty: Bool

    /// So many definitions are shown.
    private static let definitionsMax = 8

    /// - Parameter rooms: Those that are open to whoever searches.
    init(
        search: String, rooms: [Room], rows: [CustomerRow], definitions: [DefinitionLink] = [],
        formats: Formats, icons: String
    ) {
        let words = formats.words
        let entries =
            rooms.map { (words("room.\($0.rawValue)"), $0.path, $0.rawValue) }
            + [
                (words("definitions.title"), "/definitions", "definitions"),
                (words("account.title"), "/account", "person"),
            ]
        let wanted = search.lowercased()
        let named = definitions.filter { link in
            rooms.contains(link.kind.room) && !wanted.isEmpty
                && (link.title.lowercased().contains(wanted) || link.name.contains(wanted))
        }
        pages =
            entries.filter { wanted.isEmpty || $0.0.lowercased().contains(wanted) }.map {
                Hit(
                    id: "hit-\($0.2)", label: $0.0, note: nil, path: $0.1,
                    icon: "\(icons)#\($0.2)")
            }
            + named.prefix(Self.definitionsMax).map { link in
                Hit(
                    id: "hit-\(link.kind.rawValue)-\(link.name)",
                    label: link.title.isEmpty ? link.name : link.title, note: nil,
                    path: link.path,
                    icon: "\(icons)#\(link.kind.rawValue)s")
            }
        customers = rows.map { row in
            Hit(
                id: "hit-\(row.customer)", label: row.label,
                note: row.email == row.label || row.email.isEmpty ? nil : row.email,
                path: "/customers/\(row.customer)", icon: "\(icons)#person")
        }
        self.search = search
        isEmpty = pages.isEmpty && customers.isEmpty
    }
}

/// Members and keys.
struct SettingsView {
    struct MemberLine {
        let name: String
        let email: String
        let role: String
        let added: String
        let lastSignedIn: String
    }

    struct KeyLine {
        let name: String
        let scope: String
        let hint: String
        let created: String
        let status: String
    }

    let members: [MemberLine]
    let keys: [KeyLine]
    let hasKeys: Bool
    let showsMembers: Bool
    let showsKeys: Bool

    init(_ data: SettingsPageData, showsMembers: Bool, showsKeys: Bool, formats: Formats) {
        self.showsMembers = showsMembers
        self.showsKeys = showsKeys
        let words = formats.words
        members = data.members.map { member in
            MemberLine(
                name: member.name, email: member.email, role: member.role,
                added: formats.day(member.addedAt),
                lastSignedIn: member.lastSignedInAt.map { formats.moment($0) }
                    ?? words("settings.never"))
        }
        keys = data.keys.map { key in
            KeyLine(
                name: key.name, scope: key.scope, hint: key.hint,
                created: formats.day(key.createdAt),
                status: key.revokedAt.map { words("settings.revoked", formats.day($0)) }
                    ?? words("settings.inUse"))
        }
        hasKeys = !keys.isEmpty
    }
}

/// The page of definitions.
struct DefinitionsView {
    struct Entry {
        let text: String
        let path: String
    }

    let html: String
    let contents: [Entry]

    init(_ page: MarkdownPage) {
        html = page.html
        contents = page.headings.filter { $0.level == 2 || $0.level == 3 }.map {
            Entry(text: $0.text, path: "#\($0.anchor)")
        }
    }
}
