import Console
import Kernel
import Messaging
import Records
import Runtime
import Settings

/// What the console's pages about mail show and do, and the public pages that recipients come to.
struct ConsoleMail: Sendable {
    let automation: ConsoleAutomation
    let settings: WorkspaceSettings
    /// What sends; nil where no mail is set up.
    let room: MailRoom?
    /// By which our links are known, also where nothing is sent any more; nil where the workspace's key is damaged.
    let keys: SigningKeys?
    /// Fills templates in, to be looked at.
    let maker: MailMaker?
    let templates: MailTemplates
    let tests: TestTurns
    /// By template and version.
    let lints: KeptAnswers<String, LintCounts>
    let recents: KeptAnswers<Int, ID<Customer>?>

    init(automation: ConsoleAutomation, settings: WorkspaceSettings, room: MailRoom?) {
        let workspace = automation.workspace
        self.automation = automation
        self.settings = settings
        self.room = room
        keys = SigningKeys([(number: 0, bytes: workspace.secrets.links)])
        maker = room?.maker ?? keys.flatMap { Self.maker(settings, $0, workspace) }
        templates = room?.templates ?? MailTemplates(records: workspace.records)
        tests = TestTurns(clock: workspace.clock)
        lints = KeptAnswers(clock: workspace.clock, seconds: 60)
        recents = KeptAnswers(clock: workspace.clock, seconds: 60)
    }

    var workspace: Workspace { automation.workspace }
    var records: RecordsStore { workspace.records }
    var now: Timestamp { workspace.clock.now }

    var data: MailData {
        var data = MailData()
        fillPublic(&data)
        fillTemplates(&data)
        fillMessages(&data)
        fillSuppressions(&data)
        ConsoleCampaigns(workspace: workspace, tests: tests).add(to: &data)
        return data
    }

    /// For a workspace that sends nothing yet: its templates can be looked at.
    static func maker(
        _ values: WorkspaceSettings, _ keys: SigningKeys, _ workspace: Workspace
    ) -> MailMaker? {
        let from = (try? Mailbox(values.mail.from)) ?? (try? Mailbox("nobody@example.invalid"))
        guard let from else { return nil }
        var settings = MailSettings(
            from: from, signers: [], returnPath: nil, keys: keys,
            publicURL: values.server.publicURL ?? "")
        MailSetup.describe(&settings, values)
        return MailMaker(
            settings: settings, zone: workspace.zone, currency: workspace.currency,
            hash: workspace.hash)
    }

    /// A name as people read it: `Order news` for `order-news`.
    static func title(_ name: String) -> String {
        let words = name.replacing("-", with: " ").replacing("_", with: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
