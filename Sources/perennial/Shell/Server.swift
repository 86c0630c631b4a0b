import API
import Access
import ArgumentParser
import Console
import Delivery
import FoundationEssentials
import Glibc
import Hummingbird
import HummingbirdCore
import Kernel
import Logging
import Metrics
import NIOCore
import Predictions
import Records
import Runtime
import ServiceLifecycle
import Settings
import Synchronization
import Telemetry
import UnixSignals

/// What the running server's commands need of it, where this process is one.
enum RunningServer {
    private static let ring = Mutex<KeyRing?>(nil)
    private static let privateWebhooks = Mutex<Bool?>(nil)
    private static let room = Mutex<MailRoom?>(nil)
    private static let channels = Mutex<Set<String>>([])

    /// Channels that messages are sent by here.
    static var sentChannels: Set<String> {
        get { channels.withLock { $0 } }
        set { channels.withLock { $0 = newValue } }
    }

    /// What sends mail; nil where none is sent.
    static var mail: MailRoom? {
        get { room.withLock { $0 } }
        set { room.withLock { $0 = newValue } }
    }

    static var keys: KeyRing? {
        get { ring.withLock { $0 } }
        set { ring.withLock { $0 = newValue } }
    }

    /// Whether webhooks may go to addresses that aren't public; nil where no server runs here.
    static var allowsPrivateWebhooks: Bool? {
        get { privateWebhooks.withLock { $0 } }
        set { privateWebhooks.withLock { $0 = newValue } }
    }
}

/// API and console on one port: the composition root.
struct Server {
    /// So many connections are served at a time; further ones wait.
    private static let connectionsMax = 2000
    /// A connection on which nothing comes for so long is closed.
    private static let idleSeconds: Int64 = 60

    let workspace: Workspace
    let settings: WorkspaceSettings
    let isDemo: Bool
    /// Said once the port is open.
    let didStart: @Sendable (_ address: String) async -> Void

