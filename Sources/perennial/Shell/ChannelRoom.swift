import Delivery
import Documents
import FoundationEssentials
import Kernel
import Messaging
import Runtime
import Settings
import Templates

/// What sends by the channels that aren't e-mail, as the settings say it.
struct ChannelRoom {
    let carriers: [ChannelCarrier]
    let client: ProviderClient
    /// Makes messages where no e-mail is set up; nil where the workspace's keys are damaged.
    let maker: MailMaker?
    /// Tells Twilio's posts from others'; nil where SMS don't go by it.
    let twilio: TwilioProvider?

    /// - Throws: `MailSetup.Problem` with the setting that is wrong.
    init(_ values: WorkspaceSettings, workspace: Workspace) throws {
        var options = ProviderClient.Options()
        options.userAgent = "Perennial/" + Version.text
        options.allowsPrivate = values.allowsPrivateProviders
        let client = ProviderClient(options: options, clock: workspace.clock)
        self.client = client
        maker = SigningKeys([(number: 0, bytes: workspace.secrets.links)])
            .flatMap { ConsoleMail.maker(values, $0, workspace) }
        let publicURL = MailSetup.publicURL(values)
        let twilio = try Self.twilio(values.sms, publicURL: publicURL)
        self.twilio = twilio
        var carriers: [ChannelCarrier] = []
        if let twilio {
            carriers.append(
                ChannelCarrier(.sms, knowsRepeats: false) { message in
                    guard case .sms(let draft) = message else { return Self.wrong }
                    return await Self.post(twilio.request(draft), client) { twilio.outcome($0) }
                })
        }
        if let gateway = try Self.gateway(values.sms) {
            carriers.append(
                ChannelCarrier(.sms, knowsRepeats: true) { message in
                    guard case .sms(let draft) = message else { return Self.wrong }
                    return await Self.post(gateway.request(draft), client) { gateway.outcome($0) }
                })
        }
        if let path = values.push.account {
            carriers.append(
                try Self.push(path, values.push, workspace.clock, folder: workspace.folder, client))
        }
        if !values.chatRooms.isEmpty {
            let rooms = try Self.rooms(values.chatRooms, folder: workspace.folder)
            carriers.append(
                ChannelCarrier(.chat, knowsRepeats: false, concurrency: 1) { message in
                    guard case .chat(let name, let draft) = message else { return Self.wrong }
                    guard let room = rooms[name] else {
                        return .refused(
                            reason: "there is no room \(name): add it to chat.rooms, and its "
                                + "webhook to keys/chat-\(name)")
                    }
                    return await Self.post(room.request(draft), client) { room.outcome($0) }
                })
        }
        if values.hasInbox { carriers.append(.inbox(workspace)) }
        self.carriers = carriers
    }

    private static let wrong = ProviderOutcome.refused(reason: "it is for another channel")

    private static func post(
        _ request: ProviderRequest, _ client: ProviderClient,
        _ read: (ProviderAnswer) -> ProviderOutcome
    ) async -> ProviderOutcome {
        switch await client.post(request) {
        case .answered(let answer): read(answer)
        case .notSent(let reason): .notSent(reason: reason)
        case .inDoubt(let reason): .inDoubt(reason: reason)
        }
    }

    // MARK: SMS

    private static func twilio(
        _ sms: WorkspaceSettings.SMS, publicURL: String
    ) throws -> TwilioProvider? {
        guard sms.provider == .twilio else { return nil }
        guard !sms.twilioAccount.isEmpty, !sms.twilioToken.isEmpty, !sms.from.isEmpty else {
            throw MailSetup.Problem(
                "sms.provider is twilio: set sms.twilio.account, sms.twilio.token and sms.from")
        }
        return TwilioProvider(
            url: sms.twilioURL, account: sms.twilioAccount, token: sms.twilioToken, from: sms.from,
            callback: publicURL.isEmpty ? "" : publicURL + SMSDesk.statusPath)
    }

    private static func gateway(_ sms: WorkspaceSettings.SMS) throws -> GatewayProvider? {
        guard sms.provider == .gateway else { return nil }
        guard !sms.gatewayURL.isEmpty else {
            throw MailSetup.Problem("sms.provider is gateway: set sms.gateway.url")
        }
        return GatewayProvider(url: sms.gatewayURL, token: sms.gatewayToken, from: sms.from)
    }

    // MARK: Push

    private static func push(
        _ path: String, _ push: WorkspaceSettings.Push, _ clock: WallClock, folder: String,
        _ client: ProviderClient
    ) throws -> ChannelCarrier {
        let place = path.hasPrefix("/") ? path : folder + "/" + path
        guard let data = FileManager.default.contents(atPath: place) else {
            throw MailSetup.Problem("push.fcm.account: cannot read \(place)")
        }
        let account: ServiceAccount
        do throws(ServiceAccount.Problem) {
            account = try ServiceAccount(json: Array(data))
        } catch {
            throw MailSetup.Problem("push.fcm.account \(place): \(error)")
        }
        let provider = FCMProvider(url: push.url, project: account.project)
        let tokens = AccessTokens(account: account, client: client, clock: clock)
        return ChannelCarrier(.push, knowsRepeats: false) { message in
            guard case .push(let draft) = message else { return wrong }
            let token: String
            do {
                token = try await tokens.token()
            } catch let AccessTokens.Failure.failed(outcome) {
                return outcome
            } catch {
                return .notSent(reason: "no access token: \(error)")
            }
            var request = provider.request(draft)
            request.headers.append(.init("Authorization", "Bearer " + token))
            switch await client.post(request) {
            case .answered(let answer):
                if answer.status == 401 { await tokens.drop(token) }
                return provider.outcome(answer)
            case .notSent(let reason): return .notSent(reason: reason)
            case .inDoubt(let reason): return .inDoubt(reason: reason)
            }
        }
    }

    // MARK: Chat

    /// Each room's webhook is in a file of the folder `keys`: `slack https://…` or `teams https://…`.
    private static func rooms(_ names: [String], folder: String) throws -> [String: ChatRoom] {
        var rooms: [String: ChatRoom] = [:]
        for name in names {
            guard DefinitionName.isValid(name) else {
                throw MailSetup.Problem(
                    "chat.rooms: \(name) isn't a name of small letters, digits and hyphens")
            }
            let path = folder + "/keys/chat-" + name
            guard let data = FileManager.default.contents(atPath: path) else {
                throw MailSetup.Problem("chat.rooms names \(name), and there is no \(path)")
            }
            let words = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            guard words.count == 2, let kind = ChatRoom.Kind(rawValue: String(words[0])) else {
                throw MailSetup.Problem(
                    "\(path) must say slack or teams, a space, and the webhook's address")
            }
            rooms[name] = ChatRoom(kind: kind, url: String(words[1]))
        }
        return rooms
    }
}
