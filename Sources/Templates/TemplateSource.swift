package import Documents

/// A layout or a partial: a named text that messages extend or include.
package struct TemplateSource: Hashable, Sendable {
    package var name: String
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// A message as its author writes it: its parts, each a template, and what they are for.
package struct MessageSource: Hashable, Sendable {
    /// By which way a message goes.
    package enum Channel: String, CaseIterable, Sendable {
        case email, sms, push, chat, inbox
    }

    package enum Purpose: String, CaseIterable, Sendable {
        /// Needs consent, and has a way out in every part.
        case marketing
        /// What somebody ordered, booked or asked for.
        case transactional
    }

    package var name: String
    package var channel = Channel.email
    package var purpose: Purpose
    /// The title of what is pushed and of what lies in an inbox; empty for SMS and chat.
    package var subject: String
    /// What an inbox shows beside the subject; nil leaves that to the inbox.
    package var preheader: String?
    package var html: String?
    /// Nil has the text part made from the HTML.
    package var text: String?
    /// Variables without which the message isn't sent: `customer.firstName`.
    package var required: [String]
    /// Where a tap leads; not for e-mail and SMS, whose text has its links.
    package var url: String?
    /// A picture's address, of what is pushed.
    package var image: String?
    /// How long a message lies in an inbox, in days; nil for ever.
    package var expiresDays: Int?
    /// The chat room's name in the settings; empty for other channels.
    package var room = ""

    /// The longest that a message may lie in an inbox.
    package static let expiresDaysMax = 3650

    package init(
        name: String, purpose: Purpose = .marketing, subject: String, preheader: String? = nil,
        html: String? = nil, text: String? = nil, required: [String] = []
    ) {
        self.name = name
        self.purpose = purpose
        self.subject = subject
        self.preheader = preheader
        self.html = html
        self.text = text
        self.required = required
    }

    /// Reads a definition of `kind: template`.
    ///
    /// - Throws: Where a member is missing, of another kind, or unknown.
    package init(_ reader: DocumentReader) throws(DocumentProblem) {
        var members = try reader.members()
        let kind = try members.required("kind")
        guard try kind.text() == "template" else { throw kind.problem("must be template") }
        let name = try members.required("name")
        self.name = try name.text()
        guard DefinitionName.isValid(self.name) else {
            throw name.problem("must be small letters, digits and hyphens, and begin with a letter")
        }
        purpose = try members.optional("purpose")?.choice(Purpose.self) ?? .marketing
        channel = try members.optional("channel")?.choice(Channel.self) ?? .email
        required = []
        subject = ""
        for element in try members.optional("required")?.elementsOrSelf() ?? [] {
            required.append(try element.text())
        }
        if channel == .email {
            subject = try members.required("subject").text()
            preheader = try members.optional("preheader")?.text()
            html = try members.optional("html")?.text()
            text = try members.optional("text")?.text()
            guard html != nil || text != nil else {
                throw members.problem("must have html, text or both")
            }
        } else {
            try readShort(&members)
        }
        try members.end()
    }

    /// Reads what the other channels have.
    private mutating func readShort(_ members: inout MemberReader) throws(DocumentProblem) {
        if channel == .push || channel == .inbox {
            subject = try members.required("title").text()
        }
        text = try members.required("text").text()
        if channel != .sms { url = try members.optional("url")?.text() }
        switch channel {
        case .push: image = try members.optional("image")?.text()
        case .inbox:
            if let expires = members.optional("expires") {
                let words = try expires.text().split(separator: " ")
                guard words.count == 2, words[1] == "days" || words[1] == "day",
                    let days = Int(words[0]), (1...Self.expiresDaysMax).contains(days)
                else {
                    throw expires.problem(
                        "must be from 1 day to \(Self.expiresDaysMax) days, such as 30 days")
                }
                expiresDays = days
            }
        case .chat:
            let reader = try members.required("room")
            room = try reader.text()
            guard DefinitionName.isValid(room) else {
                throw reader.problem(
                    "must be the name of a room of the setting chat.rooms: small letters, digits "
                        + "and hyphens")
            }
        case .email, .sms: break
        }
    }

    /// What `init(_:)` reads.
    package var document: DocumentNode {
        var members: [(String, DocumentNode)] = [
            ("kind", .text("template")), ("name", .text(name)),
            ("purpose", .text(purpose.rawValue)),
        ]
        if channel == .email {
            members.append(("subject", .text(subject)))
        } else {
            members.insert(("channel", .text(channel.rawValue)), at: 2)
            if !subject.isEmpty { members.append(("title", .text(subject))) }
        }
        if let preheader { members.append(("preheader", .text(preheader))) }
        if !required.isEmpty { members.append(("required", .list(required.map { .text($0) }))) }
        if let html { members.append(("html", .text(html))) }
        if let text { members.append(("text", .text(text))) }
        if let url { members.append(("url", .text(url))) }
        if let image { members.append(("image", .text(image))) }
        if let expiresDays { members.append(("expires", .text("\(expiresDays) days"))) }
        if !room.isEmpty { members.append(("room", .text(room))) }
        return .mapping(members)
    }
}

/// What a template's output is put into, which decides how values are escaped.
package enum TemplateFormat: String, Sendable, CaseIterable {
    /// HTML: each value is escaped by where it stands (text, attribute, link, style).
    case html
    /// Plain text: values stand as they are.
    case text
    /// One line of a message's head: no control character, and no line end, gets through.
    case header
}

/// Why a template can't be compiled, and where.
package struct TemplateProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        case syntax, unknownFilter, unknownTag, unknownTemplate, unclosed, unsafePlace, tooLarge
    }

    package var kind: Kind
    package var place: TemplatePlace
    /// What a person can act on.
    package var reason: String

    package init(_ kind: Kind, at place: TemplatePlace, _ reason: String) {
        self.kind = kind
        self.place = place
        self.reason = reason
    }

    /// `welcome html, line 3, column 8: …`.
    package var description: String { "\(place): \(reason)" }
}

/// A place in a template; line and column count from 1, the column in characters (Unicode scalars).
package struct TemplatePlace: Hashable, Sendable, CustomStringConvertible {
    package var template: String
    package var line: Int
    package var column: Int

    package init(template: String, line: Int, column: Int) {
        self.template = template
        self.line = line
        self.column = column
    }

    package var description: String { "\(template), line \(line), column \(column)" }
}

/// How large templates may be, and how much a rendering may do.
///
/// Steps are counted by the engine, about one for 64 bytes or one operation, so that the same input takes the
/// same number on any machine; a hundred thousand take some milliseconds.
package struct TemplateLimits: Hashable, Sendable {
    package var sourceBytesMax = 512 * 1024
    package var nestingMax = 32
    package var includeDepthMax = 8
    package var instructionsMax = 20_000
    /// Of the text that is always the same, after includes are put in.
    package var literalBytesMax = 1024 * 1024
    package var filtersMax = 16
    package var conditionTermsMax = 32
    package var slotsMax = 256
    package var stepsMax = 200_000
    /// Over all loops of a rendering.
    package var iterationsMax = 10_000
    package var outputBytesMax = 1024 * 1024
    /// Of one value that filters or captures make.
    package var textBytesMax = 128 * 1024
    package var warningsMax = 50

    package init() {}
}
