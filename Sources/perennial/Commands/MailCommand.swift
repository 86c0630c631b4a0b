import Access
import ArgumentParser
import Delivery
import FoundationEssentials
import Glibc
import JSONParsing
import Kernel
import Messaging
import Records
import Runtime
import Settings
import Templates

/// `perennial mail key|test|list|inbound|pause|resume`
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Sets mail up, tries it out, and shows what became of it.",
        subcommands: [
            MailCheckCommand.self, MailKeyCommand.self, MailTestCommand.self, MailListCommand.self,
            MailInboundCommand.self, MailPauseCommand.self, MailResumeCommand.self,
            SuppressionCommand.self,
        ])
}

struct MailKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Makes a key that signs e-mails, or shows the one there is, and what to publish.",
        discussion: """
            The private key stays in keys/dkim-SELECTOR.pem of the workspace. Publish the line it prints in \
            the domain's zone, then name the selector in mail.dkim.selectors.
            """)

    @Argument(help: "What receivers look the key up by, such as s2026a.")
    var selector: String

    @Flag(help: "An ed25519 key, which few receivers know yet, to be used beside an rsa one.")
    var ed25519 = false

    @Option(help: "The domain that is signed for; that of mail.from otherwise.")
    var domain: String?

    @OptionGroup var workspace: WorkspaceOptions

    func run() async throws {
        do {
            let values = try workspace.load().values
            let path = MailSetup.keyPath(selector, folder: workspace.folder)
            let sender = values.mail.from.split(separator: "@").last.map {
                String($0.prefix { $0 != ">" })
            }
            guard let domain = domain ?? values.mail.dkimDomain ?? sender else {
                throw ValidationFailure("name the domain with --domain, or set mail.from")
            }
            let key: DKIMKey
            if let data = FileManager.default.contents(atPath: path) {
                key = try DKIMKey(pem: String(decoding: data, as: UTF8.self))
            } else {
                key =
                    ed25519
                    ? try DKIMKey(ed25519Seed: RandomSource.system.bytes(32))
                    : try DKIMKey.newRSA()
                _ = try DKIMSigner(domain: domain, selector: selector, key: key)
                try PrivateFile.write(Array(key.pem.utf8), to: path)
                try await CommandOutput.standard.line("made \(path)")
            }
            try await CommandOutput.standard.line(
                key.zoneLine(selector: selector, domain: domain))
        } catch let refusal as DKIMRefusal {
            throw Shell.exit(for: MailSetup.Problem(refusal.reason))
        } catch {
            throw Shell.exit(for: error)
        }
    }
}

/// Files that only their owner may read, written whole or not at all.
enum PrivateFile {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        func fail() -> Failure {
            Failure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fail() }
        let isWritten = Glibc.write(descriptor, bytes, bytes.count) == bytes.count
        guard isWritten, fsync(descriptor) == 0, close(descriptor) == 0, rename(draft, path) == 0
        else { throw fail() }
    }
}

struct MailTestCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Sends a template as a customer would get it, to an address of your own.")

    @Argument(help: "Where it goes.")
    var address: String

    @Option(help: "The template's name.")
    var template: String

    @Option(help: "Whose it is: an id, user id, e-mail or phone number.")
    var customer: String

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let name = template
        let source = try await Blocking.run {
            try MailTemplates(records: workspace.records).template(name).message.source
        }
        let target: String
        do throws(TestAddress.Refusal) {
            target = try TestAddress.checked(address, source)
        } catch {
            throw ValidationFailure("\(address): \(error.reason)")
        }
        let key = customer
        let found = try await Blocking.run { try workspace.customerID(named: key) }
        guard let customer = found else { throw ValidationFailure("nobody is known as \(key)") }
        let sample = try await Blocking.run {
            try MailSample.likeTheLast(of: name, in: workspace)
        }
        let id = try await workspace.sendTest(
            of: template, sample: sample, to: target, as: customer,
            number: workspace.newID(OutboxItem.self), channel: source.channel)
        for _ in 0..<600 {
            let record = try await Blocking.run { try workspace.records.message(id) }
            if let record, record.state != .sending {
                let line = "\(id): \(record.state.rawValue) \(record.reply)"
                guard record.state == .accepted || record.state == .deferred else {
                    throw ValidationFailure(line)
                }
                return try await output.line(line)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        try await output.line("\(id) is waiting; see: perennial mail list")
    }
}

