import Access
import ArgumentParser
import Glibc
import Kernel
import Records
import Runtime

/// `perennial member add|list`
struct MemberCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member", abstract: "Adds and lists the people who sign in to the console.",
        subcommands: [MemberAddCommand.self, MemberListCommand.self])
}

struct MemberAddCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Adds a member, with a password that is printed once.")

    @Argument(help: "The member's e-mail, by which they sign in.")
    var email: String

    @Option(help: "What to call them.")
    var name = ""

    @Option(help: "owner, admin, marketer, analyst, support or developer.")
    var role = "owner"

    @OptionGroup var workspace: WorkspaceOptions

    func validate() throws {
        guard Role(rawValue: role) != nil else {
            let names = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--role is one of \(names), not \(role)")
        }
        guard email.contains("@"), email.utf8.count <= 254 else {
            throw ValidationError("\(email) is not an e-mail address")
        }
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let password = try await NewMember.add(
            email: email, name: name, role: Role(rawValue: role) ?? .owner, to: workspace)
        try await output.line("member    \(email.lowercased())")
        try await output.line("password  \(password)")
        try await output.line("It is not shown again.")
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

/// Makes members whose password nobody chose.
enum NewMember {
    /// - Returns: The password: 24 letters and digits in groups, about 118 bits.
    static func add(
        email: String, name: String, role: Role, to workspace: Workspace
    ) async throws -> String {
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
        let chosen = password
        let record = MemberRecord(
            id: workspace.newID(Member.self), email: email.lowercased(),
            name: name.isEmpty ? String(email.split(separator: "@").first ?? "") : name,
            role: role.rawValue, passwordHash: "", createdAt: workspace.clock.now)
        let isAdded = try await Blocking.run {
            var member = record
            member.passwordHash = try PasswordHash(chosen, random: .system).phc
            return try workspace.records.addMember(member)
        }
        guard isAdded else { throw ValidationFailure("\(email) is a member already") }
        return password
    }
}