    /// Serves until the process is told to stop, then finishes what is under way.
    func run() async throws {
        let metrics = MetricsStore()
        MetricsSystem.bootstrap(metrics)
        let keys = try KeyRing(records: workspace.records, hash: workspace.hash)
        RunningServer.keys = keys
        RunningServer.allowsPrivateWebhooks = settings.webhooks.allowPrivate
        try workspace.log.reserveSpace()
        let router = Router(context: ServerContext.self)
        IngestRoutes(workspace: workspace, keys: keys, random: .system).add(to: router)
        ReadRoutes(keys: keys, answers: ReadAnswers.answers(of: workspace)).add(to: router)
        OutboxRoutes(
            keys: keys,
            answers: OutboxAnswers.answers(
                of: workspace, allowsPrivate: settings.webhooks.allowPrivate)
        ).add(to: router)
        AutomationRoutes(keys: keys, answers: AutomationAnswers.answers(of: workspace))
            .add(to: router)
        LoyaltyRoutes(keys: keys, answers: LoyaltyAnswers.answers(of: workspace)).add(to: router)
        RewardRoutes(keys: keys, answers: RewardAnswers.answers(of: workspace))
            .add(to: router)
        ReferralRoutes(keys: keys, answers: ReferralAnswers.answers(of: workspace))
            .add(to: router)
        PromotionRoutes(keys: keys, answers: PromotionAnswers.answers(of: workspace))
            .add(to: router)
        LoyaltyMemberRoutes(
            keys: keys,
            answers: LoyaltyMemberAnswers.answers(of: workspace, publicURL: publicURL)
        ).add(to: router)
        OpenAPIRoutes(version: Version.text).add(to: router)
        let mail = try mailRoom()
        RunningServer.mail = mail
        let channels = try channelRoom()
        RunningServer.sentChannels = settings.sentChannels
        let twilio = smsDesk(channels)
        if let twilio { SMSRoutes(answers: twilio).add(to: router) }
        if settings.hasInbox {
            InboxRoutes(keys: keys, answers: InboxAnswers.answers(of: workspace)).add(to: router)
        }
        MailRoutes(
            keys: keys,
            answers: mail?.answers
                ?? MailRoutes.Answers(hit: { _ in nil }, inbound: { _, _ in nil })
        ).add(to: router)
        HealthRoutes(workspace: workspace, metrics: metrics).add(to: router)
        UnknownRoutes(hasInbox: settings.hasInbox, hasTwilio: twilio != nil).add(to: router)
        try addConsole(to: router)
        let started = didStart
        let host = settings.server.host
        var application = Application(
            router: router,
            server: HTTPServerBuilder { responder in
                AcceptedHTTP(
                    HTTP1Channel(
                        responder: responder,
                        configuration: .init(idleTimeout: .seconds(Self.idleSeconds))))
            },
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: settings.server.port), serverName: nil,
                backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connectionsMax)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                await started("http://\(host.contains(":") ? "[\(host)]" : host):\(port)")
            }, logger: workspace.logger)
        application.addServices(
            ControlServer(workspace: workspace) { [workspace] arguments, answer in
                try await AskedCommand.run(arguments, in: workspace, answer)
            })
        let sender = WebhookSender.ofPerennial
        application.addServices(
            OutboxWorker(
                workspace: workspace, allowsPrivate: settings.webhooks.allowPrivate,
                send: { await sender.send($0, to: $1) }))
        application.addServices(LoyaltyService(workspace: workspace))
        if let worker = sendingWorker(mail, channels) { application.addServices(worker) }
        if let hours = settings.scoring.intervalHours {
            application.addServices(ScoringService(workspace: workspace, intervalHours: hours))
        }
        defer {
            RunningServer.keys = nil
            RunningServer.mail = nil
            RunningServer.sentChannels = []
        }
        let outcome: Result<Void, any Error>
        do {
            try await application.runService(gracefulShutdownSignals: [.sigterm, .sigint])
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        await sender.shutdown()
        await mail?.client.shutdown()
        await channels.client.shutdown()
        try workspace.close()
        try outcome.get()
    }

    /// The address that people reach the server by, without a slash at its end; the demo's is its own. Empty for none.
    private var publicURL: String {
        if isDemo, settings.server.publicURL == nil, settings.server.port != 0 {
            return "http://\(settings.server.host):\(settings.server.port)"
        }
        return MailSetup.publicURL(settings)
    }

    /// Nil where no mail is set up.
    private func mailRoom() throws -> MailRoom? {
        guard settings.mail.isSetUp else { return nil }
        var values = settings
        if !publicURL.isEmpty { values.server.publicURL = publicURL }
        if values.server.publicURL == nil {
            workspace.logger.warning(
                "marketing mail needs a way out, and isn't sent: set server.publicURL")
        }
        return try MailRoom(
            try MailSetup(values, folder: workspace.folder, secrets: workspace.secrets),
            workspace: workspace)
    }

    private func channelRoom() throws -> ChannelRoom {
        let room = try ChannelRoom(settings, workspace: workspace)
        if !room.carriers.isEmpty, settings.server.publicURL == nil, settings.sms.isSetUp {
            workspace.logger.info("answers to SMS aren't heard without server.publicURL")
        }
        return room
    }

    /// What takes Twilio's posts; nil where nothing goes by it, or it can't reach this server.
    private func smsDesk(_ channels: ChannelRoom) -> SMSRoutes.Answers? {
        guard let twilio = channels.twilio, settings.server.publicURL != nil else { return nil }
        let desk = SMSDesk(
            workspace: workspace, twilio: twilio, publicURL: MailSetup.publicURL(settings))
        return SMSRoutes.Answers(
            status: { try await desk.status($0) }, inbound: { try await desk.inbound($0) })
    }

    /// What sends; nil where no channel is set up.
    private func sendingWorker(_ mail: MailRoom?, _ channels: ChannelRoom) -> MailWorker? {
        let workspace = workspace
        guard let maker = mail?.maker ?? channels.maker, mail != nil || !channels.carriers.isEmpty
        else { return nil }
        return MailWorker(
            workspace: workspace, maker: maker,
            templates: mail?.templates ?? MailTemplates(records: workspace.records),
            offers: { await MailRoom.offers(to: $0, in: workspace) }, send: mail?.send,
            channels: channels.carriers)
    }

    private func addConsole(to router: Router<ServerContext>) throws {
        let folder = settings.assetsDirectory ?? InstalledFiles.find("assets")
        let assets = ConsoleAssets(libraryFolder: folder)
        for name in assets.missingLibraries {
            workspace.logger.warning(
                "a browser library is missing; run script/setup", metadata: ["file": "\(name)"])
        }
        let doors = Doors(workspace: workspace)
        let rooms = ConsoleRooms(
            workspace: workspace, doors: doors, settings: settings, mail: RunningServer.mail)
        let key = workspace.secrets.session
        var reader = ByteReader(key.span)
        let console = ConsoleSettings(
            workspaceName: workspace.folder.split(separator: "/").last.map(String.init) ?? "data",
            zone: workspace.zone, isDemo: isDemo, isSecure: settings.server.secureCookies,
            formKey: SipHash.Key(low: try reader.readFixed64(), high: try reader.readFixed64()),
            sessionDays: 7, version: Version.text)
        try ConsoleRoutes(data: rooms.data, settings: console, assets: assets).add(to: router)
    }
}

/// What is known of a request beside itself.
struct ServerContext: RequestContext, RemoteAddressRequestContext {
    var coreContext: CoreRequestContextStorage
    let remoteAddress: SocketAddress?

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        remoteAddress = source.channel.remoteAddress
    }
}

/// Scores all customers at intervals while the server runs.
struct ScoringService: Service {
    let workspace: Workspace
    let intervalHours: Int

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while true {
                // It throws only where it is cancelled, and being cancelled is how this ends.
                guard (try? await Task.sleep(for: .seconds(intervalHours * 3600))) != nil else {
                    return
                }
                do {
                    let run = try await Blocking.run { try workspace.score(asOf: nil, unit: .day) }
                    let moved = try await workspace.announceBandChanges()
                    try await workspace.takeScores()
                    workspace.logger.info(
                        "scored",
                        metadata: [
                            "customers": "\(run.report.customers)", "riskRose": "\(moved.rose)",
                            "riskFell": "\(moved.fell)",
                        ])
                } catch let error as Workspace.ScoringFailure {
                    workspace.logger.info("not scored", metadata: ["reason": "\(error)"])
                } catch is CancellationError {
                    return
                } catch {
                    workspace.logger.error("scoring failed", metadata: ["reason": "\(error)"])
                }
            }
        }
    }
}
