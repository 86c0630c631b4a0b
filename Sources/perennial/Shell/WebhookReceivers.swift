import Access
import Delivery
import Documents
import Kernel
import Records
import Runtime
import Settings

/// Adding and trying out receivers of webhooks, for commands and the API alike.
enum WebhookReceivers {
    enum Failure: Error, CustomStringConvertible {
        case badName(String)
        case badAddress(WebhookAddress.Problem)
        case badSecret
        case exists(String)
        case unknown(String)

        var description: String {
            switch self {
            case .badName(let name):
                "\(name) can't be a receiver's name: 1 to \(DefinitionName.bytesMax) of a–z, 0–9 "
                    + "and -, beginning with a letter"
            case .badAddress(let problem): "the address \(problem)"
            case .badSecret:
                "the secret is whsec_ and the base64 of \(WebhookSecret.byteCounts.lowerBound) to "
                    + "\(WebhookSecret.byteCounts.upperBound) bytes; leave it out to have one made"
            case .exists(let name):
                "there is a receiver \(name) already; remove it first: perennial webhook remove "
                    + name
            case .unknown(let name):
                "there is no receiver \(name); list them with: perennial webhook list"
            }
        }
    }

    /// Whether every receiver may be at an address that isn't public: as the server goes by, where this process
    /// is one, and else as the command was told.
    static func allowsPrivate(_ options: WorkspaceOptions) throws -> Bool {
        try RunningServer.allowsPrivateWebhooks ?? options.load().values.webhooks.allowPrivate
    }

    /// - Parameter secret: As the receiver knows it already; nil makes one.
    static func add(
        _ name: String, url: String, secret: String?, allowsPrivate: Bool,
        to workspace: Workspace, allowsPrivateAnyway: Bool = false
    ) throws -> ReceiverRecord {
        guard DefinitionName.isValid(name) else { throw Failure.badName(String(name.prefix(100))) }
        let address: WebhookAddress
        do throws(WebhookAddress.Problem) {
            address = try WebhookAddress(url, allowsPrivate: allowsPrivate || allowsPrivateAnyway)
        } catch {
            throw Failure.badAddress(error)
        }
        let chosen =
            secret.map { WebhookSecret($0) } ?? WebhookSecret(bytes: RandomSource.system.bytes(32))
        guard let chosen else { throw Failure.badSecret }
        let receiver = ReceiverRecord(
            id: workspace.newID(Receiver.self), name: name, url: address.text, secret: chosen.text,
            allowsPrivate: allowsPrivate, createdAt: workspace.clock.now)
        guard try workspace.records.addReceiver(receiver) else { throw Failure.exists(name) }
        return receiver
    }

    /// Sends a message of the type `perennial.test`, once, past the outbox.
    static func test(
        _ name: String, in workspace: Workspace, allowsPrivateAnyway: Bool
    ) async throws -> DeliveryOutcome {
        let found = try await Blocking.run { try workspace.records.receiver(named: name) }
        guard let receiver = found else { throw Failure.unknown(name) }
        guard let secret = WebhookSecret(receiver.secret) else { throw Failure.badSecret }
        let message = WebhookMessage(
            id: "msg_test_\(workspace.newID(OutboxItem.self))", type: "perennial.test",
            time: workspace.clock.now, data: Array("{}".utf8).span)
        let sender = WebhookSender.ofPerennial
        let outcome = await sender.send(
            message,
            to: WebhookEndpoint(
                url: receiver.url, secret: secret,
                allowsPrivate: receiver.allowsPrivate || allowsPrivateAnyway))
        await sender.shutdown()
        return outcome
    }
}

extension WebhookSender {
    /// A new one of this program's.
    static var ofPerennial: WebhookSender {
        var options = Options()
        options.userAgent = "Perennial/" + Version.text
        return WebhookSender(options: options, clock: .system)
    }
}
