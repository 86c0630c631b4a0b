import API
import Access
import ArgumentParser
import Kernel
import Records
import Runtime

/// `perennial key create|list|revoke`
struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Makes, lists and revokes API keys.",
        subcommands: [KeyCreateCommand.self, KeyListCommand.self, KeyRevokeCommand.self])
}

struct KeyCreateCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Makes a key and prints it, this once.")
    static var makesWorkspace: Bool { true }

    @Option(help: "What the key may do: track, read, write or admin; several with commas.")
    var scope = "track"

    @Option(help: "What to call the key.")
    var name = ""

    @OptionGroup var workspace: WorkspaceOptions

    func validate() throws { _ = try scopes() }

    private func scopes() throws -> APIScopes {
        var scopes = APIScopes()
        for name in scope.split(separator: ",") {
            guard let one = APIScopes(name: String(name)) else {
                throw ValidationError("--scope takes track, read, write or admin, not \(name)")
            }
            scopes.formUnion(one)
        }
        guard !scopes.isEmpty else { throw ValidationError("--scope names what the key may do") }
        return scopes
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let scopes = try scopes()
        let key = APIKeyText(scopes: scopes, random: .system)
        let record = APIKeyRecord(
            id: workspace.newID(APIKey.self), name: name.isEmpty ? scope : name,
            scope: scopes.names.joined(separator: ","), shownPrefix: key.shownPrefix,
            secretHash: key.digest.bytes, createdAt: workspace.clock.now)
        try await Blocking.run { try workspace.records.addAPIKey(record) }
        try RunningServer.keys?.reload()
        try await output.line(key.text)
    }
}

struct KeyListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the keys; their secrets can't be shown again.")

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let keys = try await Blocking.run { try workspace.records.apiKeys() }
        var table = TextTable(headings: ["key", "name", "scope", "begins with", "made", "state"])
        for key in keys {
            table.rows.append([
                key.id.description, key.name, key.scope, key.shownPrefix + "…",
                Figures.time(key.createdAt, workspace.zone),
                key.revokedAt == nil ? "in use" : "revoked",
            ])
        }
        try await output.line(
            keys.isEmpty ? "no keys yet; make one with: perennial key create" : table.table())
    }
}

struct KeyRevokeCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Ends a key at once.")

    @Argument(help: "The key's id (key_…), as listed.")
    var key: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        guard let id = ID<APIKey>(key) else {
            throw ValidationFailure("\(key) is not a key's id; they begin with key_")
        }
        let time = workspace.clock.now
        guard try await Blocking.run({ try workspace.records.revokeAPIKey(id, at: time) }) else {
            throw ValidationFailure("there is no key \(key) in use")
        }
        try RunningServer.keys?.reload()
        try await output.line("revoked")
    }
}