struct MailListCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists e-mails and what became of them, the newest first.")

    @Option(
        help: """
            Only those in a state: sending, accepted, deferred, refused, bounced, inDoubt, suppressed, \
            expired or failed.
            """)
    var state: String?

    @Option(help: "Only those to this domain.")
    var domain: String?

    @Option(help: "Only those to this customer: an id, user id, e-mail or phone number.")
    var customer: String?

    @Option(help: "table or csv.")
    var format = ReportFormat.table

    @Option(help: "How many at most.")
    var limit = 50

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        var filter = MessageFilter(limit: min(max(1, limit), 100_000))
        if let state {
            guard let known = MessageState(rawValue: state) else {
                throw ValidationFailure(
                    "--state takes one of \(MessageState.allCases.map(\.rawValue).joined(separator: ", "))"
                )
            }
            filter.state = known
        }
        filter.domain = domain
        let (customer, chosen) = (customer, filter)
        let messages = try await Blocking.run {
            var filter = chosen
            filter.customers = try workspace.members(named: customer)
            return try workspace.records.messages(filter)
        }
        var table = TextTable(headings: [
            "message", "when", "to", "template", "state", "subject", "answer",
        ])
        for message in messages {
            table.rows.append([
                message.id.description, Figures.time(message.stateAt, workspace.zone),
                message.draft.address, message.draft.template, message.state.rawValue,
                message.draft.subject, message.reply,
            ])
        }
        if format == .csv { return try await output.line(table.csv()) }
        try await output.line(messages.isEmpty ? "there are none" : table.table())
        for wait in workspace.mailStatus.domains.waits(now: workspace.clock.now) {
            let until = Figures.time(wait.until, workspace.zone)
            try await output.line("\(wait.receiver): \(wait.words(until: until))")
        }
    }
}

struct MailInboundCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbound",
        abstract: "Takes a bounce, a complaint or an answer from standard input.",
        discussion: """
            For a mail server that hands mail for the bounce domain to a program, such as Postfix's pipe or \
            a .forward file: perennial mail inbound --recipient "$RECIPIENT" --data DIR
            """)

    @Option(help: "The address that it came to, as the mail server says it.")
    var recipient: String?

    @Option(help: "Read it from this file.")
    var file: String?

    @OptionGroup var workspace: WorkspaceOptions

    private static let bytesMax = 20 << 20

    func forwarded(_ arguments: [String]) -> [String] {
        guard file == nil, let path = try? Self.spool(folder: workspace.folder) else {
            return arguments
        }
        return arguments + ["--file", path]
    }

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let setup: MailSettings
        if let room = RunningServer.mail {
            setup = room.setup.settings
        } else {
            let values = try self.workspace.load().values
            setup =
                try MailSetup(values, folder: workspace.folder, secrets: workspace.secrets).settings
        }
        let bytes: [UInt8]
        if let file {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw ValidationFailure("cannot read \(file)")
            }
            bytes = Array(data)
            if file.hasPrefix(workspace.folder + "/inbound-") {
                try? FileManager.default.removeItem(atPath: file)
            }
        } else {
            bytes = Self.standardInput()
        }
        let desk = RunningServer.mail?.desk ?? MailDesk(workspace: workspace, settings: setup)
        let taken = try await desk.take(mail: bytes, recipient: recipient)
        try await output.line(taken.word)
    }

    private static func standardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < bytesMax {
            let count = read(0, &piece, piece.count)
            if count <= 0 { break }
            bytes.append(contentsOf: piece[..<count])
        }
        return bytes
    }

    /// Puts the mail where the server that owns the workspace can read it.
    private static func spool(folder: String) throws -> String {
        let name = RandomSource.system.bytes(12).map { String($0, radix: 16) }.joined()
        let path = folder + "/inbound-" + name + ".eml"
        try PrivateFile.write(standardInput(), to: path)
        return path
    }
}

extension MailDesk.Taken {
    /// What it was, in a word or two.
    var word: String {
        switch self {
        case .bounce(_, let kind): "bounce: \(kind.rawValue)"
        case .complaint: "complaint"
        case .unsubscribed: "unsubscribed"
        case .answer: "answer"
        case .unknown: "unknown"
        }
    }
}

struct MailPauseCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Lets all mail wait; what is on its way goes.")

    @Option(help: "Why, for who asks later.")
    var reason = ""

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let hold = MailHold(
            lane: "", reason: reason, actor: "command", since: workspace.clock.now)
        try await Blocking.run { try workspace.records.holdMail(hold) }
        try await output.line("mail waits until: perennial mail resume")
    }
}

struct MailResumeCommand: WorkspaceCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Lets mail go again.")

    @OptionGroup var workspace: WorkspaceOptions

    func run(in workspace: Workspace, _ output: CommandOutput) async throws {
        let isReleased = try await Blocking.run { try workspace.records.releaseMail(lane: "") }
        try await output.line(isReleased ? "mail goes again" : "mail wasn't paused")
    }
}
