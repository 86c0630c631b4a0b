import Access
import ArgumentParser
import Kernel
import Records
import Runtime

/// `perennial member add|list|password|remove`
struct MemberCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member",
        abstract: "Adds, lists and removes the people who sign in to the console.",
        subcommands: [
            MemberAddCommand.self, MemberListCommand.self, MemberPasswordCommand.self,
            MemberRemoveCommand.self,
        ])
}

struct MemberAddCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a member, with a password that is printed once.",
        discussion: """
            The first member of a workspace is its owner; for anybody else, say with --role what they \
            may do.
            """)
    static var makesWorkspace: Bool { true }

    @Argument(help: "The member's e-mail, by which they sign in.")
    var email: String

    @Option(help: "What to call them.")
    var name = ""

    @Option(help: "owner, admin, marketer, analyst, support or developer; the first is the owner.")
    var role: String?

    @OptionGroup var workspace: WorkspaceOptions

    func validate() throws {
        if let role, Role(rawValue: role) == nil {
            throw ValidationError("--role is one of \(Self.roles), not \(role)")
        }
        guard email.contains("@"), email.utf8.count <= 254 else {
            throw ValidationError("\(email) is not an e-mail address")
        }
    }

    private static var roles: String { Role.allCases.map(\.rawValue).joined(separator: ", ") }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let role = try await chosenRole(in: workspace)
        let password = try await NewMember.add(
            email: email, name: name, role: role, to: workspace)
        try await output.line("member    \(email.lowercased())")
        try await output.line("role      \(role.rawValue)")
        try await output.line("password  \(password)")
        try await output.line("It is not shown again.")
    }

    /// Nobody becomes an owner by leaving a flag out, but the first, without whom there were none.
    private func chosenRole(in workspace: Workspace) async throws -> Role {
        if let role = role.flatMap({ Role(rawValue: $0) }) { return role }
        let members = try await Blocking.run { try workspace.records.members() }
        if members.contains(where: { $0.email == email.lowercased() }) {
            throw ValidationFailure("\(email) is a member already")
        }
        guard members.isEmpty else {
            throw ValidationFailure("say with --role what they may do: one of \(Self.roles)")
        }
        return .owner
    }
}

struct MemberListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the members.")

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let members = try await Blocking.run { try workspace.records.members() }
        var table = TextTable(headings: ["member", "e-mail", "name", "role", "since"])
        for member in members {
            table.rows.append([
                member.id.description, member.email, member.name, member.role,
                Figures.time(member.createdAt, workspace.zone),
            ])
        }
        try await output.line(
            members.isEmpty
                ? "no members yet; add one with: perennial member add E-MAIL" : table.table())
    }
}

struct MemberPasswordCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "password",
        abstract: "Gives a member a new password, printed once, and ends their sessions.",
        discussion:
            "For who forgot theirs. Who knows it can choose another in the console, on their account's page."
    )

    @Argument(help: "The member's e-mail.")
    var email: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let password = NewMember.password()
        let isSet = try await Blocking.run { [email] in
            guard let member = try workspace.records.member(email: email.lowercased()) else {
                return false
            }
            let hash = try PasswordHash(password, random: .system)
            return try workspace.records.setPassword(of: member.id, to: hash.phc)
        }
        guard isSet else { throw NewMember.unknown(email) }
        try await output.line("member    \(email.lowercased())")
        try await output.line("password  \(password)")
        try await output.line(
            "It is not shown again. Wherever they were signed in, they are not now.")
    }
}

struct MemberRemoveCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Removes a member and ends their sessions.",
        discussion: """
            The last owner stays, as does the last who may manage members. API keys aren't a member's; \
            see perennial key list.
            """)

    @Argument(help: "The member's e-mail.")
    var email: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let removal = try await Blocking.run { [email] in
            try workspace.records.removeMember(email: email.lowercased()) { role, others in
                // Who has a role that isn't known here may do nothing, so nothing is lost with them.
                Role(rawValue: role)?.mayLeave(others: others.compactMap { Role(rawValue: $0) })
                    ?? true
            }
        }
        switch removal {
        case .removed: try await output.line("removed; they are signed out everywhere")
        case .unknown: throw NewMember.unknown(email)
        case .needed:
            throw ValidationFailure(
                "\(email) is the last owner, or the last who may manage members; add another first, "
                    + "with: perennial member add E-MAIL --role owner")
        }
    }
}

/// Makes members whose password nobody chose.
enum NewMember {
    /// 24 letters and digits in groups, about 118 bits.
    static func password() -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789".utf8)
        var password = ""
        var count = 0
        while count < 24 {
            // Bytes beyond a multiple of the letters are dropped, so that each is as likely.
            guard let byte = RandomSource.system.bytes(1).first, Int(byte) < 248 else { continue }
            if count > 0, count % 6 == 0 { password.append("-") }
            password.unicodeScalars.append(Unicode.Scalar(letters[Int(byte) % letters.count]))
            count += 1
        }
        return password
    }

    /// - Returns: The password.
    static func add(
        email: String, name: String, role: Role, to workspace: Workspace
    ) async throws -> String {
        let password = password()
        let record = MemberRecord(
            id: workspace.newID(Member.self), email: email.lowercased(),
            name: name.isEmpty ? String(email.split(separator: "@").first ?? "") : name,
            role: role.rawValue, passwordHash: "", createdAt: workspace.clock.now)
        let isAdded = try await Blocking.run {
            var member = record
            member.passwordHash = try PasswordHash(password, random: .system).phc
            return try workspace.records.addMember(member)
        }
        guard isAdded else { throw ValidationFailure("\(email) is a member already") }
        return password
    }

    static func unknown(_ email: String) -> ValidationFailure {
        ValidationFailure("nobody signs in as \(email); see perennial member list")
    }
}
